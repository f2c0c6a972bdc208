package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Why a message cannot be reported, or a report not be settled.
var (
	// ErrOwnMessage means that somebody reports what they wrote.
	ErrOwnMessage = errors.New("it is one's own message")
	// ErrDeleted means that the message is deleted. It is a kind of ErrGone.
	ErrDeleted = fmt.Errorf("the message is deleted: %w", ErrGone)
	// ErrSettled means that somebody has settled the report in another way. It is
	// a kind of ErrConflict.
	ErrSettled = fmt.Errorf("the report is settled: %w", ErrConflict)
)

// The ways to settle a report.
const (
	SettledActed     = "acted"     // something was done about it
	SettledDismissed = "dismissed" // nothing is to be done
)

// Report is what somebody has told those who keep order about a message. The
// text is that of the message at that time. Whoever wrote the message does not
// get to see it.
type Report struct {
	ID       int64
	RoomID   int64
	RoomKind RoomKind
	RoomName string // "" when the one who asks may not know it
	Number   int64  // of the message; 0 when it is no longer kept
	Deleted  bool   // the message is hidden, erased or no longer kept
	Author   User
	Body     string // "" when it is erased, long after the report was settled
	// Edited says that the message says something else by now, and Now what; it is
	// "" for those who may not see the room, since nobody has told them that.
	Edited    bool
	Now       string
	Reporter  User
	Reason    string
	CreatedAt time.Time
	// Settlement is "" while the report is open; SettledAt and SettledBy are set
	// once it is settled.
	Settlement string
	SettledAt  *time.Time
	SettledBy  *User
}

// reportKept is for how long the text in a report is kept once it is settled.
const reportKept = 90 * 24 * time.Hour

// EraseSettledReports erases the texts of messages in reports that were settled
// long ago, and returns of how many. An open report keeps its text, whatever
// becomes of the message: it is what is to be judged.
func (s *Store) EraseSettledReports(ctx context.Context) (erased int64, err error) {
	for {
		tag, err := s.db.Exec(ctx, `
			update reports set body = ''
			where id in (
				select id from reports
				where settled_at <= now() - $1::interval and body <> ''
				limit $2
				for no key update skip locked)`, reportKept, eraseBatch)
		if err != nil {
			return erased, fmt.Errorf("erase the texts of settled reports: %w", err)
		}
		if erased += tag.RowsAffected(); tag.RowsAffected() < eraseBatch {
			return erased, nil
		}
	}
}

// ReportMessage tells those who keep order in a room about a message in it, which
// takes the right to read it. Doing so twice changes nothing. It returns
// ErrOwnMessage, ErrDeleted, and ErrNotFound for a message that the room does not
// have.
func (s *Store) ReportMessage(ctx context.Context, by, room, number int64, reason string) (Pending, error) {
	reason, err := cleanReason(reason)
	if err == nil && reason == "" {
		err = &InvalidError{Field: "reason", Text: "Say in a few words what is wrong with the message."}
	}
	if err != nil {
		return nil, err
	}
	var pending Pending
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		pending, err = fileReport(ctx, tx, by, room, number, reason)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("report message %d of room %d: %w", number, room, err)
	}
	return pending, nil
}

func fileReport(ctx context.Context, tx pgx.Tx, by, room, number int64, reason string) (Pending, error) {
	if err := whyNot(ctx, tx, rights.ReadMessages, by, room); err != nil {
		return nil, err
	}
	var author int64
	var deleted bool
	// As long as this is under way, the message is not deleted.
	err := tx.QueryRow(ctx, `
		select author_id, deletion_id is not null from messages where room_id = $1 and number = $2 for share`,
		room, number).Scan(&author, &deleted)
	switch {
	case err != nil:
		return nil, orNotFound(err)
	case author == by:
		return nil, ErrOwnMessage
	}
	tag, err := tx.Exec(ctx, `
		insert into reports (room_id, message_id, author_id, body, reporter_id, reason)
		select room_id, id, author_id, body, $3, $4 from messages
		where room_id = $1 and number = $2 and deletion_id is null
		on conflict (message_id, reporter_id) do nothing`, room, number, by, reason)
	switch {
	case err != nil:
		return nil, err
	case tag.RowsAffected() == 0 && deleted:
		return nil, ErrDeleted
	case tag.RowsAffected() == 0:
		return nil, nil
	}
	return tellModerators(ctx, tx, room, author)
}

// tellModerators leaves a word on the own topic of each who may settle reports of
// a room, but not of the reported author. It says nothing but that the reports
// are others now.
func tellModerators(ctx context.Context, tx pgx.Tx, room, author int64) (Pending, error) {
	rows, err := tx.Query(ctx, `
		insert into pending_events (topic_id, kind, user_id)
		select me.id, 'reports-changed', me.id
		from rooms r
		cross join users me
		left join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at is null
		where r.id = $1 and me.id <> $2 and `+active(`me`)+`
			and (mine.role = any ($3::text[]) or me.role = any ($4::text[]))
			and (`+standing+` = any ($5::text[]) or me.role = any ($4::text[]))
		returning topic_id`,
		room, author, []RoomRole{RoomOwner, RoomModerator}, rights.HandleReports.Roles(), rights.SeeReports.Grant())
	if err != nil {
		return nil, err
	}
	topics, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return topics, err
}
