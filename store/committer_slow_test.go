package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chatd/store"
)

// wantSlow wants a send to be told to wait, no longer than most.
func wantSlow(t *testing.T, what string, err error, most time.Duration) {
	t.Helper()
	if e, ok := errors.AsType[*store.SlowModeError](err); !ok || e.Wait <= 0 || e.Wait > most {
		t.Errorf("%s: %v", what, err)
	}
}

func TestInSlowModePeopleWaitBetweenTwoMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, moderator := w.user("ada"), w.user("bob"), w.user("moderator")
	admin := w.userAs(store.RoleAdmin, "admin")
	room, other := w.room(store.RoomPublic, "tea", w.owner, ada, bob, moderator, admin), w.room(store.RoomPublic, "coffee", w.owner, ada)
	w.give(room, moderator, store.RoomModerator)
	n, far := w.node(), w.node()
	n.say(room, ada, "before")
	w.slow(room, 60)
	first := message(room, ada, "first")
	_, err := n.Send(w.ctx(), first)
	w.ok(err)
	for _, at := range []*node{n, far} {
		_, err := at.Send(w.ctx(), message(room, ada, "too early"))
		wantSlow(t, "ada", err, time.Minute)
		if again, err := at.Send(w.ctx(), first); err != nil || !again.Repeated {
			t.Errorf("a repeat: %+v, %v", again, err)
		}
		at.say(other, ada, "in another room")
		for _, exempt := range []store.User{w.owner, moderator, admin} {
			at.say(room, exempt, exempt.Username)
		}
	}
	n.say(room, bob, "somebody else")
	w.exec(`update slow_posts set posted_at = posted_at - interval '50 seconds' where user_id = $1`, ada.ID)
	_, err = n.Send(w.ctx(), message(room, ada, "still too early"))
	wantSlow(t, "ada after 50 seconds", err, 10*time.Second)
	w.slow(room, 40)
	n.say(room, ada, "after the wait")
	w.slow(room, 0)
	n.say(room, ada, "at once")
	n.say(room, ada, "and again")
	w.log(room.ID)
}

// Whoever sends many messages at once has one accepted, whatever batches they
// come in; others in the batch are not held up.
func TestInSlowModeOneOfManyAtOnceIsAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room, free := w.room(store.RoomPublic, "tea", w.owner, ada, bob), w.room(store.RoomPublic, "coffee", w.owner, ada)
	w.slow(room, 600)
	var twice atomic.Bool // a transaction tried to let somebody write two of them
	cfg := store.CommitterConfig{OnBatch: func(_ int, _ time.Duration, err error) {
		if err != nil && strings.Contains(err.Error(), "a second time") {
			twice.Store(true)
		}
	}}
	nodes := []*node{w.nodeOn(w.Store, cfg), w.nodeOn(w.Store, cfg)}
	release := w.hold(room.ID, free.ID) // so that they wait together
	var slowed, freely []*sending
	for i := range 60 {
		n := nodes[i/30]
		switch i % 3 {
		case 0:
			slowed = append(slowed, n.begin(message(room, ada, fmt.Sprint("ada ", i))))
		case 1:
			slowed = append(slowed, n.begin(message(room, bob, fmt.Sprint("bob ", i))))
		default:
			freely = append(freely, n.begin(message(free, ada, fmt.Sprint("free ", i))), n.begin(message(room, w.owner, fmt.Sprint("owner ", i))))
		}
	}
	w.untilWaiting(2)
	release()
	accepted := 0
	for _, s := range slowed {
		if _, err := s.end(); err == nil {
			accepted++
		} else {
			wantSlow(t, "one of many", err, 10*time.Minute)
		}
	}
	for _, s := range freely {
		if _, err := s.end(); err != nil {
			t.Errorf("who does not have to wait: %v", err)
		}
	}
	if twice.Load() {
		t.Error("two of one author were stored together")
	}
	if inRoom, inFree := len(bodies(w.log(room.ID))), len(bodies(w.log(free.ID))); accepted != 2 || inRoom != 22 || inFree != 20 {
		t.Errorf("%d accepted, %d and %d messages; want 2, 22 and 20", accepted, inRoom, inFree)
	}
}

