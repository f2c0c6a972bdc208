package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// MaxPins is how many messages are pinned to a room at most.
const MaxPins = 100

// ErrTooManyPins means that MaxPins messages are pinned to the room already. It
// is a kind of ErrConflict.
var ErrTooManyPins = fmt.Errorf("too many messages are pinned: %w", ErrConflict)

// Pin is a message that somebody has pinned to its room.
type Pin struct {
	Message Message
	User    User // who did it
	At      time.Time
}

// PinMessage pins a message to its room for everybody, or unpins it; doing so
// twice changes nothing. Whoever is muted does neither, and gets a *SanctionError.
// It returns the errors of a right that is missing, ErrNotFound for a message that the room does not have, ErrDeleted for one that
// is deleted, and ErrTooManyPins.
func (s *Store) PinMessage(ctx context.Context, by, room, number int64, on bool) (Pending, error) {
	var pending Pending
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		if err := holdMessage(ctx, tx, rights.PinMessage, by, room, number); err != nil {
			return err
		}
		if err := notMuted(ctx, tx, by, room); err != nil {
			return err
		}
		if !on {
			pending, err = changeMessage(ctx, tx, rights.PinMessage, EventPinsChanged, `
				delete from pins x
				using rooms r, `+asker+`
				where `+granted+` and x.room_id = r.id and x.number = $4
				returning x.room_id`, by, room, number)
			return err
		}
		pending, err = addPin(ctx, tx, by, room, number)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pin message %d of room %d: %w", number, room, err)
	}
	return pending, nil
}

// pinsLock makes those who pin to a room come one after the other, so that they
// are counted right. It is the first half of the key of an advisory lock; the
// other is of the room.
const pinsLock = 77310

func lockPins(ctx context.Context, tx pgx.Tx, room int64) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1::integer, hashint8($2))`, pinsLock, room)
	return err
}

// unpinSurplus unpins of the messages of a deletion that are there again those for
// which there is no room any more: others were pinned meanwhile.
func unpinSurplus(ctx context.Context, tx pgx.Tx, room, deletion int64) error {
	var pinned bool
	err := tx.QueryRow(ctx, `
		select exists (
			select from deletion_messages x join pins p on p.room_id = $1 and p.number = x.number
			where x.deletion_id = $2)`, room, deletion).Scan(&pinned)
	if err != nil || !pinned {
		return err
	}
	if err := lockPins(ctx, tx, room); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		delete from pins
		where room_id = $1 and number in (
			select p.number
			from pins p
			join messages m on m.room_id = p.room_id and m.number = p.number
			left join deletion_messages x on x.deletion_id = $2 and x.message_id = m.id
			where p.room_id = $1 and m.deletion_id is null
			order by x.deletion_id is not null, p.pinned_at, p.number
			offset $3)`, room, deletion, MaxPins)
	return err
}

func addPin(ctx context.Context, tx pgx.Tx, by, room, number int64) (Pending, error) {
	if err := lockPins(ctx, tx, room); err != nil {
		return nil, err
	}
	var others int
	err := tx.QueryRow(ctx, `
		select count(*)
		from pins p join messages m on m.room_id = p.room_id and m.number = p.number
		where p.room_id = $1 and p.number <> $2 and m.deletion_id is null`, room, number).Scan(&others)
	if err != nil {
		return nil, err
	}
	if others >= MaxPins {
		return nil, ErrTooManyPins
	}
	return changeMessage(ctx, tx, rights.PinMessage, EventPinsChanged, `
		insert into pins (room_id, number, user_id)
		select r.id, $4, me.id from rooms r, `+asker+` where `+granted+`
		on conflict do nothing
		returning room_id`, by, room, number)
}

// isPinned is an expression for whether a message is pinned.
func isPinned(room, number string) string {
	return fmt.Sprintf(`exists (select from pins where room_id = %s and number = %s)`, room, number)
}

// Pins returns what is pinned to a room, the newest pin first, to those who may
// read it. Deleted messages are left out. Others get the errors of a right that is
// missing.
func (s *Store) Pins(ctx context.Context, user, room int64) ([]Pin, error) {
	rows, err := s.db.Query(ctx, pinsOfRoom, user, room, rights.ReadMessages.Grant())
	if err != nil {
		return nil, fmt.Errorf("list pins of room %d: %w", room, err)
	}
	pins, err := collectPins(rows)
	if err == nil && len(pins) == 0 {
		err = whyNot(ctx, s.db, rights.ReadMessages, user, room)
	}
	if err != nil {
		return nil, fmt.Errorf("list pins of room %d: %w", room, err)
	}
	return pins, nil
}

var pinsOfRoom = `
	select p.pinned_at, by.id, by.username, by.display_name, by.role, by.deactivated_at, ` + messageColumns + `
	from rooms r
	cross join ` + asker + `
	join pins p on p.room_id = r.id
	join users by on by.id = p.user_id
	join messages msg on msg.room_id = p.room_id and msg.number = p.number and msg.deletion_id is null` + messageJoins + `
	where ` + granted + `
	order by p.pinned_at desc, p.number desc`

func collectPins(rows pgx.Rows) ([]Pin, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (pin Pin, err error) {
		var by userRow
		var message messageRow
		err = row.Scan(append(append([]any{&pin.At}, by.targets()...), message.targets()...)...)
		if err == nil {
			pin.User, pin.Message = *by.user(), *message.message()
		}
		return pin, err
	})
}
