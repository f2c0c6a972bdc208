package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chatd/store"
)

// replies sends a reply into a thread that must be accepted.
func (n *node) replies(room store.Room, author store.User, root int64, body string, mentions ...store.User) store.Message {
	n.w.t.Helper()
	in := message(room, author, body)
	in.Thread = root
	for _, u := range mentions {
		in.Mentions = append(in.Mentions, u.ID)
	}
	sent, err := n.Send(n.w.ctx(), in)
	n.w.ok(err)
	return sent.Message
}

// wantWhole checks that what is kept of threads and mentions is what the messages
// of a room say.
func (w *world) wantWhole(room store.Room) {
	w.t.Helper()
	for what, sql := range map[string]string{
		"asides": `
			select count(*)
			from (select aside, count(thread) over (order by number) as so_far from messages where room_id = $1) m
			where aside <> so_far + (select first_aside from rooms where id = $1)`,
		"the last aside": `
			select count(*) from topics t
			where id = $1 and last_aside <> coalesce((select max(aside) from messages where room_id = t.id), last_aside)`,
		"places in threads": `
			select count(*)
			from (
				select thread_index, max(thread_index) over (partition by thread) - count(*) over (partition by thread)
					+ row_number() over (partition by thread order by number) as place
				from messages where room_id = $1 and thread is not null
			) m
			where thread_index <> place`,
		"replies": `
			select count(*)
			from (select thread as root, number from messages where room_id = $1 and thread is not null) m
			full join (select root, number from thread_replies where room_id = $1) x using (root, number)
			where m.number is null or x.number is null`,
		"threads": `
			select count(*)
			from (
				select thread as root, max(thread_index) as last_index, count(*) filter (where deletion_id is null) as replies,
					coalesce(max(number) filter (where deletion_id is null), 0) as last_number
				from messages where room_id = $1 and thread is not null group by thread
			) m
			full join (select root, last_index, replies, last_number from threads where room_id = $1) th using (root)
			where (m.last_index, m.replies, m.last_number) is distinct from (th.last_index, th.replies, th.last_number)`,
		"authors": `
			select count(*)
			from threads th
			cross join lateral (
				select coalesce((array_agg(author_id order by last desc))[1:5], '{}') as authors
				from (
					select author_id, max(number) as last from messages
					where room_id = $1 and thread = th.root and deletion_id is null group by author_id
				) m
			) live
			where th.room_id = $1 and th.authors <> live.authors`,
		"mentions": `
			select count(*)
			from (
				select number, unnest(mentions || case when mentions_all = 'room' then array[0::bigint] end) as user_id, author_id, thread
				from messages where room_id = $1 and deletion_id is null
			) m
			full join (select number, user_id, author_id, thread from mentions where room_id = $1) x using (number, user_id)
			where (m.number is null or m.author_id <> m.user_id)
				and (m.author_id is distinct from x.author_id or m.thread is distinct from x.thread)`,
	} {
		if wrong := w.number(sql, room.ID); wrong != 0 {
			w.t.Errorf("%s: %d of the %s are wrong", room.Name, wrong, what)
		}
	}
}

func TestRepliesOfOneBatchHaveTheirPlaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	w.forgetNews()
	n := w.node()
	for i := range 2 {
		n.say(room, w.owner, fmt.Sprint("root ", i))
	}
	release := w.hold(room.ID)
	var all []*sending
	for i := range 30 {
		in := message(room, []store.User{w.owner, ada}[i%2], fmt.Sprint(i))
		in.Thread = int64(i % 3) // 0 is none
		all = append(all, n.begin(in))
	}
	w.untilWaiting(1)
	release()
	places := map[int64][]int64{}
	for _, s := range all {
		sent, err := s.end()
		w.ok(err)
		m := sent.Message
		if m.Thread > 0 {
			places[m.Thread] = append(places[m.Thread], m.ThreadIndex)
		}
	}
	for root, list := range places {
		if slices.Sort(list); !slices.Equal(list, upTo(1, 10)) {
			t.Errorf("thread %d has the places %v", root, list)
		}
	}
	w.wantWhole(room)
	h := w.page(room, store.HistoryPage{Limit: 200})
	if len(h.Messages) != 12 || h.Messages[0].Replies == nil || h.Messages[0].Replies.Count != 10 || len(h.Messages[0].Replies.Authors) != 2 {
		t.Errorf("the timeline has %d messages, the first with %+v", len(h.Messages), h.Messages[0].Replies)
	}
	if whole := w.page(room, store.HistoryPage{Limit: 200, Aside: true}); len(whole.Messages) != 32 {
		t.Errorf("%d messages in all", len(whole.Messages))
	}
}

func TestWhatIsRepliedToMustBeThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room, other := w.room(store.RoomPublic, "tea", w.owner), w.room(store.RoomPublic, "coffee", w.owner)
	n := w.node()
	for range 4 {
		n.say(room, w.owner, "root")
	}
	for range 9 {
		n.say(other, w.owner, "elsewhere")
	}
	inside := n.replies(room, w.owner, 1, "reply")
	n.replies(room, w.owner, 2, "in another")
	w.deletes(w.owner, room, 3)
	for _, try := range []struct {
		thread, replyTo int64
		field, says     string
	}{
		{thread: 9, field: "thread", says: "does not exist any more"},
		{thread: 3, field: "thread", says: "was deleted"},
		{thread: inside.Number, field: "thread", says: "itself in a thread"},
		{replyTo: 9, field: "reply_to", says: "does not exist any more"},
		{replyTo: 3, field: "reply_to", says: "was deleted"},
		{replyTo: inside.Number, field: "reply_to", says: "not in the same thread"},
		{thread: 2, replyTo: inside.Number, field: "reply_to", says: "not in the same thread"},
		{thread: 1, replyTo: 2, field: "reply_to", says: "not in the same thread"},
		{replyTo: 4},
		{thread: 1, replyTo: 1},
		{thread: 1, replyTo: inside.Number},
	} {
		in := message(room, w.owner, "x")
		in.Thread, in.ReplyTo = try.thread, try.replyTo
		sent, err := n.Send(w.ctx(), in)
		invalid, refused := errors.AsType[*store.InvalidError](err)
		switch {
		case try.field == "" && (err != nil || sent.Message.ReplyTo != try.replyTo || sent.Message.Thread != try.thread):
			t.Errorf("%+v: %+v, %v", try, sent.Message, err)
		case try.field != "" && (!refused || invalid.Field != try.field || !strings.Contains(invalid.Text, try.says)):
			t.Errorf("%+v: %v", try, err)
		}
	}
	w.wantWhole(room)
}

func TestARepeatedSendIsAnsweredWithAllThatIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, eve := w.user("ada"), w.user("eve")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	nodes := []*node{w.node(), w.node()}
	nodes[0].say(room, ada, "root")
	in := message(room, w.owner, "*hi*")
	in.HTML, in.Thread, in.ReplyTo, in.MentionsAll = "<p><em>hi</em></p>", 1, 1, store.MentionsRoom
	in.Mentions = []int64{ada.ID, eve.ID, ada.ID, w.owner.ID, 1 << 50}
	first, err := nodes[0].Send(w.ctx(), in)
	w.ok(err)
	again, err := nodes[1].Send(w.ctx(), store.Send{RoomID: room.ID, AuthorID: w.owner.ID, ClientID: in.ClientID, Body: "plain"})
	w.ok(err)
	m := first.Message
	if fmt.Sprint(again.Message) != fmt.Sprint(m) || !again.Repeated {
		t.Errorf("first %+v, again %+v", m, again.Message)
	}
	if m.HTML != in.HTML || m.Thread != 1 || m.ThreadIndex != 1 || m.ReplyTo != 1 || m.Aside != 1 || m.MentionsAll != "room" ||
		!slices.Equal(m.Mentions, []int64{w.owner.ID, ada.ID}) {
		t.Errorf("sent %+v", m)
	}
	found, err := w.Message(w.ctx(), ada.ID, room.ID, 2)
	w.ok(err)
	if fmt.Sprint(found) != fmt.Sprint(m) {
		t.Errorf("stored %+v, answered %+v", found, m)
	}
	w.wantWhole(room)
}

