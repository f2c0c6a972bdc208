package store_test

import (
	"testing"
	"time"

	"chatd/store"
)

// days are the figures that were counted, by how many days ago they are.
func (w *world) days() map[int]store.DayFigures {
	w.t.Helper()
	f, err := w.Figures(w.ctx(), w.owner.ID)
	w.ok(err)
	today := time.Now().UTC().Truncate(24 * time.Hour)
	days := map[int]store.DayFigures{}
	for _, d := range f.Days {
		days[int(today.Sub(d.Day).Hours()/24)] = d
	}
	return days
}

func TestFiguresTellWhatThereIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben, cleo, dan := w.user("ana"), w.user("ben"), w.user("cleo"), w.user("dan")
	w.exec(`update users set role = 'guest' where id = $1`, ben.ID)
	w.exec(`update users set suspended_until = now() + interval '1 hour' where id = $1`, cleo.ID)
	w.deactivate(dan)
	boats := w.room(store.RoomPublic, "boats", ana)
	secret := w.room(store.RoomPrivate, "secret", ana)
	w.direct(ana, w.owner)
	gone, old := w.room(store.RoomPublic, "gone", ana), w.room(store.RoomPublic, "old", ana)
	w.exec(`update rooms set archived_at = now() where id = $1`, boats.ID)
	w.exec(`update rooms set deleted_at = now() where id in ($1, $2)`, gone.ID, old.ID)
	w.exec(`update rooms set erased_at = now() where id = $1`, old.ID)
	w.say(boats, ana, 5)
	w.say(secret, ana, 2)
	w.exec(`update rooms set first_number = 3 where id = $1`, boats.ID)
	f, err := w.Figures(w.ctx(), w.owner.ID)
	w.ok(err)
	if p := f.People; p.Active != 3 || p.Guests != 1 || p.Suspended != 1 || p.Deactivated != 1 || p.Here != 0 {
		t.Errorf("people: %+v", p)
	}
	if r := f.Rooms; r.Public != 2 || r.Private != 1 || r.Direct != 1 || r.Archived != 1 || r.Deleted != 1 {
		t.Errorf("rooms: %+v", r)
	}
	if f.Messages != 5 || f.Bytes < 1<<20 || f.Nodes != 0 || len(f.Days) != 0 {
		t.Errorf("figures: %+v", f)
	}
}

func TestDaysAreCountedWhenTheyAreOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben, cleo := w.user("ana"), w.user("ben"), w.user("cleo")
	boats := w.room(store.RoomPublic, "boats", ana)
	w.exec(`update users set created_at = created_at - interval '10 days'`)
	w.exec(`update workspace set created_at = now() - interval '3 days'`)
	w.exec(`update rooms set created_at = now() - interval '2 days' where id = $1`, boats.ID)
	// The ids of messages are not quite in the order of time.
	w.say(boats, ana, 30)
	w.say(boats, ben, 10)
	w.exec(`
		update messages set created_at = case
			when number <= 9 then current_date - interval '2 days' + interval '1 hour'
			when number = 10 then current_date - interval '1 day' + interval '1 second'
			when number = 11 then current_date - interval '1 day' - interval '1 second'
			when number <= 35 then current_date - interval '1 hour'
			else current_date::timestamptz end`)
	w.exec(`update users set last_seen_at = current_date - interval '47 hours' where id = $1`, cleo.ID)
	w.exec(`update users set last_seen_at = now() where id = $1`, ana.ID)
	counted, err := w.CountDays(w.ctx())
	if w.ok(err); counted != 3 {
		t.Errorf("%d days were counted, want 3", counted)
	}
	days := w.days()
	if len(days) != 3 {
		t.Fatalf("there are %d days: %+v", len(days), days)
	}
	if d := days[3]; d.Messages != 0 || d.Writers != 0 || d.People != 0 || d.Bytes != nil || d.Rooms != 0 {
		t.Errorf("three days ago: %+v", d)
	}
	if d := days[2]; d.Messages != 10 || d.Writers != 1 || d.People != 2 || d.Rooms != 1 || d.Bytes != nil {
		t.Errorf("two days ago: %+v", d)
	}
	if d := days[1]; d.Messages != 25 || d.Writers != 2 || d.People != 2 || d.Bytes == nil {
		t.Errorf("yesterday: %+v", d)
	}
	if counted, err := w.CountDays(w.ctx()); err != nil || counted != 0 {
		t.Errorf("%d days were counted again, %v", counted, err)
	}
	w.exec(`delete from daily_figures where day = current_date - 2`)
	if counted, err := w.CountDays(w.ctx()); err != nil || counted != 1 || w.days()[2].Messages != 10 {
		t.Errorf("%d days were made up for, %v: %+v", counted, err, w.days()[2])
	}
}

func TestOneNodeCountsADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`update workspace set created_at = now() - interval '20 days'`)
	counted := make([]int, 6)
	for _, err := range together(6, func(i int) (err error) {
		counted[i], err = w.CountDays(w.ctx())
		return err
	}) {
		w.ok(err)
	}
	sum := 0
	for _, n := range counted {
		sum += n
	}
	if sum != 20 || len(w.days()) != 20 {
		t.Errorf("%v days were counted, and there are %d", counted, len(w.days()))
	}
}

func TestNobodyCountsWhileAnotherNodeDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`update workspace set created_at = now() - interval '2 days'`)
	tx, err := w.sql.Begin(w.ctx())
	w.ok(err)
	_, err = tx.Exec(w.ctx(), `select pg_advisory_xact_lock($1)`, store.FiguresLock)
	w.ok(err)
	if counted, err := w.CountDays(w.ctx()); err != nil || counted != 0 {
		t.Errorf("%d days, %v", counted, err)
	}
	w.ok(w.CountSizes(w.ctx()))
	w.ok(tx.Rollback(w.ctx()))
	if counted, err := w.CountDays(w.ctx()); err != nil || counted != 2 {
		t.Errorf("%d days, %v, want 2", counted, err)
	}
}

func TestALongDayIsCountedInBatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	boats := w.room(store.RoomPublic, "boats", ana)
	w.exec(`update workspace set created_at = now() - interval '1 day'`)
	const long = 2*store.CountBatch + 7
	w.say(boats, ana, long)
	w.say(boats, w.owner, 1)
	w.exec(`update messages set created_at = current_date - interval '3 hours'`)
	w.exec(`update messages set created_at = current_date + interval '1 hour' where number = 5`) // those that follow it are of the day
	_, err := w.CountDays(w.ctx())
	w.ok(err)
	if d := w.days()[1]; d.Messages != long || d.Writers != 2 {
		t.Errorf("yesterday: %+v", d)
	}
	w.ok(w.CountSizes(w.ctx()))
	if got, want := w.number(`select bytes from room_sizes where room_id = $1`, boats.ID), w.number(`select sum(octet_length(body)) from messages`); got != want {
		t.Errorf("%d bytes, want %d", got, want)
	}
}
