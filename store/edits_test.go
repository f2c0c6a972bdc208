package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"chatd/store"
)

// edits changes a message that the author may change.
func (w *world) edits(author store.User, room store.Room, number int64, body string, mentions ...int64) store.Edited {
	w.t.Helper()
	edited, _, err := w.EditMessage(w.ctx(), store.Edit{
		By: author.ID, RoomID: room.ID, Number: number, Body: body, HTML: "<p>" + body + "</p>", Mentions: mentions,
	})
	w.ok(err)
	return edited
}

// wordings are what a message has said.
func (w *world) wordings(reader store.User, room store.Room, number int64) []string {
	w.t.Helper()
	revisions, err := w.Revisions(w.ctx(), reader.ID, room.ID, number)
	w.ok(err)
	var all []string
	for i, r := range revisions {
		if i > 0 && r.At.Before(revisions[i-1].At) {
			w.t.Errorf("revision %d is older than the one before", i)
		}
		all = append(all, r.Body+r.HTML)
	}
	return all
}

func TestAnEditKeepsWhatWasSaidBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	n.say(room, ada, "one")
	w.numbered(n)
	before := int64(len(w.events(room.ID)))
	edited, pending, err := w.EditMessage(w.ctx(), store.Edit{By: ada.ID, RoomID: room.ID, Number: 1, Body: "two", HTML: "<p>two</p>"})
	w.ok(err)
	if m := edited.Message; m.Body != "two" || m.HTML != "<p>two</p>" || m.EditedAt == nil || !slices.Equal(pending, store.Pending{room.ID}) {
		t.Errorf("edited %+v, pending %v", edited, pending)
	}
	same, none, err := w.EditMessage(w.ctx(), store.Edit{By: ada.ID, RoomID: room.ID, Number: 1, Body: "two"})
	w.ok(err)
	if len(none) != 0 || same.Message.HTML != "<p>two</p>" {
		t.Errorf("the same text: %+v, pending %v", same, none)
	}
	w.edits(ada, room, 1, "three")
	w.numbered(n)
	if got := w.wordings(w.owner, room, 1); !slices.Equal(got, []string{"one", "two<p>two</p>", "three<p>three</p>"}) {
		t.Errorf("it said %q", got)
	}
	news := w.events(room.ID)[before:]
	if len(news) != 2 {
		t.Fatalf("events %+v", news)
	}
	for i, e := range news {
		if e.Kind != store.EventMessageEdited || e.Message.Number != 1 || e.Message.Body != "three" || e.Seq != before+int64(i)+1 || e.Message.Seq == e.Seq {
			t.Errorf("event %+v of %+v", e, e.Message)
		}
	}
	if heard := n.heard[room.ID]; heard[len(heard)-1].Kind != store.EventMessageEdited {
		t.Errorf("heard %+v", heard)
	}
}

func TestOnlyItsAuthorEditsAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, eve := w.user("ada"), w.user("eve")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	n.say(room, ada, "hers")
	n.say(room, ada, "gone")
	w.deletes(ada, room, 2)
	for _, try := range []struct {
		by     store.User
		number int64
		want   error
	}{
		{w.owner, 1, store.ErrForbidden}, {eve, 1, store.ErrNotMember}, {ada, 2, store.ErrDeleted}, {ada, 3, store.ErrNotFound},
	} {
		_, pending, err := w.EditMessage(w.ctx(), store.Edit{By: try.by.ID, RoomID: room.ID, Number: try.number, Body: "x"})
		if !errors.Is(err, try.want) || len(pending) > 0 {
			t.Errorf("%s edits %d: %v, want %v", try.by.Username, try.number, err, try.want)
		}
	}
	if _, err := w.Revisions(w.ctx(), w.owner.ID, room.ID, 2); !errors.Is(err, store.ErrDeleted) {
		t.Errorf("what a deleted message said: %v", err)
	}
	if _, err := w.Revisions(w.ctx(), eve.ID, room.ID, 1); !errors.Is(err, store.ErrNotMember) {
		t.Errorf("what is said elsewhere: %v", err)
	}
	w.exec(`update rooms set archived_at = now() where id = $1`, room.ID)
	if _, _, err := w.EditMessage(w.ctx(), store.Edit{By: ada.ID, RoomID: room.ID, Number: 1, Body: "x"}); !errors.Is(err, store.ErrArchived) {
		t.Errorf("in an archived room: %v", err)
	}
}