func TestWhoWritesOrIsMentionedFollowsAThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cyd, dan := w.user("ada"), w.user("bob"), w.user("cyd"), w.user("dan")
	room := w.room(store.RoomPublic, "tea", w.owner, ada, bob, cyd, dan)
	n := w.node()
	n.say(room, ada, "root")
	n.replies(room, bob, 1, "2")
	n.replies(room, cyd, 1, "3", dan)
	unread := func(who store.User) string {
		p, err := w.FollowedThreads(w.ctx(), who.ID, store.Page{})
		w.ok(err)
		var list []string
		for _, th := range p.Threads {
			list = append(list, fmt.Sprint(th.Root.Number, " ", th.Unread, " ", th.Mentioned))
		}
		return fmt.Sprint(p.Unread, list)
	}
	for who, want := range map[*store.User]string{
		&ada: "1 [1 2 false]", &bob: "1 [1 1 false]", &cyd: "0 [1 0 false]", &dan: "1 [1 1 true]", &w.owner: "0 []",
	} {
		if got := unread(*who); got != want {
			t.Errorf("%s has %s, want %s", who.Username, got, want)
		}
	}
	if now, moved, err := w.ReadThread(w.ctx(), ada.ID, room.ID, 1, 2); now != 2 || !moved || err != nil {
		t.Error(now, moved, err)
	}
	if now, moved, err := w.ReadThread(w.ctx(), ada.ID, room.ID, 1, 1); now != 2 || moved || err != nil {
		t.Error("read backwards:", now, moved, err)
	}
	if now, moved, err := w.ReadThread(w.ctx(), ada.ID, room.ID, 1, 1<<40); now != 3 || !moved || err != nil {
		t.Error("read what is not there:", now, moved, err)
	}
	w.ok(w.FollowThread(w.ctx(), dan.ID, room.ID, 1, false))
	n.replies(room, dan, 1, "4", dan, ada)
	n.replies(room, bob, 1, "5", dan)
	if got := unread(dan); got != "0 []" {
		t.Errorf("who no longer follows has %s", got)
	}
	if got := unread(ada); got != "1 [1 2 true]" {
		t.Errorf("who had read has %s", got)
	}
	w.ok(w.FollowThread(w.ctx(), dan.ID, room.ID, 1, true))
	if got := unread(dan); got != "0 [1 0 false]" {
		t.Errorf("who follows again has %s", got)
	}
	followers, err := w.Followers(w.ctx(), []store.ThreadRoot{{RoomID: room.ID, Number: 1}, {RoomID: room.ID, Number: 2}})
	w.ok(err)
	if len(followers) != 1 || followers[0].Count != 4 || !slices.Equal(followers[0].Users, []int64{ada.ID, bob.ID, cyd.ID, dan.ID}) {
		t.Errorf("followers %+v", followers)
	}
	_, err = w.LeaveRoom(w.ctx(), ada.ID, room.ID)
	w.ok(err)
	if got := unread(ada); got != "0 []" {
		t.Errorf("who left has %s", got)
	}
}

func TestDeletingAReplyLowersTheCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	n := w.node()
	n.say(room, w.owner, "root")
	n.replies(room, ada, 1, "2", bob)
	n.replies(room, bob, 1, "3")
	replies := func() string {
		m, err := w.Message(w.ctx(), ada.ID, room.ID, 1)
		w.ok(err)
		if m.Replies == nil {
			return "none"
		}
		return fmt.Sprint(m.Replies.Count, m.Replies.LastNumber, m.Replies.Authors)
	}
	steps := []struct {
		do   func()
		want string
	}{
		{func() {}, fmt.Sprint(2, 3, []int64{bob.ID, ada.ID})},
		{func() { w.deletes(bob, room, 3) }, fmt.Sprint(1, 2, []int64{ada.ID})},
		{func() { w.deletes(ada, room, 2) }, "none"},
		{func() { w.takesBack(ada, room, 2) }, fmt.Sprint(1, 2, []int64{ada.ID})},
		{func() { n.replies(room, bob, 1, "4") }, fmt.Sprint(2, 4, []int64{bob.ID, ada.ID})},
		{func() { w.takesBack(bob, room, 3) }, fmt.Sprint(3, 4, []int64{bob.ID, ada.ID})},
	}
	for i, step := range steps {
		if step.do(); replies() != step.want {
			t.Errorf("after step %d: %s, want %s", i, replies(), step.want)
		}
		w.wantWhole(room)
	}
	w.deletes(w.owner, room, 1)
	th, err := w.Thread(w.ctx(), ada.ID, room.ID, 1, store.HistoryPage{Limit: 2})
	w.ok(err)
	if !th.Root.Deleted || th.Root.Body != "" || th.Root.Author.ID != 0 || len(th.Messages) != 2 || th.Messages[1].Body != "4" || !th.More {
		t.Errorf("the thread of a deleted message: %+v", th)
	}
}

// takesBack takes back what deleted a message.
func (w *world) takesBack(by store.User, room store.Room, number int64) {
	w.t.Helper()
	_, err := w.UndoDeletion(w.ctx(), by.ID, w.number(`select deletion_id from messages where room_id = $1 and number = $2`, room.ID, number))
	w.ok(err)
}

// Deletions count replies while others send new ones, at two nodes.
func TestRepliesAreCountedRightWhileSomeAreDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	nodes := []*node{w.node(), w.node()}
	nodes[0].say(room, w.owner, "root")
	w.ok(errors.Join(together(4, func(i int) error {
		me := []store.User{ada, bob}[i%2]
		for range 15 {
			in := message(room, me, "x")
			in.Thread = 1
			sent, err := nodes[i/2].Send(w.ctx(), in)
			if err != nil {
				return err
			}
			if sent.Message.ThreadIndex%2 == 0 {
				if _, _, err := w.DeleteMessage(w.ctx(), me.ID, room.ID, sent.Message.Number, ""); err != nil {
					return err
				}
			}
		}
		return nil
	})...))
	w.wantWhole(room)
	if got := w.number(`select replies from threads where room_id = $1`, room.ID); got != 30 {
		t.Errorf("%d replies, want 30", got)
	}
}

func TestAThreadIsPagedBothWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	n := w.node()
	n.say(room, w.owner, "root")
	n.say(room, w.owner, "another")
	var own []int64
	for i := range 10 {
		own = append(own, n.replies(room, w.owner, 1, "in it").Number)
		n.say(room, w.owner, "beside it")
		n.replies(room, w.owner, 2, fmt.Sprint("in another ", i))
	}
	page := func(p store.HistoryPage) store.Thread {
		th, err := w.Thread(w.ctx(), w.owner.ID, room.ID, 1, p)
		w.ok(err)
		return th
	}
	for _, try := range []struct {
		page store.HistoryPage
		want []int64
		more bool
	}{
		{store.HistoryPage{}, own, false},
		{store.HistoryPage{Limit: 3}, own[7:], true},
		{store.HistoryPage{Limit: 3, Before: own[7]}, own[4:7], true},
		{store.HistoryPage{Limit: 3, Before: own[2]}, own[:2], false},
		{store.HistoryPage{Limit: 3, After: own[2]}, own[3:6], true},
		{store.HistoryPage{Limit: 3, After: own[8]}, own[9:], false},
	} {
		if th := page(try.page); !slices.Equal(numbers(th.History), try.want) || th.More != try.more || th.Root.Number != 1 {
			t.Errorf("%+v: %v, more: %v", try.page, numbers(th.History), th.More)
		}
	}
	for _, number := range []int64{own[0], 99} {
		if _, err := w.Thread(w.ctx(), w.owner.ID, room.ID, number, store.HistoryPage{}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("thread %d: %v", number, err)
		}
		if err := w.FollowThread(w.ctx(), w.owner.ID, room.ID, number, true); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("follow %d: %v", number, err)
		}
	}
}

func TestThreadsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rooms := []store.Room{w.room(store.RoomPublic, "tea", w.owner), w.room(store.RoomPrivate, "coffee", w.owner)}
	n := w.node()
	var want []string
	for i := range 10 {
		room := rooms[i%2]
		root := n.say(room, w.owner, "root").Message.Number
		n.replies(room, w.owner, root, "reply")
		want = append(want, fmt.Sprint(room.ID, " ", root))
	}
	slices.Reverse(want)
	var got []string
	page := store.Page{Limit: 3}
	for more := true; more; more = page.After != "" {
		p, err := w.FollowedThreads(w.ctx(), w.owner.ID, page)
		w.ok(err)
		for _, th := range p.Threads {
			got = append(got, fmt.Sprint(th.RoomID, " ", th.Root.Number))
		}
		page.After = p.Next
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	if _, err := w.FollowedThreads(w.ctx(), w.owner.ID, store.Page{After: "x"}); err == nil {
		t.Error("a place that is none was taken")
	}
}

func TestAThreadStaysThatGetsAReplyWhileAllOthersAreErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	n := w.node()
	n.say(room, w.owner, "root")
	n.replies(room, w.owner, 1, "old")
	w.past(room, 2, 40)
	_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, keep(ptr(30)))
	w.ok(err)
	// What a committer stores of a reply, before its commit.
	reply := w.takeAway(`
		with m as (
			insert into messages (room_id, number, seq, author_id, client_id, body, created_at, aside, thread, thread_index)
			select id, 3, head + 1, $2, gen_random_uuid(), 'new', now(), 2, 1, 2 from topics where id = $1
		), x as (
			insert into thread_replies (room_id, root, number) values ($1, 1, 3)
		), t as (
			update topics set head = head + 1, last_number = 3, last_aside = 2 where id = $1
		)
		update threads set last_index = 2, replies = 2, last_number = 3 where room_id = $1 and root = 1`, room.ID, w.owner.ID)
	done := make(chan error, 1)
	go func() {
		_, _, err := w.EraseOldMessages(w.ctx(), room.ID)
		done <- err
	}()
	w.untilHeldUp(1)
	w.ok(reply.Commit(w.ctx()))
	w.ok(<-done)
	w.wantWhole(room)
	thread, err := w.Thread(w.ctx(), w.owner.ID, room.ID, 1, store.HistoryPage{})
	if err != nil || len(thread.Messages) != 1 || thread.Messages[0].Number != 3 {
		t.Errorf("the thread: %+v, %v", thread.Messages, err)
	}
}
