package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"chatd/app/pushlet"
	"chatd/comet"
)

const (
	// pushletPause is how long a browser that holds too many requests is asked
	// to stay away.
	pushletPause = 30 * time.Second
	// pushletPollPause is the least between two requests in the mode poll, whose
	// answers are never held. Up to pushletPollJitter more keeps clients apart.
	pushletPollPause  = 5 * time.Second
	pushletPollJitter = time.Second
	// pushletSettle is how long a request waits for what the one before it is
	// writing.
	pushletSettle = 2 * time.Second
)

// pushletAnswer writes one answer of the data channel. It is owned by the
// goroutine that serves the request.
type pushletAnswer struct {
	// Static after construction.
	call    *pushletCall
	session *pushletSession
	n       int64         // of the request
	ack     pushlet.Event // what is said first
	mode    string

	have   map[string]comet.Position // of each topic, what has been appended
	moved  map[string]comet.Position // those of them that have not been written yet
	flying chan struct{}             // closed when moved has been written, or never will be; nil when that is empty
	seq    int64                     // p_seq
	over   bool                      // nothing more is told
	wait   time.Duration             // the least until the client comes back

	beat     time.Duration // the longest silence of a stream
	appended bool          // something that has not been written yet
	written  time.Time
}

var _ comet.Format = (*pushletAnswer)(nil)

// pushletNews is what the hub tells, as far as it matters here.
type pushletNews struct {
	Event     string
	Topic     string
	Topics    []string
	Denied    []string
	Epoch     int64
	Seq       int64
	Heartbeat int64 // milliseconds
	Why       string
	Text      string
	Payload   struct {
		Kind    string
		Message *Message
		Room    *Room
		Numbers []int64
		At      int64
	}
}

// Header implements comet.Format.
func (p *pushletAnswer) Header(h http.Header) { p.call.header(h) }

// Begin implements comet.Format.
func (p *pushletAnswer) Begin(b []byte) []byte {
	p.appended = true
	return p.call.format.AppendHead(b)
}

// Event implements comet.Format. After a refresh that has told the client to come
// back it tells nothing more, and so counts nothing as written: the document that
// would take it is being left.
func (p *pushletAnswer) Event(b, event []byte) []byte {
	if p.over {
		return b
	}
	var news pushletNews
	if err := json.Unmarshal(event, &news); err != nil {
		p.call.app.log.Error("an event of the hub could not be read", slog.Any("error", err))
		return b
	}
	before := len(b)
	b = p.tell(b, news)
	// What the client does not hear of is no sign of life to it.
	if len(b) == before && !p.over && p.mode == "stream" && !p.appended && time.Since(p.written) >= p.beat {
		b = p.push(b, "hb")
	}
	p.appended = p.appended || len(b) > before
	p.takeOff()
	return b
}

// takeOff lets the next request of the session wait until what has been appended
// is known to be written: its client may have read that before we know.
func (p *pushletAnswer) takeOff() {
	if len(p.moved) == 0 || p.flying != nil {
		return
	}
	p.flying = make(chan struct{})
	p.session.mu.Lock()
	defer p.session.mu.Unlock()
	p.session.flying = p.flying
}

// land lets the next request go on.
func (p *pushletAnswer) land() {
	if p.flying != nil {
		close(p.flying)
		p.flying = nil
	}
}

// settle waits until what an answer is writing has been written. A client that
// does not read it is not waited for long.
func (s *pushletSession) settle(ctx context.Context) {
	s.mu.Lock()
	flying := s.flying
	s.mu.Unlock()
	if flying == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, pushletSettle)
	defer cancel()
	select {
	case <-flying:
	case <-ctx.Done():
	}
}