func TestAnEditTellsOnlyThoseWhoAreNewlyMentioned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, eve := w.user("ada"), w.user("bob"), w.user("eve")
	room := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	n := w.node()
	n.say(room, ada, "root")
	n.replies(room, ada, 1, "@owner", w.owner)
	edited := w.edits(ada, room, 2, "@owner @bob @eve @ada", w.owner.ID, bob.ID, eve.ID, ada.ID)
	if !slices.Equal(edited.Mentioned, []int64{bob.ID}) || edited.MentionedAll || len(edited.Message.Mentions) != 3 {
		t.Errorf("edited %+v", edited)
	}
	w.wantWhole(room)
	if p, err := w.FollowedThreads(w.ctx(), bob.ID, store.Page{}); err != nil || len(p.Threads) != 1 || !p.Threads[0].Mentioned {
		t.Errorf("who is mentioned by an edit follows %+v, %v", p, err)
	}
	w.edits(ada, room, 2, "nobody")
	w.wantWhole(room)
	if left := w.number(`select count(*) from mentions`); left != 0 {
		t.Errorf("%d mentions are left", left)
	}
}

// Two edits and a deletion of the same message: whatever comes first, nothing of
// what was said is lost, and nothing of a deleted message changes.
func TestEditsAndADeletionAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	n := w.node()
	for number := int64(1); number <= 10; number++ {
		n.say(room, w.owner, "first")
		errs := together(4, func(i int) error {
			if i == 3 {
				_, _, err := w.DeleteMessage(w.ctx(), w.owner.ID, room.ID, number, "")
				return err
			}
			_, _, err := w.EditMessage(w.ctx(), store.Edit{By: w.owner.ID, RoomID: room.ID, Number: number, Body: fmt.Sprint("edit ", i)})
			return err
		})
		done := int64(0)
		for i, err := range errs {
			switch {
			case i < 3 && err == nil:
				done++
			case i < 3 && !errors.Is(err, store.ErrDeleted), i == 3 && err != nil:
				t.Error(i, err)
			}
		}
		if kept := w.number(`select count(*) from message_revisions where number = $1`, number); kept != done {
			t.Errorf("%d edits, %d revisions", done, kept)
		}
	}
}

func TestADeletedMessageTakesItsEditsAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	n.say(room, ada, "secret")
	w.edits(ada, room, 1, "@owner *secret*", w.owner.ID)
	w.numbered(n)
	said := w.number(`select seq from events where topic_id = $1 and kind = 'message'`, room.ID)
	edited := w.number(`select seq from events where topic_id = $1 and kind = 'message-edited'`, room.ID)
	first, err := w.Look(w.ctx(), 0)
	w.ok(err)
	d := w.deletes(ada, room, 1)
	if !slices.Equal(d.Withdrawn.Seqs, []int64{said, edited}) {
		t.Errorf("withdrawn %v, want %d and %d", d.Withdrawn.Seqs, said, edited)
	}
	look, err := w.Look(w.ctx(), first.Next)
	w.ok(err)
	var seqs []int64
	for _, wd := range look.Withdrawn {
		seqs = append(seqs, wd.Seqs...)
	}
	if slices.Sort(seqs); !slices.Equal(seqs, []int64{said, edited}) {
		t.Errorf("another node withdraws %v", look.Withdrawn)
	}
	if e := w.events(room.ID)[edited-1]; e.Kind != store.EventSkip || e.Message != nil {
		t.Errorf("the edit is told as %+v", e)
	}
	m, err := w.Message(w.ctx(), w.owner.ID, room.ID, 1)
	w.ok(err)
	if !m.Deleted || m.Body+m.HTML != "" || m.EditedAt != nil || len(m.Mentions) != 0 || m.Author.ID != 0 {
		t.Errorf("the deleted message is %+v", m)
	}
	if left := w.number(`select count(*) from mentions`); left != 0 {
		t.Errorf("%d mentions of a deleted message", left)
	}
	w.takesBack(ada, room, 1)
	if back := w.number(`select count(*) from mentions where user_id = $1`, w.owner.ID); back != 1 {
		t.Errorf("%d mentions of a message that is back", back)
	}
	if got := w.wordings(w.owner, room, 1); len(got) != 2 {
		t.Errorf("it said %q", got)
	}
	w.deletes(ada, room, 1)
	w.exec(`update deletions set undo_until = now()`)
	if n, err := w.EraseDeleted(w.ctx()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	for what, sql := range map[string]string{
		"messages":  `select count(*) from messages where body <> '' or html is not null or edited_at is not null or mentions is not null`,
		"revisions": `select count(*) from message_revisions`,
	} {
		if left := w.number(sql); left != 0 {
			t.Errorf("%d %s are left", left, what)
		}
	}
}

