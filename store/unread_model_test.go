package store_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"chatd/store"
)

// unreadModel knows what three people have read of a room. It counts everything
// anew from all messages that there ever were.
type unreadModel struct {
	w      *world
	n      *node
	room   store.Room
	people []store.User
	said   []*saidMessage
	first  int64 // the first message that is kept
	clock  int   // of what was said, and of who came
	in     map[int64]*reader
	// follows tells of each thread who follows it and how far they have read it.
	follows map[int64]map[int64]int64
}

type saidMessage struct {
	number, author, thread int64
	named                  []int64 // who was in the room
	everybody              bool
	deletion               int64 // 0: none
	at                     int
}

type reader struct {
	here   bool
	read   int64
	joined int
}

// TestWhatIsUnreadIsWhatASimpleModelSays lets three people write, answer in
// threads, mention each other, delete, read, come and go, while old messages are
// erased, and compares all that they are told of what is unread.
func TestWhatIsUnreadIsWhatASimpleModelSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := []store.User{w.user("ada"), w.user("bob"), w.user("cyd")}
	n := w.node()
	rooms := 0
	rapid.Check(t, func(t *rapid.T) {
		rooms++
		m := &unreadModel{
			w: w, n: n, people: people, room: w.room(store.RoomPublic, fmt.Sprint("room ", rooms), w.owner, people[:2]...),
			first: 1, in: map[int64]*reader{}, follows: map[int64]map[int64]int64{},
		}
		_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, m.room.ID, keep(ptr(30)))
		m.ok(t, err)
		for _, p := range people[:2] {
			m.in[p.ID] = &reader{here: true}
		}
		t.Repeat(map[string]func(*rapid.T){
			"say": m.say, "reply": m.reply, "delete": m.delete, "undo": m.undo, "read": m.read, "unread": m.unread,
			"come or go": m.comeOrGo, "erase": m.erase, "read thread": m.readThread, "": m.check,
		})
		for _, p := range people { // the next room is to be the only one
			_, err := w.LeaveRoom(w.ctx(), p.ID, m.room.ID)
			if m.in[p.ID] != nil {
				m.ok(t, err)
			}
		}
	})
}

