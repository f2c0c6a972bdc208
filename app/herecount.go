package app

import (
	"context"
	"errors"
	"time"

	"chatd/presence"
)

// Ask asks what is due: who may know, and how many there are. One room that
// cannot be asked about keeps others waiting for countOneTime at most. It returns the viewers who may be
// told something new, and when to ask again; the zero time means when it is due.
func (h *headcount) Ask(ctx context.Context) (viewers []int64, again time.Time, err error) {
	viewers, unknown := h.askMembers(ctx)
	rooms, again := h.takeStale()
	told, uncounted := h.askCounts(ctx, rooms)
	return append(viewers, told...), again, errors.Join(unknown, uncounted)
}

// askMembers asks who may know.
func (h *headcount) askMembers(ctx context.Context) (viewers []int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, countTime)
	defer cancel()
	for room, asked := range h.takeUnasked() {
		allowed, failed := h.membersIn(ctx, room, asked)
		if failed != nil {
			h.giveBack(room, asked)
			err = failed
			continue
		}
		viewers = append(viewers, h.admit(room, asked, allowed)...)
	}
	return viewers, err
}

// askCounts asks how many are in rooms.
func (h *headcount) askCounts(ctx context.Context, rooms []int64) (viewers []int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, countTime)
	defer cancel()
	for _, room := range rooms {
		here, failed := h.countIn(ctx, room)
		if failed != nil {
			h.miscounted(room)
			err = failed
			continue
		}
		viewers = append(viewers, h.settle(room, here)...)
	}
	return viewers, err
}

func (h *headcount) membersIn(ctx context.Context, room int64, asked []int64) (allowed []int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, countOneTime)
	defer cancel()
	return h.members(ctx, room, asked)
}

func (h *headcount) countIn(ctx context.Context, room int64) (presence.Here, error) {
	ctx, cancel := context.WithTimeout(ctx, countOneTime)
	defer cancel()
	n, mark, err := h.count(ctx, room)
	return presence.Here{Count: n, Mark: mark}, err
}

// takeUnasked returns the viewers of whom is to be asked, by room.
func (h *headcount) takeUnasked() map[int64][]int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	asked := map[int64][]int64{}
	for room, viewers := range h.unasked {
		r := h.rooms[room]
		if r == nil {
			continue
		}
		for viewer := range viewers {
			if _, known := r.viewers[viewer]; !known {
				r.viewers[viewer] = false // Moved has to know of them
			}
			asked[room] = append(asked[room], viewer)
		}
	}
	clear(h.unasked)
	h.waiting = 0
	return asked
}

func (h *headcount) giveBack(room int64, asked []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, viewer := range asked {
		h.wantLocked(room, viewer)
	}
}

// miscounted notes that a room could not be counted.
func (h *headcount) miscounted(room int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.rooms[room]; r != nil {
		r.stale = true
		poke(h.due)
	}
}

// admit notes which of the viewers who were asked about may know. It returns
// those to whom there is something to tell.
func (h *headcount) admit(room int64, asked, allowed []int64) (viewers []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[room]
	if r == nil {
		return nil
	}
	for _, viewer := range asked {
		r.viewers[viewer] = false
	}
	for _, viewer := range allowed {
		r.viewers[viewer] = true
	}
	r.watched = r.watched || len(allowed) > 0
	if !r.known {
		return nil
	}
	return allowed
}

// takeStale returns the rooms to count now, and when the next one is due. Rooms
// that are on nobody's screen are forgotten.
func (h *headcount) takeStale() (rooms []int64, again time.Time) {
	now := time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, r := range h.rooms {
		due := r.counted.Add(countEvery)
		switch {
		case r.unused(now):
			delete(h.rooms, id)
		case !r.stale || !r.watched:
		case !now.Before(due):
			r.stale, r.counted = false, now
			rooms = append(rooms, id)
		case again.IsZero() || due.Before(again):
			again = due
		}
	}
	return rooms, again
}

// unused reports whether nobody has asked about the room for long. Those who may
// know ask with a change only.
func (r *countedRoom) unused(now time.Time) bool {
	last := r.used
	if r.watched {
		last = r.changed
	}
	return !last.IsZero() && now.Sub(last) > countKeep
}

// settle notes a count. It returns those who may know it if others are here than
// before.
func (h *headcount) settle(room int64, here presence.Here) (viewers []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[room]
	if r == nil || r.known && r.here == here {
		return nil
	}
	r.here, r.known = here, true
	for viewer, allowed := range r.viewers {
		if allowed {
			viewers = append(viewers, viewer)
		}
	}
	return viewers
}
