package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"chatd/store/rights"
)

// maxDirectOthers bounds how many people somebody can write to directly.
const maxDirectOthers = 8

// OpenDirect returns the direct room of exactly these people, and makes it
// when there is none: of several at once one makes it and all return the same.
// Pending is empty when it was there. There are 1 to 8 others; somebody who
// names only themselves gets a room for their own notes. People who are unknown
// or deactivated, or whom this one does not see, give ErrNoSuchUser.
func (s *Store) OpenDirect(ctx context.Context, by int64, others []int64) (Room, Pending, error) {
	people, err := directPeople(by, others)
	if err != nil {
		return Room{}, nil, err
	}
	room, pending, err := s.openDirect(ctx, by, people)
	if err != nil {
		return Room{}, nil, fmt.Errorf("open direct room: %w", err)
	}
	return room, pending, nil
}

// directPeople returns everybody in the room, sorted, each once.
func directPeople(by int64, others []int64) ([]int64, error) {
	people := append(slices.Clone(others), by)
	slices.Sort(people)
	people = slices.Compact(people)
	if len(others) == 0 || len(people) > maxDirectOthers+1 {
		return nil, &InvalidError{Field: "user_ids", Text: "Choose one to eight people to write to."}
	}
	return people, nil
}

func (s *Store) openDirect(ctx context.Context, by int64, people []int64) (Room, Pending, error) {
	key := directKey(people)
	room, err := findDirect(ctx, s.db, by, key)
	if err == nil || !isNotFound(err) {
		return room, nil, err
	}
	room, err = insertDirect(ctx, s.db, by, people, key)
	switch {
	case err == nil:
		return room, people, nil
	case isNotFound(err):
		if err = whyNotHere(ctx, s.db, rights.OpenDirect, by); err == nil {
			err = ErrNoSuchUser
		}
	case violates(err, "rooms_direct_key_unique"):
		// Somebody else made it in the meantime, and has committed.
		room, err = findDirect(ctx, s.db, by, key)
	}
	return room, nil, err
}

// directKey is what makes a direct room the room of these people.
func directKey(people []int64) string {
	ids := make([]string, len(people))
	for i, id := range people {
		ids[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(ids, ",")
}

func findDirect(ctx context.Context, db querier, by int64, key string) (Room, error) {
	return scanRoom(db.QueryRow(ctx, `
		select `+roomColumns+`
		from rooms r, users me
		where r.direct_key = $3 and me.id = $1 and `+active(`me`)+` and me.role = any($2::text[])`,
		by, rights.OpenDirect.Roles(), key))
}

// insertDirect makes the room, or nothing (ErrNotFound) when one of the people
// is not there or not to be seen, or by has no right to.
func insertDirect(ctx context.Context, db querier, by int64, people []int64, key string) (Room, error) {
	return scanRoom(db.QueryRow(ctx, `
		with me as materialized (
			select v.id, v.role, v.deactivated_at, v.suspended_until
			from users v
			where v.id = $1 and v.role = any($3::text[])
			for share -- a role that is being taken away is waited for
		), people as (
			select u.id
			from users u, me
			where u.id = any($4::bigint[]) and u.deactivated_at is null and `+visible+`
		), topic as (
			insert into topics (kind)
			select 'room' where (select count(*) from people) = cardinality($4::bigint[])
			returning id
		), r as (
			insert into rooms (id, kind, direct_key, created_by)
			select topic.id, 'direct', $5, $1 from topic
			returning *
		), joined as (
			insert into memberships (room_id, user_id)
			select r.id, people.id from r cross join people
		), pending as (
			insert into pending_events (topic_id, kind, room_id, actor_id)
			select people.id, 'room-added', r.id, r.created_by from r cross join people
		)
		select `+roomColumns+` from r`, by, rights.SeeDirectory.Roles(), rights.OpenDirect.Roles(), people, key))
}
