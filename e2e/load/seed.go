package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// person is a user who is signed in with one browser. So each has one comet
// session and one held request, which is within all limits.
type person struct {
	id     int64
	cookie string
}

// room is a private room.
type room struct {
	id      int64
	members []person
}

// seed fills the database with rooms and their members.
func (w *world) seed(ctx context.Context, rooms, members int) error {
	return pgx.BeginFunc(ctx, w.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into workspace (name) values ('Load') on conflict do nothing`); err != nil {
			return err
		}
		people, err := seedPeople(ctx, tx, rooms*members)
		if err != nil {
			return err
		}
		if err := seedSessions(ctx, tx, people); err != nil {
			return err
		}
		if w.rooms, err = seedRooms(ctx, tx, people, members); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `analyze`)
		return err
	})
}

// seedPeople makes users who have no password. chatd fills in the skeletons of
// their names when it starts.
func seedPeople(ctx context.Context, tx pgx.Tx, n int) ([]person, error) {
	rows, err := tx.Query(ctx, `
		with topic as (
			insert into topics (kind) select 'user' from generate_series(1, $1) returning id
		)
		insert into users (id, username, username_key, display_name, password_hash)
		select id, 'load-' || id, 'load-' || id, 'Load ' || id, '!' from topic
		returning id`, n)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p person, err error) {
		return p, row.Scan(&p.id)
	})
}

// seedSessions signs everybody in: a row with the hash of what the cookie
// holds, as the store of sessions writes it.
func seedSessions(ctx context.Context, tx pgx.Tx, people []person) error {
	ids, hashes := make([]int64, len(people)), make([][]byte, len(people))
	for i := range people {
		var secret [32]byte
		rand.Read(secret[:])
		token := base64.RawURLEncoding.EncodeToString(secret[:])
		sum := sha256.Sum256([]byte(token))
		people[i].cookie = "chatd_session=" + token
		ids[i], hashes[i] = people[i].id, sum[:]
	}
	_, err := tx.Exec(ctx, `
		insert into sessions (id, token_hash, user_id, user_agent, address, expires_at)
		select gen_random_uuid(), hash, id, 'load', '127.0.0.1', now() + interval '30 days'
		from unnest($1::bigint[], $2::bytea[]) as s (id, hash)`, ids, hashes)
	return err
}

// seedRooms puts everybody into a room with their neighbours.
func seedRooms(ctx context.Context, tx pgx.Tx, people []person, members int) ([]room, error) {
	rows, err := tx.Query(ctx, `
		with topic as (
			insert into topics (kind) select 'room' from generate_series(1, $1) returning id
		)
		insert into rooms (id, kind, name, name_key, created_by)
		select id, 'private', 'Room ' || id, 'room ' || id, $2 from topic
		returning id`, len(people)/members, people[0].id)
	if err != nil {
		return nil, err
	}
	rooms, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r room, err error) {
		return r, row.Scan(&r.id)
	})
	if err != nil {
		return nil, err
	}
	for i := range rooms {
		rooms[i].members = people[i*members : (i+1)*members]
	}
	return rooms, seedMemberships(ctx, tx, rooms)
}

func seedMemberships(ctx context.Context, tx pgx.Tx, rooms []room) error {
	var roomIDs, userIDs []int64
	for _, r := range rooms {
		for _, p := range r.members {
			roomIDs, userIDs = append(roomIDs, r.id), append(userIDs, p.id)
		}
	}
	_, err := tx.Exec(ctx, `
		insert into memberships (room_id, user_id)
		select * from unnest($1::bigint[], $2::bigint[])`, roomIDs, userIDs)
	return err
}

// loadLedger begins the ledger at the present positions of all topics.
func (w *world) loadLedger(ctx context.Context) error {
	heads, err := w.heads(ctx)
	if err != nil {
		return err
	}
	w.ledger = newLedger()
	w.ledger.add("workspace", heads[1])
	for _, r := range w.rooms {
		w.ledger.add(fmt.Sprintf("room:%d", r.id), heads[r.id])
		for _, p := range r.members {
			w.ledger.add(fmt.Sprintf("user:%d", p.id), heads[p.id])
		}
	}
	return nil
}

// head is where a topic stands.
type head struct{ ID, Epoch, Seq int64 }

// heads are all topics, by id.
func (w *world) heads(ctx context.Context) (map[int64]head, error) {
	rows, err := w.db.Query(ctx, `select id, epoch, head from topics`)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[head])
	found := make(map[int64]head, len(all))
	for _, h := range all {
		found[h.ID] = h
	}
	return found, err
}
