package store_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"chatd/store"
	"chatd/store/archive"
	"chatd/store/storetest"
)

func TestADatabaseInUseIsNotReplaced(t *testing.T) {
	t.Parallel()
	text := newWorld(t).backup()
	url := storetest.URL(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	try := func() error {
		from, err := archive.NewReader(bytes.NewReader(text))
		if err == nil {
			_, err = store.Restore(t.Context(), url, from, store.RestoreOptions{})
		}
		return err
	}
	want := func(why string) {
		t.Helper()
		if err := try(); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%v, want %q", err, why)
		}
	}
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}

	s, err := store.Open(t.Context(), store.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	want("chatd is running on the database; stop it")
	s.Close()
	exec(`set application_name = 'chatd backup'`)
	want("a backup is being made")
	exec(`set application_name = 'psql'`)
	exec(`insert into nodes (id, lease_until, turn) values (gen_random_uuid(), now() + interval '20 seconds', 1)`)
	want("until a moment ago")
	exec(`update nodes set lease_until = now() - interval '1 second'`)
	exec(`set application_name = 'chatd migrate'`) // one that starts waits for us
	for range 2 {
		// The connections of the store and of the last try end in their own time.
		for err = try(); err != nil && strings.Contains(err.Error(), "running"); err = try() {
			continue
		}
	}
	if err == nil || !strings.Contains(err.Error(), "the database holds the workspace") {
		t.Errorf("the second time: %v", err)
	}
}

func TestAChatdThatStartsWaitsForARestore(t *testing.T) {
	t.Parallel()
	source, text := longWorld(t)
	w := emptyWorld(t)
	url := w.emptyDatabase()
	more, in := io.Pipe()
	restored, started := make(chan error, 1), make(chan error, 1)
	go func() { restored <- w.restoreFrom(more, alone) }()
	half := len(text) / 2
	_, err := in.Write(text[:half])
	w.ok(err)
	w.untilLoading(restored)
	go func() { started <- store.Migrate(t.Context(), url) }()
	for storetest.Waiting(t, url, "chatd migrate") == 0 {
		select {
		case err := <-started:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
	}
	_, err = in.Write(text[half:])
	w.ok(errors.Join(err, in.Close(), <-restored, <-started))
	w.wantContent(source.content())
}

// longWorld has so much talk that half of its archive is more than any buffer.
func longWorld(t *testing.T) (w *world, text []byte) {
	t.Helper()
	w = newWorld(t)
	w.say(w.room(store.RoomPublic, "tea", w.owner), w.owner, 10_000)
	return w, w.backup()
}

// loading is the connection of a restore that waits for more of its archive.
const loading = `from pg_stat_activity
	where datname = current_database() and application_name = 'chatd restore' and wait_event = 'ClientRead' and query like 'copy%'`

// untilLoading waits until a restore is in the middle of its work.
func (w *world) untilLoading(restored <-chan error) {
	w.t.Helper()
	for w.number(`select count(*) `+loading) == 0 {
		select {
		case err := <-restored:
			w.t.Fatalf("the restore has ended: %v", err)
		default:
		}
	}
}

func TestARestoreThatIsInterruptedLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	_, text := longWorld(t)
	w := newWorld(t)
	w.fill()
	want := w.content()
	for _, what := range []string{"cancelled", "its connection is lost"} {
		ctx, cancel := context.WithCancel(t.Context())
		more, in := io.Pipe()
		restored := make(chan error, 1)
		go func() {
			from, err := archive.NewReader(more)
			if err == nil {
				_, err = store.Restore(ctx, w.url(), from, replacing)
			}
			restored <- err
		}()
		_, err := in.Write(text[:len(text)/2])
		w.ok(err)
		w.untilLoading(restored)
		if what == "cancelled" {
			cancel()
		} else {
			w.exec(`select pg_terminate_backend(pid) ` + loading)
		}
		w.ok(in.CloseWithError(errors.New("nobody reads any more")))
		if err := <-restored; err == nil {
			t.Errorf("%s: it went on", what)
		}
		cancel()
	}
	w.wantContent(want)
}
