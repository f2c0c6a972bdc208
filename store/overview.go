package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Overview is everything a page shows first. It is one snapshot: the positions
// are those at which the rest is valid.
type Overview struct {
	Me                User
	UserPosition      Position // of the user's own topic
	Workspace         Workspace
	WorkspacePosition Position
	Rooms             []OverviewRoom // by id
	Users             []User         // active ones that the user sees, by display name
	Blocked           []int64        // whom the user no longer wants to see, by id
	Sections          []Section      // in their order
	Drafts            []Draft        // the newest first
	Saved             []SavedKey     // the newest MaxSavedKeys first
	ThreadsUnread     int64          // threads that the user follows, with replies they have not read
}

// OverviewRoom is a room as one of its members has it.
type OverviewRoom struct {
	Room
	Role          RoomRole
	Position      Position
	LastNumber    int64
	LastAside     int64 // how many of the messages are in threads
	ReadNumber    int64
	ReadAside     int64
	Mentions      int64   // see [ReadMark]
	Members       []int64 // of direct rooms only, sorted
	LastMessageAt *time.Time
	// Muted says that the user may not write in it, until MutedUntil; nil is until
	// somebody ends it.
	Muted      bool
	MutedUntil *time.Time
	// Level is what the user wants to be told of. Silenced says that they hear
	// nothing of the room, until SilencedUntil; nil is until they end it.
	Level         string
	Silenced      bool
	SilencedUntil *time.Time
	Favourite     bool
	Section       int64 // 0 for none
	// Small says that its members are told who has read a message.
	Small bool
}

// Overview returns what the user's page shows first. It returns ErrNotFound
// for a user that does not exist or may not act.
func (s *Store) Overview(ctx context.Context, user int64) (Overview, error) {
	var o Overview
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := s.transact(ctx, snapshot, func(tx pgx.Tx) error {
		return readOverview(ctx, tx, user, &o)
	})
	if err != nil {
		return Overview{}, fmt.Errorf("overview of user %d: %w", user, err)
	}
	return o, nil
}

// readOverview sends its queries together: one round trip.
func readOverview(ctx context.Context, tx pgx.Tx, user int64, o *Overview) error {
	var batch pgx.Batch
	batch.Queue(`
		select `+ownColumns+`, own.epoch, own.head, w.name, w.sign_up_open, w.created_at, coalesce(w.retention_days, 0), wt.epoch, wt.head
		from users u
		join topics own on own.id = u.id
		cross join workspace w
		join topics wt on wt.id = w.id
		where u.id = $1 and `+active(`u`), user).QueryRow(func(row pgx.Row) (err error) {
		o.Me, err = scanOwn(row, &o.UserPosition.Epoch, &o.UserPosition.Seq,
			&o.Workspace.Name, &o.Workspace.SignUpOpen, &o.Workspace.CreatedAt, &o.Workspace.RetentionDays,
			&o.WorkspacePosition.Epoch, &o.WorkspacePosition.Seq)
		return err
	})
	batch.Queue(roomsOfUser+` order by r.id`, user, rights.ReadMessages.Grant()).Query(func(rows pgx.Rows) (err error) {
		o.Rooms, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (OverviewRoom, error) { return scanOverviewRoom(row) })
		return err
	})
	batch.Queue(visibleUsers, user, rights.SeeDirectory.Roles()).Query(func(rows pgx.Rows) (err error) {
		o.Users, err = collectUsers(rows)
		return err
	})
	queueBlocked(&batch, user, &o.Blocked)
	queueSections(&batch, user, &o.Sections)
	queueDrafts(&batch, user, &o.Drafts)
	queueSaved(&batch, user, &o.Saved)
	queueThreadsUnread(&batch, user, &o.ThreadsUnread)
	return tx.SendBatch(ctx, &batch).Close()
}

// OverviewRoom returns one room as the overview has it. It returns
// ErrNotMember for a public room that the user has not joined, and ErrNotFound
// for a room that is not theirs to know of.
func (s *Store) OverviewRoom(ctx context.Context, user, room int64) (OverviewRoom, error) {
	found, err := scanOverviewRoom(s.db.QueryRow(ctx, roomsOfUser+` and r.id = $3`,
		user, rights.ReadMessages.Grant(), room))
	if err != nil {
		return OverviewRoom{}, fmt.Errorf("find room %d: %w", room, whyNotRead(ctx, s.db, err, user, room))
	}
	return found, nil
}

// roomsOfUser finds the rooms that user $1 is in and, by the grant $2, reads. A
// direct room's key lists its members, so they need no look at all memberships.
var roomsOfUser = `
	select ` + roomColumns + `, mine.role, t.epoch, t.head, t.last_number, t.last_aside, ` + markColumns(`mine`) + `,
		string_to_array(r.direct_key, ',')::bigint[], newest.created_at,
		coalesce(mine.muted_until > statement_timestamp(), false), nullif(mine.muted_until, 'infinity'),
		mine.level, coalesce(mine.silenced_until > statement_timestamp(), false),
		case when mine.silenced_until > statement_timestamp() then nullif(mine.silenced_until, 'infinity') end,
		mine.favourite, mine.section_id, ` + isSeenBy + `
	from users me
	join memberships mine on mine.user_id = me.id and mine.left_at is null
	join rooms r on r.id = mine.room_id
	join topics t on t.id = r.id
	left join lateral (
		select x.created_at
		from messages x
		where x.room_id = r.id
		order by x.number desc
		limit 1
	) newest on true
	where me.id = $1 and ` + active(`me`) + ` and ` + standing + ` = any($2::text[])`

func scanOverviewRoom(row pgx.Row) (OverviewRoom, error) {
	var o OverviewRoom
	var err error
	o.Room, err = scanRoom(row, &o.Role, &o.Position.Epoch, &o.Position.Seq, &o.LastNumber, &o.LastAside,
		&o.ReadNumber, &o.ReadAside, &o.Mentions, &o.Members, &o.LastMessageAt,
		&o.Muted, &o.MutedUntil, &o.Level, &o.Silenced, &o.SilencedUntil, &o.Favourite, &o.Section, &o.Small)
	return o, err
}
