package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"chatd/store"
)

// epochs returns the epoch of every topic.
func (w *world) epochs() map[int64]int64 {
	w.t.Helper()
	epochs := map[int64]int64{}
	rows, err := w.sql.Query(w.ctx(), `select id, epoch from topics`)
	w.ok(err)
	defer rows.Close()
	for rows.Next() {
		var id, epoch int64
		w.ok(rows.Scan(&id, &epoch))
		epochs[id] = epoch
	}
	w.ok(rows.Err())
	return epochs
}

// renewed counts the topics whose epoch is another one.
func renewed(before, after map[int64]int64) int {
	n := 0
	for id, epoch := range before {
		if after[id] != epoch && after[id] > 0 && after[id] < 1<<53 {
			n++
		}
	}
	return n
}

func TestEpochsAreRenewedWhenTheDatabaseIsAnotherOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 5 {
		w.room(store.RoomPublic, fmt.Sprint(i), w.owner)
	}
	check := func(what string, want bool) {
		t.Helper()
		before := w.epochs()
		got, err := w.CheckIdentity(t.Context())
		w.ok(err)
		changed := renewed(before, w.epochs())
		if got != want || want && changed != len(before) || !want && changed != 0 {
			t.Errorf("%s: renewed %v, %d of %d epochs", what, got, changed, len(before))
		}
	}
	check("the first time", false)
	check("the second time", false)
	w.exec(`update database_identity set timeline = timeline + 1`) // as after a promotion
	check("another timeline", true)
	check("after that", false)
	w.exec(`update database_identity set system_identifier = '1/2/3'`) // as after a dump was loaded elsewhere
	check("another system", true)
	w.exec(`create table new_topics (like topics including all)`) // as after a dump was loaded here
	w.exec(`insert into new_topics overriding system value select * from topics`)
	w.exec(`alter table topics rename to old_topics`)
	w.exec(`alter table new_topics rename to topics`)
	check("another table", true)
	check("after that", false)
}

func TestOneOfManyNodesRenewsTheEpochs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for round, want := range []int{0, 1, 1} { // the first check has nothing to compare with
		found := make([]bool, 6)
		w.ok(errors.Join(together(len(found), func(i int) (err error) {
			found[i], err = w.CheckIdentity(t.Context())
			return err
		})...))
		found = slices.DeleteFunc(found, func(renewed bool) bool { return !renewed })
		if len(found) != want {
			t.Errorf("round %d: %d nodes renewed the epochs, want %d", round, len(found), want)
		}
		w.exec(`update database_identity set timeline = timeline + 1`)
	}
}

func TestACommitterThatConnectsToAPromotedDatabaseRenewsTheEpochsFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	w.forgetNews()
	n := w.node()
	n.say(room, w.owner, "before")
	before := w.epochs()
	w.exec(`update database_identity set timeline = timeline + 1`)
	w.exec(`select pg_terminate_backend(pid) from pg_stat_activity
		where datname = current_database() and application_name = 'chatd committer'`)
	n.say(room, w.owner, "after")
	if got := renewed(before, w.epochs()); got != len(before) {
		t.Errorf("%d of %d epochs are new", got, len(before))
	}
	events := n.heard[room.ID]
	if last := events[len(events)-1]; last.Epoch == before[room.ID] || last.Seq != 2 {
		t.Errorf("heard %+v", last)
	}
}
