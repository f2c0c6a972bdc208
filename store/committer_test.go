package store_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"chatd/store"
)

func TestASendReturnsTheMessageWithItsPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.forgetNews()
	n := w.node()
	before := time.Now().Add(-time.Minute)
	in := message(room, w.owner, "Is there tea?\nOr <b>coffee</b>? ☕ 'quoted' \\ {1,2}")
	in.ClientID = strings.ToUpper(in.ClientID)
	sent, err := n.Send(t.Context(), in)
	w.ok(err)
	m := sent.Message
	if sent.Repeated || m.ID == 0 || m.RoomID != room.ID || m.Number != 1 || m.Seq != 1 || m.Body != in.Body ||
		m.ClientID != strings.ToLower(in.ClientID) || m.CreatedAt.Before(before) {
		t.Errorf("sent %+v", sent)
	}
	if m.Author.ID != w.owner.ID || m.Author.Username != "owner" || m.Author.DisplayName != "Owner" {
		t.Errorf("author %+v", m.Author)
	}
	second := n.say(room, w.owner, "There is.")
	if second.Message.Number != 2 || second.Message.Seq != 2 || second.Message.CreatedAt.Before(m.CreatedAt) {
		t.Errorf("second %+v after %+v", second, m)
	}
	events := w.log(room.ID)
	if !reflect.DeepEqual(n.heard[room.ID], events) || !reflect.DeepEqual(*events[0].Message, m) {
		t.Errorf("listeners heard %+v, the log is %+v", n.heard[room.ID], events)
	}
}

func TestWhoMayNotPostIsToldWhyAndNothingIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cyd := w.user("ada"), w.user("bob"), w.user("cyd")
	public := w.room(store.RoomPublic, "public", w.owner, ada, cyd)
	private := w.room(store.RoomPrivate, "private", w.owner, ada)
	direct := w.direct(w.owner, ada)
	_, live := w.browser().signIn(ada)
	_, ended := w.browser().signIn(ada)
	if _, err := w.EndSession(t.Context(), ended, "signed-out"); err != nil {
		t.Fatal(err)
	}
	_, expired := w.browser().signIn(ada)
	w.exec(`update sessions set expires_at = now() where id = $1`, expired)
	_, cydsSession := w.browser().signIn(cyd)
	w.deactivate(cyd)
	_, err := w.LeaveRoom(t.Context(), w.owner.ID, public.ID)
	w.ok(err)
	n := w.node()
	for _, c := range []struct {
		what    string
		room    int64
		author  store.User
		session string
		want    error
	}{
		{"a member", public.ID, ada, "", nil},
		{"a member with a session", public.ID, ada, live, nil},
		{"a member of a private room", private.ID, ada, live, nil},
		{"a member of a direct room", direct.ID, ada, live, nil},
		{"who never was in a public room", public.ID, bob, "", store.ErrNotMember},
		{"who left a public room", public.ID, w.owner, "", store.ErrNotMember},
		{"a stranger to a private room", private.ID, bob, "", store.ErrNotFound},
		{"a stranger to a direct room", direct.ID, bob, "", store.ErrNotFound},
		{"no such room", 1 << 40, ada, "", store.ErrNotFound},
		{"room zero", 0, ada, "", store.ErrNotFound},
		{"the workspace's topic", store.WorkspaceTopic, ada, "", store.ErrNotFound},
		{"a user's own topic", ada.ID, ada, "", store.ErrNotFound},
		{"an ended session", public.ID, ada, ended, store.ErrSessionEnded},
		{"an ended session and no such room", 1 << 40, ada, ended, store.ErrSessionEnded},
		{"an expired session", public.ID, ada, expired, store.ErrSessionEnded},
		{"another's session", private.ID, w.owner, live, store.ErrSessionEnded},
		{"no such session", public.ID, ada, clientID(), store.ErrSessionEnded},
		{"nonsense for a session", public.ID, ada, "x", store.ErrSessionEnded},
		{"who was deactivated", public.ID, cyd, "", store.ErrForbidden},
		{"the session of who was deactivated", public.ID, cyd, cydsSession, store.ErrSessionEnded},
		{"nobody", public.ID, store.User{}, "", store.ErrForbidden},
	} {
		_, err := n.Send(t.Context(), store.Send{RoomID: c.room, AuthorID: c.author.ID, SessionID: c.session, ClientID: clientID(), Body: "hello"})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.what, err, c.want)
		}
	}
	if got := w.number(`select count(*) from messages`); got != 4 {
		t.Errorf("%d messages are stored, want 4", got)
	}
	w.log(public.ID)
}

func TestWhatCanNeverBeStoredIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	n := w.node()
	for what, body := range map[string]string{
		"empty": "", "a NUL": "a\x00b", "half a character": "a\xe2\x98", "a surrogate": "\xed\xa0\x80",
		"one too long": strings.Repeat("ä", store.MaxBody+1),
	} {
		if _, err := n.Send(t.Context(), message(room, w.owner, body)); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, id := range []string{"", "1", strings.Repeat("z", 36), clientID() + "0"} {
		in := message(room, w.owner, "hello")
		in.ClientID = id
		if _, err := n.Send(t.Context(), in); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("client id %q: %v", id, err)
		}
	}
	longest := strings.Repeat("😀", store.MaxBody)
	if sent := n.say(room, w.owner, longest); sent.Message.Body != longest {
		t.Error("the longest message is not stored whole")
	}
}

func TestARetriedSendReturnsTheFirstResult(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.forgetNews()
	n, other := w.node(), w.node()
	in := message(room, w.owner, "once")
	first, err := n.Send(t.Context(), in)
	w.ok(err)
	n.say(room, w.owner, "between")
	in.Body = "changed meanwhile"
	for i, c := range []*node{n, other, n} {
		again, err := c.Send(t.Context(), in)
		if err != nil || !again.Repeated || !reflect.DeepEqual(again.Message, first.Message) {
			t.Errorf("retry %d: %+v, %v; first %+v", i, again, err, first)
		}
	}
	n.say(room, w.owner, "after")
	if got := bodies(w.log(room.ID)); !reflect.DeepEqual(got, []string{"once", "between", "after"}) {
		t.Errorf("log: %q", got)
	}
	if heard := n.seqs(room.ID); !reflect.DeepEqual(heard, []int64{1, 2, 3}) {
		t.Errorf("listeners heard %v", heard)
	}
	// Who has left is still told what became of their message.
	_, err = w.LeaveRoom(t.Context(), w.owner.ID, room.ID)
	w.ok(err)
	if again, err := n.Send(t.Context(), in); err != nil || !again.Repeated {
		t.Errorf("after leaving: %+v, %v", again, err)
	}
}

func TestAClientIDBelongsToOneRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea, coffee := w.room(store.RoomPublic, "tea", w.owner), w.room(store.RoomPublic, "coffee", w.owner)
	ada := w.user("ada")
	w.addTo(tea, ada)
	n := w.node()
	in := message(tea, w.owner, "hello")
	_, err := n.Send(t.Context(), in)
	w.ok(err)
	in.RoomID = coffee.ID
	if _, err := n.Send(t.Context(), in); !errors.Is(err, store.ErrConflict) {
		t.Errorf("in another room: %v", err)
	}
	in.RoomID, in.AuthorID = tea.ID, ada.ID
	if sent, err := n.Send(t.Context(), in); err != nil || sent.Repeated {
		t.Errorf("of another author: %+v, %v", sent, err)
	}
	w.log(tea.ID)
	w.log(coffee.ID)
}

func TestSendsWaitUntilTheCommitterRunsAndFailWhenItHasEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	idle := w.NewCommitter(store.CommitterConfig{QueueMax: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	for i := range 2 { // the second does not even find a place in the queue
		_, err := idle.Send(ctx, message(room, w.owner, "hello"))
		if !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("send %d: %v", i, err)
		}
	}
	n := w.node()
	n.say(room, w.owner, "hello")
	n.stop()
	if _, err := n.Send(t.Context(), message(room, w.owner, "hello")); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("after the end: %v", err)
	}
	n.Number(room.ID)
	if got := bodies(w.log(room.ID)); len(got) != 1 {
		t.Errorf("log: %q", got)
	}
}

func TestAMessageThatNobodyWaitsForIsNotStoredLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	n := w.node()
	release := w.hold(room.ID)
	ctx, cancel := context.WithCancel(t.Context())
	given := make(chan error, 1)
	go func() {
		_, err := n.Send(ctx, message(room, w.owner, "waits behind"))
		given <- err
	}()
	w.untilWaiting(1) // with the first attempt's lock
	cancel()
	if err := <-given; !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("given up: %v", err)
	}
	second := n.begin(message(room, w.owner, "second"))
	// The statement in flight outlives its sender: it is cancelled here so
	// that the next one is asked to drop what nobody waits for.
	w.until("the statement in flight is cancelled", func() bool {
		return w.number(`select count(pg_cancel_backend(pid)) from pg_stat_activity
			where datname = current_database() and application_name = 'chatd committer' and wait_event_type = 'Lock'`) > 0
	})
	release()
	_, err := second.end()
	w.ok(err)
	if got := bodies(w.log(room.ID)); !reflect.DeepEqual(got, []string{"second"}) {
		t.Errorf("log: %q", got)
	}
}
