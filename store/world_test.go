package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"chatd/store"
	"chatd/store/storetest"
)

// world is a workspace in a database of its own, with helpers that fail the
// test when something does not work.
type world struct {
	*store.Store
	t      testing.TB
	sql    *pgxpool.Pool // for what no method does
	owner  store.User
	invite string
}

// newWorld sets up a workspace whose owner is "owner".
func newWorld(t testing.TB) *world {
	t.Helper()
	w := emptyWorld(t)
	owner, err := w.SetUp(t.Context(), store.SetUp{
		Workspace: "Test", NewUser: store.NewUser{Username: "owner", DisplayName: "Owner", PasswordHash: "hash"},
	})
	w.ok(err)
	invite, err := w.CreateInvite(t.Context(), owner.ID, store.NewInvite{TTL: time.Hour})
	w.ok(err)
	w.owner, w.invite = owner, invite.Token
	return w
}

// emptyWorld has nobody in it yet.
func emptyWorld(t testing.TB) *world {
	t.Helper()
	url := storetest.URL(t)
	s, err := store.Open(t.Context(), store.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	sql, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sql.Close)
	return &world{Store: s, t: t, sql: sql}
}

func (w *world) ctx() context.Context { return w.t.Context() }

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// user signs up somebody.
func (w *world) user(name string) store.User {
	w.t.Helper()
	user, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: name, DisplayName: name, PasswordHash: "hash"})
	w.ok(err)
	return user
}

// room makes a room that by owns and the others are members of.
func (w *world) room(kind store.RoomKind, name string, by store.User, others ...store.User) store.Room {
	w.t.Helper()
	room, _, err := w.CreateRoom(w.ctx(), by.ID, store.NewRoom{Kind: kind, Name: name})
	w.ok(err)
	for _, other := range others {
		_, err := w.AddMember(w.ctx(), by.ID, other.ID, room.ID)
		w.ok(err)
	}
	return room
}

// direct opens a direct room.
func (w *world) direct(by store.User, others ...store.User) store.Room {
	w.t.Helper()
	room, _, err := w.OpenDirect(w.ctx(), by.ID, ids(others...))
	w.ok(err)
	return room
}

func ids(users ...store.User) []int64 {
	var list []int64
	for _, u := range users {
		list = append(list, u.ID)
	}
	return list
}

// say stores n messages as the committer would.
func (w *world) say(room store.Room, author store.User, n int) {
	w.t.Helper()
	w.ok(w.trySay(room, author, n))
}

// trySay is say for other goroutines than the test's.
func (w *world) trySay(room store.Room, author store.User, n int) error {
	_, err := w.sql.Exec(w.ctx(), `
		with topic as (
			update topics set head = head + $3, last_number = last_number + $3 where id = $1
			returning head, last_number
		), said as (
			insert into messages (room_id, number, seq, author_id, client_id, body, created_at)
			select $1, last_number - $3 + i, head - $3 + i, $2, gen_random_uuid(), 'message ' || (last_number - $3 + i), now()
			from topic, generate_series(1, $3) i
			returning id, seq
		)
		insert into events (topic_id, seq, kind, message_id, created_at)
		select $1, seq, 'message', id, now() from said`, room.ID, author.ID, n)
	return err
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.sql.Exec(w.ctx(), sql, args...)
	w.ok(err)
}

// number asks for one number.
func (w *world) number(sql string, args ...any) int64 {
	w.t.Helper()
	var n int64
	w.ok(w.sql.QueryRow(w.ctx(), sql, args...).Scan(&n))
	return n
}

// news returns what waits to be numbered, oldest first, as "kind topic user room actor".
func (w *world) news() []string {
	w.t.Helper()
	rows, err := w.sql.Query(w.ctx(), `select kind, topic_id, coalesce(user_id, 0), coalesce(room_id, 0), coalesce(actor_id, 0) from pending_events order by id`)
	w.ok(err)
	defer rows.Close()
	var news []string
	for rows.Next() {
		var kind string
		var topic, user, room, actor int64
		w.ok(rows.Scan(&kind, &topic, &user, &room, &actor))
		news = append(news, line(kind, topic, user, room, actor))
	}
	w.ok(rows.Err())
	return news
}

// line is one entry of news.
func line(kind string, topic, user, room, actor int64) string {
	return fmt.Sprintf("%s %d %d %d %d", kind, topic, user, room, actor)
}

// forgetNews empties pending_events.
func (w *world) forgetNews() { w.t.Helper(); w.exec(`delete from pending_events`) }

// deactivate closes an account and leaves everything else as it is.
func (w *world) deactivate(user store.User) {
	w.t.Helper()
	w.exec(`update users set deactivated_at = now() where id = $1`, user.ID)
}

// hangs is the limit of what must not wait for somebody else: it would wait for the
// whole test, until the database ends a transaction that is idle for a minute.
const hangs = 30 * time.Second

// together runs f n times at once and returns the errors in order.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	return errs
}

// holdRows locks what a send locks, and more: the topics of the room, its
// members and the workspace. The returned function lets go.
func (w *world) holdRows(room store.Room, users ...store.User) (release func()) {
	w.t.Helper()
	tx, err := w.sql.Begin(w.ctx())
	w.ok(err)
	topics := append(ids(users...), room.ID, store.WorkspaceTopic)
	_, err = tx.Exec(w.ctx(), `select id from topics where id = any ($1) order by id for no key update`, topics)
	w.ok(err)
	return func() { w.ok(tx.Rollback(context.WithoutCancel(w.ctx()))) }
}
