package store_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"chatd/store"
	"chatd/store/storetest"
)

func TestABackupIsOneMomentWhilePeopleTalk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var rooms []store.Room
	for _, name := range []string{"tea", "coffee", "milk"} {
		rooms = append(rooms, w.room(store.RoomPublic, name, w.owner))
	}
	node := w.node()
	ctx, stop := context.WithCancel(t.Context())
	said := make(chan struct{}, 1)
	var talkers sync.WaitGroup
	for _, room := range rooms {
		talkers.Go(func() {
			for ctx.Err() == nil {
				if _, err := node.Send(context.WithoutCancel(ctx), message(room, w.owner, "word")); err != nil {
					t.Errorf("send: %v", err)
					return
				}
				select {
				case said <- struct{}{}:
				default:
				}
			}
		})
	}
	// While the archive is written, each of its parts waits for more talk.
	listen := func() {
		for range 10 {
			<-said
		}
	}
	listen()
	var out bytes.Buffer
	_, err := store.Backup(t.Context(), w.url(), "test", writes(func(p []byte) (int, error) {
		listen()
		return out.Write(p)
	}))
	stop()
	talkers.Wait()
	w.ok(err)

	other := emptyWorld(t)
	other.ok(other.restore(out.Bytes(), alone))
	later := false
	for _, room := range rooms {
		kept, all := other.log(room.ID), w.log(room.ID) // which check that nothing is missing
		later = later || len(all) > len(kept)
		if len(kept) == 0 {
			t.Errorf("nothing of %s is kept", room.Name)
		}
		for i, e := range kept {
			if e.Seq != all[i].Seq || e.Kind != all[i].Kind || e.Message != nil && e.Message.ClientID != all[i].Message.ClientID {
				t.Fatalf("event %d of %s was another one", i+1, room.Name)
			}
		}
	}
	if !later {
		t.Error("nobody said anything while the backup was made")
	}
}

// writes is a function as a writer.
type writes func(p []byte) (int, error)

func (w writes) Write(p []byte) (int, error) { return w(p) }

func TestABackupWaitsForAMigrationAndSeesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tx, err := w.sql.Begin(t.Context())
	w.ok(err)
	defer tx.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it has ended if all went well
	for _, sql := range []string{
		`alter table workspace add column motto text not null default md5(random()::text)`, // writes the table anew
		`insert into schema_migrations (version, name) values (9999, '9999_motto.sql')`,
	} {
		_, err := tx.Exec(t.Context(), sql)
		w.ok(err)
	}
	made := make(chan error, 1)
	go func() {
		_, err := store.Backup(t.Context(), w.url(), "test", io.Discard)
		made <- err
	}()
	for storetest.Waiting(t, w.url(), "chatd backup") == 0 {
		select {
		case err := <-made:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
	}
	w.ok(tx.Commit(t.Context()))
	if err := <-made; !errors.Is(err, store.ErrNewerSchema) {
		t.Errorf("it made a backup of what it does not know: %v", err)
	}
}
