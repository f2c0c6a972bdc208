package store

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// MaxDrafts is how many drafts somebody has at most, and MaxDraftBytes how long
// they are together, in bytes: a page is told all of them at once. The oldest give
// way.
const (
	MaxDrafts     = 1000
	MaxDraftBytes = 2 << 20
)

// Draft is what somebody has written and not sent: in a room itself, or in the
// thread whose root has the number Thread.
type Draft struct {
	RoomID, Thread int64
	Text           string
	ChangedAt      time.Time
}

// SaveDraft keeps a draft in the place of an earlier one; with the empty text it
// removes it, which takes no right where there is one. To keep one takes the right to read the room;
// its errors are returned. A text that is longer than a message can be, or not
// valid, is an *InvalidError.
func (s *Store) SaveDraft(ctx context.Context, user, room, thread int64, text string) error {
	err := s.saveDraft(ctx, user, room, thread, text)
	if err != nil {
		return fmt.Errorf("keep a draft for room %d: %w", room, err)
	}
	return nil
}

func (s *Store) saveDraft(ctx context.Context, user, room, thread int64, text string) error {
	if text == "" {
		tag, err := s.db.Exec(ctx, `delete from drafts where user_id = $1 and room_id = $2 and thread = $3`, user, room, thread)
		if err == nil && tag.RowsAffected() == 0 {
			err = whyNot(ctx, s.db, rights.ReadMessages, user, room)
		}
		return err
	}
	if utf8.RuneCountInString(text) > MaxBody {
		return &InvalidError{Field: "text", Text: "This draft is too long. It may have up to 20,000 characters."}
	}
	// The oldest is removed first: that leaves place for this one.
	tag, err := s.db.Exec(ctx, `
		with may as (
			select r.id, me.id as user_id from rooms r, `+asker+` where `+granted+`
		), crowded as (
			delete from drafts d
			using may
			where d.user_id = may.user_id and (d.room_id, d.thread) in (
				select room_id, thread
				from (
					select x.room_id, x.thread, row_number() over newest as place, sum(octet_length(x.text)) over newest as bytes
					from drafts x
					where x.user_id = $1 and (x.room_id, x.thread) <> ($2::bigint, $4::bigint)
					window newest as (order by x.changed_at desc, x.room_id, x.thread)
				) others
				where place >= $6 or bytes > $7 - octet_length($5))
		)
		insert into drafts (user_id, room_id, thread, text)
		select may.user_id, may.id, $4, $5 from may
		on conflict (user_id, room_id, thread) do update
		set text = excluded.text, changed_at = excluded.changed_at`,
		user, room, rights.ReadMessages.Grant(), thread, text, MaxDrafts, MaxDraftBytes)
	if err == nil && tag.RowsAffected() == 0 {
		err = whyNotRead(ctx, s.db, ErrNotFound, user, room)
	}
	return err
}

// Drafts returns the drafts of a user in rooms that they read, the newest first.
func (s *Store) Drafts(ctx context.Context, user int64) ([]Draft, error) {
	rows, err := s.db.Query(ctx, draftsOf, user, rights.ReadMessages.Grant())
	if err != nil {
		return nil, fmt.Errorf("list drafts of user %d: %w", user, err)
	}
	drafts, err := collectDrafts(rows)
	if err != nil {
		return nil, fmt.Errorf("list drafts of user %d: %w", user, err)
	}
	return drafts, nil
}

// draftsOf are those of user $1 in rooms that they read by the grant $2.
var draftsOf = `
	select d.room_id, d.thread, d.text, d.changed_at
	from drafts d
	` + reader(`d`) + `
	where d.user_id = $1 and ` + reads + `
	order by d.changed_at desc, d.room_id, d.thread`

func collectDrafts(rows pgx.Rows) ([]Draft, error) {
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Draft])
}

// queueDrafts reads the drafts of a user.
func queueDrafts(batch *pgx.Batch, user int64, drafts *[]Draft) {
	batch.Queue(draftsOf, user, rights.ReadMessages.Grant()).Query(func(rows pgx.Rows) (err error) {
		*drafts, err = collectDrafts(rows)
		return err
	})
}
