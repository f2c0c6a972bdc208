package store_test

import (
	"errors"
	"slices"
	"testing"

	"chatd/store"
)

func TestABlockIsOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cyd := w.user("ada"), w.user("bob"), w.user("cyd")
	w.forgetNews()
	blocks := func(user, other store.User) {
		t.Helper()
		pending, err := w.Block(w.ctx(), user.ID, other.ID)
		w.ok(err)
		if !slices.Equal(pending, store.Pending{user.ID}) {
			t.Errorf("pending %v", pending)
		}
	}
	blocks(ada, cyd)
	blocks(ada, bob)
	if pending, err := w.Block(w.ctx(), ada.ID, bob.ID); err != nil || pending != nil {
		t.Errorf("a second time: %v, %v", pending, err)
	}
	if want := []string{line("me-changed", ada.ID, ada.ID, 0, ada.ID), line("me-changed", ada.ID, ada.ID, 0, ada.ID)}; !slices.Equal(w.news(), want) {
		t.Errorf("news %q, want %q", w.news(), want)
	}
	overview, err := w.Overview(w.ctx(), ada.ID)
	w.ok(err)
	if !slices.Equal(overview.Blocked, []int64{bob.ID, cyd.ID}) {
		t.Errorf("the overview has %v", overview.Blocked)
	}
	people, err := w.Blocks(w.ctx(), ada.ID)
	w.ok(err)
	if !slices.Equal(ids(people...), []int64{bob.ID, cyd.ID}) {
		t.Errorf("the list has %v", people)
	}
	w.numbered(w.node())
	events := w.events(ada.ID)
	if last := events[len(events)-1]; !slices.Equal(last.Blocked, []int64{bob.ID, cyd.ID}) || last.User.ID != ada.ID {
		t.Errorf("she is told %+v", last)
	}
	if theirs, err := w.Overview(w.ctx(), bob.ID); err != nil || len(theirs.Blocked) != 0 {
		t.Errorf("he has %v, %v", theirs.Blocked, err)
	}
	for range 2 {
		_, err = w.Unblock(w.ctx(), ada.ID, bob.ID)
		w.ok(err)
	}
	if pending, err := w.Unblock(w.ctx(), ada.ID, bob.ID); err != nil || pending != nil {
		t.Errorf("a block that is not: %v, %v", pending, err)
	}
	if people, err := w.Blocks(w.ctx(), ada.ID); err != nil || !slices.Equal(ids(people...), []int64{cyd.ID}) {
		t.Errorf("then the list has %v, %v", people, err)
	}
}

func TestWhomNobodyBlocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, guest := w.user("ada"), w.user("guest")
	_, _, err := w.SetRole(w.ctx(), w.owner.ID, guest.ID, store.RoleGuest)
	w.ok(err)
	w.exec(`delete from memberships where user_id = $1`, guest.ID)
	for _, try := range []struct {
		user, other int64
		want        error
	}{
		{ada.ID, ada.ID, store.ErrOneself}, {ada.ID, 1 << 40, store.ErrNoSuchUser}, {ada.ID, store.WorkspaceTopic, store.ErrNoSuchUser}, {guest.ID, ada.ID, store.ErrNoSuchUser},
	} {
		if pending, err := w.Block(w.ctx(), try.user, try.other); !errors.Is(err, try.want) || pending != nil {
			t.Errorf("%+v: %v", try, err)
		}
	}
}

func TestOneBlocksOnlySoMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cyd := w.user("ada"), w.user("bob"), w.user("cyd")
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, $2) returning id),
		u as (
			insert into users (id, username, username_key, display_name, password_hash)
			select id, 'u' || id, 'u' || id, 'User', '' from t returning id
		)
		insert into blocks (user_id, blocked_id) select $1, id from u`, ada.ID, store.MaxBlocks-1)
	_, err := w.Block(w.ctx(), ada.ID, bob.ID)
	w.ok(err)
	if pending, err := w.Block(w.ctx(), ada.ID, cyd.ID); !errors.Is(err, store.ErrTooManyBlocks) || pending != nil {
		t.Errorf("one more: %v", err)
	}
	if n := w.number(`select count(*) from blocks`); n != store.MaxBlocks {
		t.Errorf("%d blocks", n)
	}
}

func TestWhatBlockedPeopleWriteIsNoMentionAndNoNewReply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cyd := w.user("ada"), w.user("bob"), w.user("cyd")
	room := w.room(store.RoomPublic, "tea", w.owner, ada, bob, cyd)
	_, err := w.Block(w.ctx(), ada.ID, bob.ID)
	w.ok(err)
	n := w.node()
	_, err = n.Send(w.ctx(), message(room, ada, "tea?"))
	w.ok(err)
	n.replies(room, bob, 1, "no")
	for _, author := range []store.User{bob, cyd} {
		for _, all := range []string{"", store.MentionsRoom} {
			in := message(room, author, "tea?")
			in.Mentions, in.MentionsAll = []int64{ada.ID}, all
			_, err := n.Send(w.ctx(), in)
			w.ok(err)
		}
	}
	wants := func(mentions, threads int64) {
		t.Helper()
		if o, err := w.Overview(w.ctx(), ada.ID); err != nil || o.ThreadsUnread != threads {
			t.Errorf("%d unread threads, %v; want %d", o.ThreadsUnread, err, threads)
		}
		if entry, err := w.OverviewRoom(w.ctx(), ada.ID, room.ID); err != nil || entry.Mentions != mentions {
			t.Errorf("%d mentions, %v; want %d", entry.Mentions, err, mentions)
		}
	}
	wants(2, 0)
	_, err = w.Unblock(w.ctx(), ada.ID, bob.ID)
	w.ok(err)
	wants(4, 1)
}