func (p *pushletAnswer) tell(b []byte, news pushletNews) []byte {
	switch news.Event {
	case "listen-ack":
		return p.begin(b, news)
	case "data", "skip":
		return p.data(b, news)
	case "gap":
		return p.gap(b, news)
	case "heartbeat":
		return p.push(b, "hb")
	case "unsubscribe-ack":
		return p.lost(b, news.Topics)
	case "refresh":
		return p.sentAway(b, news.Why)
	case "abort":
		p.over = true
		p.call.app.pushlets.End(p.session)
		return p.push(b, "abort", pushlet.FieldReason, news.Text)
	default:
		return b // of what people do elsewhere, Pushlet clients know nothing
	}
}

// begin writes what comes first. From now on this answer's writing counts, and
// no longer that of the one before. One that comes to this late, after a newer
// one, leaves that to it.
func (p *pushletAnswer) begin(b []byte, news pushletNews) []byte {
	p.beat = time.Duration(news.Heartbeat) * time.Millisecond
	s := p.session
	s.mu.Lock()
	if s.serving == nil || s.serving.n <= p.n {
		s.serving = p
		s.told = map[string]bool{}
		for topic := range p.have {
			s.told[topic] = true
		}
	}
	s.mu.Unlock()
	b = p.call.format.AppendEvent(b, p.ack)
	b = p.lost(b, news.Denied)
	if p.mode == "stream" {
		b = p.push(b, "hb")
	}
	s.poke() // topics may have come after this request was prepared
	return b
}

// push appends a numbered event.
func (p *pushletAnswer) push(b []byte, kind string, pairs ...string) []byte {
	return p.pushAt(b, time.Now(), kind, pairs...)
}

func (p *pushletAnswer) pushAt(b []byte, at time.Time, kind string, pairs ...string) []byte {
	p.seq++
	e := pushlet.NewEvent(kind, at, pairs...)
	e = append(e, pushlet.Field{Name: pushlet.FieldSeq, Value: strconv.FormatInt(p.seq, 10)})
	return p.call.format.AppendEvent(b, e)
}

// data appends a message, what one says now, or that messages were deleted or are
// back. Other news of
// rooms is not told. A position that was passed before is not told again: two
// requests may overlap.
func (p *pushletAnswer) data(b []byte, news pushletNews) []byte {
	at := comet.Position{Epoch: news.Epoch, Seq: news.Seq}
	if have := p.have[news.Topic]; have.Epoch == at.Epoch && have.Seq >= at.Seq {
		return b
	}
	p.move(news.Topic, at)
	room := pushletRoomID(news.Topic)
	switch {
	case room == 0 && news.Payload.Kind == "room-added" && news.Payload.Room != nil:
		return p.added(b, news.Payload.Room.ID)
	case room == 0 || news.Payload.Message == nil && len(news.Payload.Numbers) == 0:
		return b
	}
	sid, label, subject, ok := p.session.match(room)
	if !ok {
		return b
	}
	m := news.Payload.Message
	if m == nil {
		return p.pushAt(b, time.UnixMilli(news.Payload.At), news.Payload.Kind, pushlet.FieldSubject, subject,
			pushlet.FieldSID, sid, pushlet.FieldLabel, label, "numbers", joinNumbers(news.Payload.Numbers))
	}
	sent, err := time.Parse(time.RFC3339, m.CreatedAt)
	if err != nil {
		sent = time.Now()
	}
	fields := []string{pushlet.FieldSubject, subject, pushlet.FieldSID, sid, pushlet.FieldLabel, label,
		pushlet.FieldFrom, m.Author.Username, "user", m.Author.DisplayName, "msg", m.Body,
		"number", strconv.FormatInt(m.Number, 10), "id", strconv.FormatInt(m.ID, 10)}
	if m.Thread > 0 {
		fields = append(fields, "thread", strconv.FormatInt(m.Thread, 10))
	}
	if news.Payload.Kind == "message-edited" {
		return p.pushAt(b, sent, news.Payload.Kind, fields...)
	}
	return p.pushAt(b, sent, "data", fields...)
}

func (p *pushletAnswer) move(topic string, at comet.Position) {
	p.have[topic], p.moved[topic] = at, at
}