// What an earlier send of the batch is told has no part in it: a repeat is no
// message, and neither is one that is refused.
func TestInSlowModeOnlyWhatIsStoredCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	n := w.node()
	stored := message(room, ada, "stored")
	_, err := n.Send(w.ctx(), stored)
	w.ok(err)
	_, ended := w.browser().signIn(ada)
	_, err = w.EndSession(w.ctx(), ended, "signed-out")
	w.ok(err)
	w.slow(room, 600)
	w.forgetNews()
	busy := w.takeAway(`lock table slow_posts in share mode`)
	all := []*sending{n.begin(message(room, bob, "is being stored"))}
	w.untilWaiting(1)
	late := message(room, ada, "signed out")
	late.SessionID = ended
	for i, s := range []store.Send{late, stored, message(room, ada, "counts")} {
		all = append(all, n.begin(s))
		w.until("it waits for the next batch", func() bool { return n.Queued() == i+2 })
	}
	w.ok(busy.Commit(w.ctx()))
	if _, err := all[1].end(); !errors.Is(err, store.ErrSessionEnded) {
		t.Errorf("signed out: %v", err)
	}
	if sent, err := all[2].end(); err != nil || !sent.Repeated {
		t.Errorf("repeated: %+v, %v", sent, err)
	}
	if _, err := all[3].end(); err != nil {
		t.Errorf("what counts: %v", err)
	}
}

// A send that waits for the room's lock is judged by what was decided meanwhile.
func TestASendIsJudgedByTheSanctionsOfTheMomentItIsStored(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		do   func(w *world, room store.Room, ada store.User)
		want error
	}{
		"muted": {func(w *world, room store.Room, ada store.User) { w.mutes(w.owner, ada, room) }, store.ErrForbidden},
		"muted and no longer": {func(w *world, room store.Room, ada store.User) {
			w.mutes(w.owner, ada, room)
			_, err := w.EndMute(w.ctx(), w.owner.ID, ada.ID, room.ID)
			w.ok(err)
		}, nil},
		"banned": {func(w *world, room store.Room, ada store.User) {
			_, _, err := w.Ban(w.ctx(), w.owner.ID, ada.ID, room.ID, store.Terms{})
			w.ok(err)
		}, store.ErrNotMember},
		"a guest is banned": {func(w *world, room store.Room, ada store.User) {
			w.exec(`update users set role = 'guest' where id = $1`, ada.ID)
			_, _, err := w.Ban(w.ctx(), w.owner.ID, ada.ID, room.ID, store.Terms{})
			w.ok(err)
		}, store.ErrNotFound},
		"suspended": {func(w *world, _ store.Room, ada store.User) {
			_, _, err := w.Suspend(w.ctx(), w.owner.ID, ada.ID, store.Terms{}, nil)
			w.ok(err)
		}, store.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ada := w.user("ada")
			room := w.room(store.RoomPublic, "tea", w.owner, ada)
			w.forgetNews()
			n := w.node()
			release := w.hold(room.ID)
			sent := n.begin(message(room, ada, "hello"))
			w.untilWaiting(1)
			change.do(w, room, ada)
			release()
			if _, err := sent.end(); !errors.Is(err, change.want) {
				t.Errorf("%v, want %v", err, change.want)
			}
			if stored := len(bodies(w.log(room.ID))); (stored == 1) != (change.want == nil) {
				t.Errorf("%d messages are stored", stored)
			}
		})
	}
}