func TestNothingIsLeftOfThreadsInARoomThatIsErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	n.say(room, ada, "root")
	n.replies(room, ada, 1, "@owner", w.owner)
	w.edits(ada, room, 1, "edited")
	w.exec(`update rooms set deleted_at = now() - interval '100 days' where id = $1`, room.ID)
	for more := true; more; {
		var err error
		more, err = w.EraseDeletedRoom(w.ctx())
		w.ok(err)
	}
	for _, table := range []string{"messages", "threads", "thread_replies", "thread_follows", "mentions", "message_revisions"} {
		if left := w.number(`select count(*) from `+table+` where room_id = $1`, room.ID); left != 0 {
			t.Errorf("%d rows of %s are left", left, table)
		}
	}
}

func TestOldMessagesTakeTheirThreadsAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	n.say(room, ada, "root")                     // 1
	n.replies(room, ada, 1, "@owner", w.owner)   // 2
	w.edits(ada, room, 2, "@owner!", w.owner.ID) // and what it said
	n.say(room, ada, "another root")             // 3
	n.replies(room, ada, 1, "later")             // 4
	n.replies(room, w.owner, 3, "there")         // 5
	w.exec(`update rooms set retention_days = 1 where id = $1`, room.ID)
	old := func(upTo int64) {
		w.exec(`update messages set created_at = now() - interval '2 days' where room_id = $1 and number <= $2`, room.ID, upTo)
		_, _, err := w.EraseOldMessages(w.ctx(), room.ID)
		w.ok(err)
		w.wantWhole(room)
	}
	old(2)
	if aside := w.number(`select first_aside from rooms where id = $1`, room.ID); aside != 1 {
		t.Errorf("the first aside is %d, want 1", aside)
	}
	if left := w.number(`select (select count(*) from mentions) + (select count(*) from message_revisions)`); left != 0 {
		t.Errorf("%d mentions and revisions are left", left)
	}
	th, err := w.Thread(w.ctx(), w.owner.ID, room.ID, 1, store.HistoryPage{})
	w.ok(err)
	if !th.Root.Deleted || th.Root.Number != 1 || len(th.Messages) != 1 || th.Messages[0].Body != "later" {
		t.Errorf("a thread whose root is erased: %+v", th)
	}
	p, err := w.FollowedThreads(w.ctx(), w.owner.ID, store.Page{})
	w.ok(err)
	if len(p.Threads) != 2 || p.Threads[1].Root.Number != 1 || !p.Threads[1].Root.Deleted {
		t.Errorf("listed %+v", p.Threads)
	}
	old(4)
	if _, err := w.Thread(w.ctx(), w.owner.ID, room.ID, 1, store.HistoryPage{}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a thread that is erased: %v", err)
	}
	if left := w.number(`select (select count(*) from threads where root = 1) + (select count(*) from thread_follows where root = 1)`); left != 0 {
		t.Errorf("%d rows are left of it", left)
	}
}

// Of a message that is erased nobody follows a thread or has a draft for it, unless
// replies are left: then there is a thread to look at, and to take the text from.
func TestWhoFollowsWhatIsErasedAndWroteForItIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	for range 4 {
		n.say(room, w.owner, "root")
	}
	n.replies(room, ada, 3, "reply") // 5
	n.replies(room, ada, 4, "reply") // 6
	for _, root := range []int64{1, 2, 3, 4} {
		w.ok(w.FollowThread(w.ctx(), ada.ID, room.ID, root, true))
		w.ok(w.SaveDraft(w.ctx(), ada.ID, room.ID, root, "not sent"))
	}
	w.ok(w.SaveDraft(w.ctx(), ada.ID, room.ID, 0, "for the room"))
	left := func(what string, want ...int64) {
		t.Helper()
		for column, table := range map[string]string{"root": "thread_follows", "thread": "drafts"} {
			rows, err := w.sql.Query(w.ctx(), `select distinct `+column+` from `+table+` where user_id = $1 and `+column+` > 0 order by 1`, ada.ID)
			w.ok(err)
			got, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			w.ok(err)
			if !slices.Equal(got, want) {
				t.Errorf("%s: left in %s are %v, want %v", what, table, got, want)
			}
		}
	}
	left("before", 1, 2, 3, 4)
	w.deletes(w.owner, room, 1)
	w.deletes(w.owner, room, 3)
	left("deleted", 1, 2, 3, 4)
	w.exec(`update deletions set undo_until = now()`)
	_, err := w.EraseDeleted(w.ctx())
	w.ok(err)
	left("erased", 2, 3, 4)
	w.exec(`update rooms set retention_days = 1 where id = $1`, room.ID)
	w.exec(`update messages set created_at = now() - interval '2 days' where room_id = $1 and number <= 5`, room.ID)
	_, _, err = w.EraseOldMessages(w.ctx(), room.ID)
	w.ok(err)
	left("old", 4)
	if drafts, err := w.Drafts(w.ctx(), ada.ID); err != nil || len(drafts) != 2 {
		t.Errorf("the drafts are %+v, %v", drafts, err)
	}
}

