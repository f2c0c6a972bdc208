package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// RoomChange says what is to be different about a room; nil stays as it is.
type RoomChange struct {
	Name, Topic, Description *string
	// State is who writes in the room: Open, Members or ReadOnly.
	State *rights.State
}

// ChangeRoom changes a public or private room and returns how it is then; what
// changes nothing makes no news. Names follow the rules of CreateRoom. Those
// without the right get ErrForbidden or, when the room is not theirs to know
// of, ErrNotFound; direct rooms give ErrForbidden.
func (s *Store) ChangeRoom(ctx context.Context, by, room int64, change RoomChange) (Room, Pending, error) {
	change, err := change.clean()
	if err != nil {
		return Room{}, nil, err
	}
	var changed Room
	var pending Pending
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		err := holdStanding(ctx, tx, by, room)
		if err != nil {
			return err
		}
		changed, err = updateRoom(ctx, tx, by, room, change)
		if isNotFound(err) {
			pending = nil
			changed, err = findUnchanged(ctx, tx, by, room)
			return err
		}
		pending = Pending{room}
		return takenError(err)
	})
	if err != nil {
		return Room{}, nil, fmt.Errorf("change room %d: %w", room, err)
	}
	return changed, pending, nil
}

// clean returns the change as it is stored.
func (c RoomChange) clean() (RoomChange, error) {
	if c.Name != nil {
		name, err := cleanRoomName(*c.Name)
		if err != nil {
			return c, err
		}
		c.Name = &name
	}
	if c.Description != nil {
		description, err := cleanDescription(*c.Description)
		if err != nil {
			return c, err
		}
		c.Description = &description
	}
	return c, nil
}

// key is the new name as names are compared.
func (c RoomChange) key() *string {
	if c.Name == nil {
		return nil
	}
	key := nameKey(*c.Name)
	return &key
}

// updateRoom returns ErrNotFound when there is nothing to change or no right to.
func updateRoom(ctx context.Context, tx pgx.Tx, by, room int64, change RoomChange) (Room, error) {
	return scanRoom(tx.QueryRow(ctx, `
		with changed as (
			update rooms r
			set name = coalesce($4, r.name), name_key = coalesce($5, r.name_key),
			    description = coalesce($6, r.description),
			    read_only = coalesce($7 = 'read-only', r.read_only), guests_read_only = coalesce($7 = 'members', r.guests_read_only)
			from `+asker+`
			where `+granted+` and (r.name, r.description, r.read_only, r.guests_read_only) is distinct from
				(coalesce($4, r.name), coalesce($6, r.description), coalesce($7 = 'read-only', r.read_only), coalesce($7 = 'members', r.guests_read_only))
			returning r.*
		), pending as (
			insert into pending_events (topic_id, kind, room_id, actor_id)
			select id, 'room-changed', id, $1 from changed
		)
		select `+roomColumns+` from changed r`,
		by, room, rights.ChangeRoom.Grant(), change.Name, change.key(), change.Description, change.State))
}

// findUnchanged returns the room to somebody who may change it.
func findUnchanged(ctx context.Context, tx pgx.Tx, by, room int64) (Room, error) {
	if err := whyNot(ctx, tx, rights.ChangeRoom, by, room); err != nil {
		return Room{}, err
	}
	return scanRoom(tx.QueryRow(ctx, `select `+roomColumns+` from rooms r where r.id = $1`, room))
}
