package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// MaxReactions is how many different emoji a message has at most.
const MaxReactions = 50

// ErrTooManyReactions means that a message has MaxReactions different emoji
// already. It is a kind of ErrInvalid.
var ErrTooManyReactions = fmt.Errorf("the message has too many reactions: %w", ErrInvalid)

// React puts an emoji to a message in the name of a user, or takes it back; doing
// so twice changes nothing. It returns all reactions of the message as they are
// then. It takes the right to react, and to put one to it that nobody has muted
// the user, or it returns a *SanctionError. It returns ErrNotFound for a message
// that the room does not have, ErrDeleted for one that is deleted, and
// ErrTooManyReactions.
func (s *Store) React(ctx context.Context, by, room, number int64, emoji string, on bool) (all []Reaction, pending Pending, err error) {
	if emoji == "" || len(emoji) > MaxEmoji {
		return nil, nil, &InvalidError{Field: "emoji", Text: "A reaction is one emoji."}
	}
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		if err := holdMessage(ctx, tx, rights.React, by, room, number); err != nil {
			return err
		}
		if on {
			pending, err = addReaction(ctx, tx, by, room, number, emoji)
		} else {
			pending, err = changeMessage(ctx, tx, rights.React, EventReactionsChanged, `
				delete from reactions x
				using rooms r, `+asker+`
				where `+granted+` and x.room_id = r.id and x.number = $4 and x.user_id = me.id and x.emoji = $6
				returning x.room_id`, by, room, number, emoji)
		}
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select `+reactionsOf(`$1::bigint`, `$2::bigint`), room, number).Scan(&all)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("react to message %d of room %d: %w", number, room, err)
	}
	return all, pending, nil
}

func addReaction(ctx context.Context, tx pgx.Tx, by, room, number int64, emoji string) (Pending, error) {
	if err := notMuted(ctx, tx, by, room); err != nil {
		return nil, err
	}
	var others int
	err := tx.QueryRow(ctx, `
		select count(distinct emoji) from reactions where room_id = $1 and number = $2 and emoji <> $3`,
		room, number, emoji).Scan(&others)
	if err != nil {
		return nil, err
	}
	if others >= MaxReactions {
		return nil, ErrTooManyReactions
	}
	return changeMessage(ctx, tx, rights.React, EventReactionsChanged, `
		insert into reactions (room_id, number, user_id, emoji)
		select r.id, $4, me.id, $6 from rooms r, `+asker+` where `+granted+`
		on conflict do nothing
		returning room_id`, by, room, number, emoji)
}

// holdMessage locks a message until the end of the transaction for somebody who
// does something to it that takes a right: others who do so wait, and so does
// whoever deletes it. It returns the errors of a right that is missing,
// ErrNotFound and ErrDeleted.
func holdMessage(ctx context.Context, tx pgx.Tx, action rights.RoomAction, by, room, number int64) error {
	if err := whyNot(ctx, tx, action, by, room); err != nil {
		return err
	}
	var deleted bool
	err := tx.QueryRow(ctx, `
		select deletion_id is not null from messages where room_id = $1 and number = $2 for no key update`,
		room, number).Scan(&deleted)
	if err == nil && deleted {
		return ErrDeleted
	}
	return orNotFound(err)
}

// changeMessage makes a change of what belongs to a message, and leaves an event
// of a kind about the message if there was something to change. The change judges
// by the grant of the action, as statements that authorise do; it has the message's
// number as $4 and what is more from $6 on, and returns the room of each row.
func changeMessage(ctx context.Context, tx pgx.Tx, action rights.RoomAction, kind EventKind, change string, by, room, number int64, more ...any) (Pending, error) {
	tag, err := tx.Exec(ctx, `
		with changed as (`+change+`)
		insert into pending_events (topic_id, kind, message_id, actor_id)
		select m.room_id, $5, m.id, $1
		from changed join messages m on m.room_id = changed.room_id and m.number = $4`,
		append([]any{by, room, action.Grant(), number, kind}, more...)...)
	if err != nil || tag.RowsAffected() == 0 {
		return nil, err
	}
	return Pending{room}, nil
}

// reactionsOf is an expression for the reactions of a message, as JSON for
// [Reaction]; null when there are none. Of each emoji it tells how many reacted,
// and who did first.
func reactionsOf(room, number string) string {
	return fmt.Sprintf(`(
		select json_agg(json_build_object('emoji', of.emoji, 'count', of.n, 'user_ids', of.people[:%d]) order by of.since, of.emoji)
		from (
			select emoji, count(*) as n, array_agg(user_id order by created_at, user_id) as people, min(created_at) as since
			from reactions
			where room_id = %s and number = %s
			group by emoji
		) of)`, MaxReactors, room, number)
}