func (m *unreadModel) ok(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func (m *unreadModel) somebody(t *rapid.T) store.User {
	return rapid.SampledFrom(m.people).Draw(t, "who")
}

// member is one of those who are in the room.
func (m *unreadModel) member(t *rapid.T) store.User {
	who := m.somebody(t)
	if r := m.in[who.ID]; r == nil || !r.here {
		t.Skip("not in the room")
	}
	return who
}

// message is one that is kept and chosen by a condition.
func (m *unreadModel) message(t *rapid.T, which func(*saidMessage) bool) *saidMessage {
	var all []*saidMessage
	for _, s := range m.said {
		if s.number >= m.first && which(s) {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		t.Skip("there is no such message")
	}
	return rapid.SampledFrom(all).Draw(t, "message")
}

func (m *unreadModel) say(t *rapid.T) { m.sends(t, 0, 0) }

func (m *unreadModel) reply(t *rapid.T) {
	root := m.message(t, func(s *saidMessage) bool { return s.thread == 0 && s.deletion == 0 })
	m.sends(t, root.number, root.author)
}

func (m *unreadModel) sends(t *rapid.T, thread, rootAuthor int64) {
	author := m.member(t)
	in := message(m.room, author, "hello")
	in.Thread = thread
	in.MentionsAll = rapid.SampledFrom([]string{"", "", store.MentionsRoom, store.MentionsHere}).Draw(t, "all")
	in.Mentions = ids(rapid.SliceOfDistinct(rapid.SampledFrom(m.people), func(u store.User) int64 { return u.ID }).Draw(t, "mentioned")...)
	sent, err := m.n.Send(m.w.ctx(), in)
	m.ok(t, err)
	m.clock++
	s := &saidMessage{number: sent.Message.Number, author: author.ID, thread: thread, everybody: in.MentionsAll == store.MentionsRoom, at: m.clock}
	for _, id := range in.Mentions {
		if r := m.in[id]; r != nil && r.here {
			s.named = append(s.named, id)
		}
	}
	m.said = append(m.said, s)
	if thread > 0 {
		m.follow(s, rootAuthor)
	}
}

// follow notes who follows a thread from a reply on.
func (m *unreadModel) follow(s *saidMessage, rootAuthor int64) {
	followers := m.follows[s.thread]
	if followers == nil {
		followers = map[int64]int64{}
		m.follows[s.thread] = followers
	}
	followers[s.author] = s.number
	begin := func(user, read int64) {
		if _, already := followers[user]; !already {
			followers[user] = read
		}
	}
	begin(rootAuthor, 0)
	for _, user := range s.named {
		begin(user, s.number-1)
	}
}

func (m *unreadModel) delete(t *rapid.T) {
	s := m.message(t, func(s *saidMessage) bool { return s.deletion == 0 })
	d, pending, err := m.w.DeleteMessage(m.w.ctx(), m.w.owner.ID, m.room.ID, s.number, "")
	m.ok(t, err)
	m.n.Number(pending...)
	s.deletion = d.ID
}

func (m *unreadModel) undo(t *rapid.T) {
	s := m.message(t, func(s *saidMessage) bool { return s.deletion != 0 })
	pending, err := m.w.UndoDeletion(m.w.ctx(), m.w.owner.ID, s.deletion)
	m.ok(t, err)
	m.n.Number(pending...)
	s.deletion = 0
}

// number is one that a message has or nearly has.
func (m *unreadModel) number(t *rapid.T, least int64) int64 {
	return rapid.Int64Range(least, max(least, int64(len(m.said))+1)).Draw(t, "number")
}

func (m *unreadModel) read(t *rapid.T) {
	who, number := m.member(t), m.number(t, 0)
	got, _, err := m.w.MarkRead(m.w.ctx(), who.ID, m.room.ID, number)
	m.ok(t, err)
	r := m.in[who.ID]
	r.read = max(r.read, min(number, int64(len(m.said))))
	m.wantMark(t, who, "read", got)
}

func (m *unreadModel) unread(t *rapid.T) {
	who, number := m.member(t), m.number(t, 1)
	got, _, err := m.w.MarkUnread(m.w.ctx(), who.ID, m.room.ID, number)
	m.ok(t, err)
	r := m.in[who.ID]
	r.read = min(r.read, number-1)
	m.wantMark(t, who, "unread", got)
}

func (m *unreadModel) readThread(t *rapid.T) {
	who := m.member(t)
	s := m.message(t, func(s *saidMessage) bool { return s.thread >= m.first })
	number := m.number(t, 0)
	_, _, err := m.w.ReadThread(m.w.ctx(), who.ID, m.room.ID, s.thread, number)
	m.ok(t, err)
	if read, follows := m.follows[s.thread][who.ID]; follows {
		m.follows[s.thread][who.ID] = max(read, min(number, int64(len(m.said))))
	}
}

func (m *unreadModel) comeOrGo(t *rapid.T) {
	who := m.somebody(t)
	r, change := m.in[who.ID], m.w.JoinRoom
	m.clock++
	switch {
	case r == nil:
		m.in[who.ID] = &reader{here: true, read: int64(len(m.said)), joined: m.clock}
	case r.here:
		r.here, change = false, m.w.LeaveRoom
	default:
		r.here, r.joined = true, m.clock
	}
	pending, err := change(m.w.ctx(), who.ID, m.room.ID)
	m.ok(t, err)
	m.n.Number(pending...)
}

// erase lets some of the oldest messages be kept no longer.
func (m *unreadModel) erase(t *rapid.T) {
	upTo := rapid.Int64Range(m.first-1, int64(len(m.said))).Draw(t, "up to")
	m.w.past(m.room, int(upTo), 40)
	erased, _, err := m.w.EraseOldMessages(m.w.ctx(), m.room.ID)
	m.ok(t, err)
	if want := upTo - m.first + 1; erased != want {
		t.Fatalf("%d messages were erased, want %d", erased, want)
	}
	m.first = upTo + 1
}

// mark is what somebody has read, and what of the rest mentions them.
func (m *unreadModel) mark(who store.User) store.ReadMark {
	r := m.in[who.ID]
	mark := store.ReadMark{Number: max(r.read, m.first-1)}
	for _, s := range m.said {
		switch {
		case s.number <= mark.Number:
			if s.thread > 0 {
				mark.Aside++
			}
		case s.deletion == 0 && s.author != who.ID && (slices.Contains(s.named, who.ID) || s.everybody && s.at > r.joined):
			mark.Mentions++
		}
	}
	return mark
}

// aside counts all messages in threads.
func (m *unreadModel) aside() (n int64) {
	for _, s := range m.said {
		if s.thread > 0 {
			n++
		}
	}
	return n
}

// threads counts those that somebody follows and has not read.
func (m *unreadModel) threads(who store.User) (n int64) {
	for root, followers := range m.follows {
		read, follows := followers[who.ID]
		if follows && slices.ContainsFunc(m.said, func(s *saidMessage) bool {
			return s.thread == root && s.number >= m.first && s.number > read && s.deletion == 0 && s.author != who.ID
		}) {
			n++
		}
	}
	return n
}

func (m *unreadModel) wantMark(t *rapid.T, who store.User, where string, got store.ReadMark) {
	if want := m.mark(who); got != want {
		t.Fatalf("%s, %s: %+v, want %+v", who.Username, where, got, want)
	}
}

// check compares all that somebody is told.
func (m *unreadModel) check(t *rapid.T) {
	who := m.somebody(t)
	overview, err := m.w.Overview(m.w.ctx(), who.ID)
	m.ok(t, err)
	unread, err := m.w.Unread(m.w.ctx(), who.ID)
	m.ok(t, err)
	entry := slices.IndexFunc(overview.Rooms, func(o store.OverviewRoom) bool { return o.ID == m.room.ID })
	counts := slices.IndexFunc(unread.Rooms, func(u store.RoomUnread) bool { return u.RoomID == m.room.ID })
	if r := m.in[who.ID]; r == nil || !r.here {
		if entry >= 0 || counts >= 0 || overview.ThreadsUnread != 0 || unread.Threads != 0 {
			t.Fatalf("%s is not in the room and is told of it", who.Username)
		}
		return
	}
	if entry < 0 || counts < 0 {
		t.Fatalf("%s is not told of the room", who.Username)
	}
	o, u := overview.Rooms[entry], unread.Rooms[counts]
	m.wantMark(t, who, "overview", store.ReadMark{Number: o.ReadNumber, Aside: o.ReadAside, Mentions: o.Mentions})
	m.wantMark(t, who, "unread", u.Read)
	last := [2]int64{int64(len(m.said)), m.aside()}
	if got := [2]int64{o.LastNumber, o.LastAside}; got != last || got != [2]int64{u.LastNumber, u.LastAside} {
		t.Fatalf("%s: the room has %v and %+v, want %v", who.Username, got, u, last)
	}
	if want := m.threads(who); overview.ThreadsUnread != want || unread.Threads != want {
		t.Fatalf("%s: unread threads are %d and %d, want %d", who.Username, overview.ThreadsUnread, unread.Threads, want)
	}
	now, moved, err := m.w.MarkRead(m.w.ctx(), who.ID, m.room.ID, 0)
	m.ok(t, err)
	if m.wantMark(t, who, "nothing more read", now); moved {
		t.Fatalf("%s has read nothing and moved", who.Username)
	}
}