// Many people write through two nodes in a room with slow mode, where some are
// muted now and then: nobody has two messages in it that are too near to each
// other, and who was muted has none from that time.
func TestSlowModeAndMutesHoldAmongManyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := []store.User{w.user("ada"), w.user("bob"), w.user("cyd")}
	room := w.room(store.RoomPublic, "tea", w.owner, people...)
	const pause = time.Second
	w.slow(room, int(pause/time.Second))
	cutters := []*cutter{w.newCutter(), w.newCutter()}
	nodes := []*node{w.nodeOn(cutters[0].open(w), store.CommitterConfig{BatchMax: 5}), w.nodeOn(cutters[1].open(w), store.CommitterConfig{})}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	quiet := make([][][2]time.Time, len(people)) // when each was muted, by the database's clock
	stored := make([]int, len(people))
	errs := together(len(people)*2+1, func(i int) error {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		switch {
		case i == len(people)*2:
			return w.disturb(r, cutters, []store.Room{room})
		case i >= len(people):
			return w.muteNowAndThen(people[i-len(people)], room, &quiet[i-len(people)])
		}
		for range 40 {
			err := w.writeAt(r, nodes, room, people[i])
			_, slow := errors.AsType[*store.SlowModeError](err)
			_, muted := errors.AsType[*store.SanctionError](err)
			switch {
			case err == nil:
				stored[i]++
			case !slow && !muted:
				return err
			}
		}
		return nil
	})
	w.ok(errors.Join(errs...))
	for i, person := range people {
		if stored[i] == 0 { // by chance they were muted at each try
			w.ok(w.writeAt(rand.New(rand.NewPCG(seed, uint64(i))), nodes, room, person))
			stored[i]++
		}
	}
	log := w.log(room.ID)
	for i, person := range people {
		var times []time.Time
		for _, e := range log {
			if e.Message != nil && e.Message.Author.ID == person.ID {
				times = append(times, e.Message.CreatedAt)
			}
		}
		if len(times) != stored[i] || len(times) == 0 {
			t.Errorf("%s: %d messages, %d were answered", person.Username, len(times), stored[i])
		}
		for j := 1; j < len(times); j++ {
			if times[j].Sub(times[j-1]) < pause {
				t.Errorf("%s wrote at %v and %v", person.Username, times[j-1], times[j])
			}
		}
		for _, span := range quiet[i] {
			if slices.ContainsFunc(times, func(at time.Time) bool { return at.After(span[0]) && at.Before(span[1]) }) {
				t.Errorf("%s wrote at %v, muted from %v to %v", person.Username, times, span[0], span[1])
			}
		}
	}
}

// writeAt sends one message, at any of two nodes and again until the answer is
// known.
func (w *world) writeAt(r *rand.Rand, nodes []*node, room store.Room, author store.User) error {
	in := message(room, author, fmt.Sprint(author.Username, r.Uint32()))
	_, err := nodes[r.IntN(2)].Send(w.ctx(), in)
	for errors.Is(err, store.ErrUnavailable) {
		_, err = nodes[r.IntN(2)].Send(w.ctx(), in)
	}
	return err
}

// muteNowAndThen mutes somebody again and again, and notes when they certainly
// were.
func (w *world) muteNowAndThen(user store.User, room store.Room, quiet *[][2]time.Time) error {
	clock := func(at *time.Time) error { return w.sql.QueryRow(w.ctx(), `select clock_timestamp()`).Scan(at) }
	for range 15 {
		var span [2]time.Time
		if _, _, err := w.Mute(w.ctx(), w.owner.ID, user.ID, room.ID, store.Terms{}); err != nil {
			return err
		}
		if err := clock(&span[0]); err != nil {
			return err
		}
		if _, err := w.sql.Exec(w.ctx(), `select pg_sleep(0.02)`); err != nil {
			return err
		}
		if err := clock(&span[1]); err != nil {
			return err
		}
		*quiet = append(*quiet, span)
		if _, err := w.EndMute(w.ctx(), w.owner.ID, user.ID, room.ID); err != nil {
			return err
		}
	}
	return nil
}