// added lets a room be followed that is the user's now.
func (p *pushletAnswer) added(b []byte, room int64) []byte {
	if p.session.add(room) {
		return b
	}
	return p.push(b, "gap", pushlet.FieldSubject, pushletRoom(room), pushlet.FieldReason,
		"This room is not followed, since a session follows at most 255. Subscribe to single rooms, or join once more for the others.")
}

// add notes a room to follow. It reports false when there is no place for it.
func (s *pushletSession) add(room int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, followed := s.at[roomTopic(room)]; followed {
		return true
	}
	if len(s.at)+len(s.added) >= pushletMostTopics {
		return false
	}
	s.added = append(s.added, room)
	s.poke()
	return true
}

// gap tells that messages of a room are missing here. Of the user's own topic it
// means that rooms may have been added unheard.
func (p *pushletAnswer) gap(b []byte, news pushletNews) []byte {
	p.move(news.Topic, comet.Position{Epoch: news.Epoch, Seq: news.Seq})
	room := pushletRoomID(news.Topic)
	if room == 0 {
		s := p.session
		s.mu.Lock()
		s.afresh = true
		s.mu.Unlock()
		s.poke()
		return p.push(b, "gap", pushlet.FieldSubject, "/chat", pushlet.FieldReason,
			"Too much has happened since this session listened last. Rooms that were added meanwhile are followed from now on; read them in chatd.")
	}
	sid, label, subject, ok := p.session.match(room)
	if !ok {
		return b
	}
	return p.push(b, "gap", pushlet.FieldSubject, subject, pushlet.FieldSID, sid, pushlet.FieldLabel, label, pushlet.FieldReason,
		"Too much has happened since this session listened last. Read the missing messages of this room in chatd.")
}

// lost tells of rooms that the user may follow no longer, as far as the client
// has named them.
func (p *pushletAnswer) lost(b []byte, topics []string) []byte {
	for _, topic := range topics {
		delete(p.have, topic)
		delete(p.moved, topic)
		for _, ended := range p.session.lose(topic) {
			b = p.push(b, "unsubscribe-ack", pushlet.FieldID, p.session.id, pushlet.FieldSID, ended.sid,
				pushlet.FieldSubject, ended.text, pushlet.FieldLabel, ended.label,
				pushlet.FieldReason, "You are no longer in this room.")
		}
	}
	if len(topics) > 0 {
		p.session.poke()
	}
	return b
}

// sentAway tells what the hub's refresh means here. Most of them end the answer,
// and End tells when to come back.
func (p *pushletAnswer) sentAway(b []byte, why string) []byte {
	switch why {
	case "recycle":
		p.over = true
		return p.refresh(b, 0)
	case "superseded", "end":
		p.over = true
	case "crowded":
		p.wait = pushletPause
	}
	return b
}

func (p *pushletAnswer) refresh(b []byte, wait time.Duration) []byte {
	return p.call.format.AppendRefresh(b, time.Now(), wait, p.call.app.at(pushletURL(p.session.id)))
}

// End implements comet.Format.
func (p *pushletAnswer) End(b []byte, next time.Duration) []byte {
	if !p.over {
		if p.seq == 0 {
			b = p.push(b, "hb")
		}
		wait := max(next, p.wait)
		if p.mode == "poll" {
			wait = max(wait, pushletPollPause+rand.N(pushletPollJitter))
		}
		b = p.refresh(b, wait)
	}
	return p.call.format.AppendTail(b)
}

// Sent implements comet.Format. Only now is it true that something was written.
func (p *pushletAnswer) Sent() {
	if p.appended {
		p.appended, p.written = false, time.Now()
	}
	if len(p.moved) == 0 {
		return
	}
	defer p.land()
	s := p.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.serving == p {
		for topic, at := range p.moved {
			if _, followed := s.at[topic]; followed {
				s.at[topic] = at
			}
		}
	}
	clear(p.moved)
}