// A transaction numbers an edit, and does not see that the message is being deleted:
// it tells the edit with its text. Whoever hears of the deletion afterwards, from
// the log or by a look, has to take that back.
func TestAnEditThatIsNumberedWhileItsMessageIsDeletedIsWithdrawnToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	n := w.node()
	n.say(room, w.owner, "first")
	w.numbered(n)
	w.edits(w.owner, room, 1, "secret")
	var mark int64
	w.look(&mark)
	message := w.takeAway(`select from messages where room_id = $1 for no key update`, room.ID)
	deleted := make(chan error, 1)
	go func() {
		_, _, err := w.DeleteMessage(w.ctx(), w.owner.ID, room.ID, 1, "")
		deleted <- err
	}()
	w.untilHeldUp(1)
	pending := w.takeAway(`select from pending_events for update`)
	n.Number(room.ID)
	w.untilWaiting(1)
	w.ok(message.Rollback(w.ctx()))
	w.ok(<-deleted)
	w.look(&mark) // which finds the deletion, but not the edit
	w.ok(pending.Rollback(w.ctx()))
	w.numbered(n)

	edited := w.number(`select seq from events where topic_id = $1 and kind = 'message-edited'`, room.ID)
	n.stop()
	if e := n.heard[room.ID][edited-1]; e.Message == nil || e.Message.Body != "secret" {
		t.Fatalf("the edit was told as %+v", e)
	}
	look := w.look(&mark)
	if len(look.Withdrawn) == 0 || !slices.Contains(look.Withdrawn[len(look.Withdrawn)-1].Seqs, edited) {
		t.Errorf("the next look withdraws %+v, not %d", look.Withdrawn, edited)
	}
	for from, events := range map[string][]store.Event{"commit": n.heard[room.ID], "log": w.events(room.ID)} {
		if d := events[len(events)-1]; d.Kind != store.EventMessagesDeleted || !slices.Contains(d.Deletion.Seqs, edited) {
			t.Errorf("by the %s comes %+v", from, d)
		}
	}
}

func TestNobodyIsMentionedByAMessageThatIsDeletedWhileItIsEdited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	w.say(room, ada, 1)
	// The edit has the message and waits to keep what it said.
	held := w.takeAway(`lock table message_revisions in exclusive mode`)
	done := make(chan error, 2)
	go func() {
		_, _, err := w.EditMessage(w.ctx(), store.Edit{By: ada.ID, RoomID: room.ID, Number: 1, Body: "@bob", Mentions: []int64{bob.ID}})
		done <- err
	}()
	w.untilHeldUp(1)
	go func() {
		_, _, err := w.DeleteMessage(w.ctx(), w.owner.ID, room.ID, 1, "spam")
		done <- err
	}()
	w.untilHeldUp(2)
	w.ok(held.Rollback(w.ctx()))
	w.ok(<-done)
	w.ok(<-done)
	if entry, err := w.OverviewRoom(w.ctx(), bob.ID, room.ID); err != nil || entry.Mentions != 0 {
		t.Errorf("%d mentions, %v", entry.Mentions, err)
	}
	w.wantWhole(room)
}

func TestAMessageIsChangedOnlySoOften(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.say(room, w.owner, 2)
	w.edits(w.owner, room, 1, "first")
	w.exec(`
		insert into message_revisions (room_id, number, revision, body, at)
		select m.room_id, 1, n, 'x', m.edited_at from messages m, generate_series(2, $2::integer - 1) n where m.room_id = $1 and m.number = 1`, room.ID, store.MaxEdits)
	w.edits(w.owner, room, 1, "last")
	edit := func(body string) error {
		_, _, err := w.EditMessage(w.ctx(), store.Edit{By: w.owner.ID, RoomID: room.ID, Number: 1, Body: body})
		return err
	}
	if err := edit("once more"); !errors.Is(err, store.ErrTooManyEdits) || !errors.Is(err, store.ErrConflict) {
		t.Errorf("once more: %v", err)
	}
	w.ok(edit("last"))
	if got := w.wordings(w.owner, room, 1); len(got) != store.MaxEdits+1 || got[store.MaxEdits] != "last<p>last</p>" {
		t.Errorf("%d wordings", len(got))
	}
	w.edits(w.owner, room, 2, "another")
}
