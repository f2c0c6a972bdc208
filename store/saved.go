package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// MaxSavedKeys is of how many saved messages an overview tells.
const MaxSavedKeys = 1000

// SavedKey names a message that somebody has saved.
type SavedKey struct{ RoomID, Number int64 }

// SavedMessage is a message that somebody keeps for themselves.
type SavedMessage struct {
	Message Message
	SavedAt time.Time
}

// SaveMessage keeps a message for the user, which takes the right to read it, or
// keeps it no longer, which takes none where there is something. It returns whether that changed anything,
// the errors of a right that is missing, ErrNotFound for a message that the room
// does not have, and ErrDeleted for one that is deleted.
func (s *Store) SaveMessage(ctx context.Context, user, room, number int64, on bool) (changed bool, err error) {
	change := s.saveMessage
	if !on {
		change = s.unsaveMessage
	}
	if changed, err = change(ctx, user, room, number); err != nil {
		return false, fmt.Errorf("save message %d of room %d: %w", number, room, err)
	}
	return changed, nil
}

func (s *Store) saveMessage(ctx context.Context, user, room, number int64) (changed bool, err error) {
	var message *int64
	var deleted bool
	err = s.db.QueryRow(ctx, `
		with may as (
			select me.id as user_id, r.id as room_id, x.id as message_id, x.deletion_id is not null as deleted
			from rooms r
			cross join `+asker+`
			left join messages x on x.room_id = r.id and x.number = $4
			where `+granted+`
		), made as (
			insert into saved_messages (user_id, room_id, number)
			select user_id, room_id, $4 from may where message_id is not null and not deleted
			on conflict do nothing
			returning number
		)
		select message_id, deleted, exists (select from made) from may`,
		user, room, rights.ReadMessages.Grant(), number).Scan(&message, &deleted, &changed)
	switch {
	case err != nil:
		return false, whyNotRead(ctx, s.db, orNotFound(err), user, room)
	case message == nil:
		return false, ErrNotFound
	case deleted:
		return false, ErrDeleted
	}
	return changed, nil
}

func (s *Store) unsaveMessage(ctx context.Context, user, room, number int64) (changed bool, err error) {
	tag, err := s.db.Exec(ctx, `delete from saved_messages where user_id = $1 and room_id = $2 and number = $3`, user, room, number)
	if err != nil || tag.RowsAffected() > 0 {
		return err == nil, err
	}
	return false, whyNot(ctx, s.db, rights.ReadMessages, user, room)
}

// queueSaved reads which messages a user has saved last, in rooms that they read.
// Deleted ones are among them.
func queueSaved(batch *pgx.Batch, user int64, saved *[]SavedKey) {
	batch.Queue(`
		select x.room_id, x.number
		from saved_messages x
		`+reader(`x`)+`
		where x.user_id = $1 and `+reads+`
		order by x.id desc
		limit $3`, user, rights.ReadMessages.Grant(), MaxSavedKeys).Query(func(rows pgx.Rows) (err error) {
		*saved, err = pgx.CollectRows(rows, pgx.RowToStructByPos[SavedKey])
		return err
	})
}

// Saved returns a page of what the user has saved in rooms that they read, what
// was saved last first, and where the next one begins. Deleted messages are left
// out.
func (s *Store) Saved(ctx context.Context, user int64, page Page) (saved []SavedMessage, next string, err error) {
	before, err := page.from(listSaved)
	if err != nil {
		return nil, "", &InvalidError{Field: "before", Text: wrongPlace().Text}
	}
	rows, err := s.db.Query(ctx, savedPage, user, rights.ReadMessages.Grant(), before.ID, page.limit()+1)
	if err == nil {
		saved, next, err = collectPage(rows, page, listSaved, scanSaved)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list what user %d has saved: %w", user, err)
	}
	return saved, next, nil
}

// listSaved is the name of the list in its cursors.
const listSaved = "saved"

var savedPage = `
	select x.id, x.saved_at, ` + messageColumns + `
	from saved_messages x
	` + reader(`x`) + `
	join messages msg on msg.room_id = x.room_id and msg.number = x.number and msg.deletion_id is null` + messageJoins + `
	where x.user_id = $1 and ` + reads + ` and ($3::bigint = 0 or x.id < $3::bigint)
	order by x.id desc
	limit $4`

func scanSaved(row pgx.Row) (saved SavedMessage, place cursor, err error) {
	var message messageRow
	err = row.Scan(append([]any{&place.ID, &saved.SavedAt}, message.targets()...)...)
	if err == nil {
		saved.Message = *message.message()
	}
	return saved, place, err
}
