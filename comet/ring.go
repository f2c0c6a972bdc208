package comet

// frame is one numbered event of a topic, encoded for all clients. It is never
// changed.
type frame struct {
	seq  int64
	json []byte
}

// ring holds recent frames of one topic without a hole.
type ring struct {
	frames []frame
	bytes  int
}

func (r *ring) first() int64 { return r.frames[0].seq }

func (r *ring) last() int64 { return r.frames[len(r.frames)-1].seq }

// after returns the frames that follow seq without a hole, none when the ring
// does not have the first of them. The slice is valid as long as the topic is
// locked; the frames are for ever.
func (r *ring) after(seq int64) []frame {
	if len(r.frames) == 0 || seq+1 < r.first() || seq+1 > r.last() {
		return nil
	}
	return r.frames[seq+1-r.first():]
}

// merge adds frames that follow each other. Where a hole would be left the
// newer part stays alone, since most clients need the newest events only. The
// oldest frames go when there are too many.
func (r *ring) merge(frames []frame, limits Limits) {
	if len(frames) == 0 {
		return
	}
	switch begin, end := frames[0].seq, frames[len(frames)-1].seq; {
	case len(r.frames) == 0 || begin > r.last()+1:
		r.clear()
		r.push(frames)
	case begin < r.first() && end >= r.first()-1:
		older := frames[:r.first()-begin]
		newer := r.frames
		r.frames, r.bytes = nil, 0
		r.push(older)
		r.push(newer)
		if end > r.last() {
			r.push(frames[len(frames)-int(end-r.last()):])
		}
	case begin >= r.first() && end > r.last():
		r.push(frames[r.last()+1-begin:])
	}
	r.trim(limits)
}

func (r *ring) push(frames []frame) {
	for _, f := range frames {
		r.bytes += len(f.json)
	}
	r.frames = append(r.frames, frames...)
}

func (r *ring) trim(limits Limits) {
	for len(r.frames) > limits.RingEvents || r.bytes > limits.RingBytes && len(r.frames) > 1 {
		r.bytes -= len(r.frames[0].json)
		r.frames[0] = frame{} // let go of the bytes
		r.frames = r.frames[1:]
	}
}

// replace puts f in the place of the frame that has its number, if there is one.
func (r *ring) replace(f frame) bool {
	if len(r.frames) == 0 || f.seq < r.first() || f.seq > r.last() {
		return false
	}
	place := &r.frames[f.seq-r.first()]
	r.bytes += len(f.json) - len(place.json)
	*place = f
	return true
}

func (r *ring) clear() { *r = ring{} }
