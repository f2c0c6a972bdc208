package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Look is what changed since an earlier look.
type Look struct {
	// Next is handed to the next look.
	Next int64
	// Topics with new events, and their present positions.
	Topics map[int64]Position
	// EndedSessions were signed out, replaced or expired by somebody.
	EndedSessions []EndedSession
	// EndedMemberships belong to people who left or were removed, and who have
	// not come back.
	EndedMemberships []EndedMembership
	// ChangedMemberships are of people who joined, left, were removed or got
	// another role; the ended ones are among them.
	ChangedMemberships []Membership
	// ChangedUsers got another role, or were deactivated, reactivated or suspended,
	// or are no longer.
	ChangedUsers []ChangedUser
	// Withdrawn are messages that were deleted.
	Withdrawn []Withdrawn
	// ChangedRooms became private, were deleted or lost old messages: something
	// that was told of them is told no longer, see [Store.Untold].
	ChangedRooms []int64
	// PendingTopics have events that wait to be numbered.
	PendingTopics []int64
}

// Withdrawn are the events of messages of a room that were deleted.
type Withdrawn struct {
	RoomID, Epoch int64
	Seqs          []int64
}

// EndedSession is a session of a user that ended and why.
type EndedSession struct {
	ID, Reason string
	UserID     int64
}

// Membership is a person and a room.
type Membership struct{ RoomID, UserID int64 }

// EndedMembership is a person who is no longer in a room.
type EndedMembership struct {
	RoomID, UserID int64
	Banned         bool // and may not come back for now
}

// ChangedUser is what somebody now is in the workspace.
type ChangedUser struct {
	ID          int64
	Role        Role
	Deactivated bool
	Suspended   bool
}

// Look reports what any node has changed since the look that returned since as
// its Next; the first look, with 0, only finds where to begin.
//
// Changes carry the id of their transaction. A look reports all those that are
// not older than the oldest transaction that was still open at the look
// before, so one that was open during a look is found by the next one, and
// some changes are reported twice.
func (s *Store) Look(ctx context.Context, since int64) (Look, error) {
	if since == 0 {
		var look Look
		err := s.db.QueryRow(ctx, `select pg_snapshot_xmin(pg_current_snapshot())::text::bigint`).Scan(&look.Next)
		if err != nil {
			return Look{}, fmt.Errorf("begin looking: %w", err)
		}
		return look, nil
	}
	// After a dump was loaded into a new cluster, old rows carry transaction
	// ids that are yet to come here: hence the upper bound.
	rows, err := s.db.Query(ctx, `
		with bounds as materialized (
			select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as next,
			       pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xmax
		), deleted as materialized (
			select d.id, d.room_id
			from deletions d
			where d.changed_tx >= $1 and d.changed_tx < (select xmax from bounds) and d.undone_at is null
			union
			-- Once more when that is in the log: an edit that was numbered by a transaction
			-- which did not see the deletion is there at the latest then.
			select d.id, d.room_id
			from events e join deletions d on d.id = e.deletion_id
			where e.tx >= $1 and e.tx < (select xmax from bounds) and e.kind = 'messages-deleted' and d.undone_at is null
		)
		select 'next' as what, next as a, 0::bigint as b, 0::bigint as c, '' as id, '' as text from bounds
		union all
		select 'topic', t.id, t.epoch, t.head, '', ''
		from topics t
		where t.id in (select e.topic_id from events e where e.tx >= $1 and e.tx < (select xmax from bounds))
		union all
		select 'session', s.user_id, 0, 0, s.id::text, s.end_reason
		from sessions s where s.ended_tx >= $1 and s.ended_tx < (select xmax from bounds)
		union all
		select case
		         when m.left_at is null then 'membership'
		         when exists (
		           select from sanctions b
		           where b.kind = 'ban' and b.user_id = m.user_id and coalesce(b.room_id, 0) = m.room_id and `+inForce(`b`)+`
		         ) then 'banned'
		         else 'ended'
		       end, m.room_id, m.user_id, 0, '', ''
		from memberships m
		where m.changed_tx >= $1 and m.changed_tx < (select xmax from bounds)
		union all
		select case when u.deactivated_at is not null then 'deactivated' when `+active(`u`)+` then 'user' else 'suspended' end, u.id, 0, 0, '', u.role
		from users u
		where u.changed_tx > 0 and u.changed_tx >= $1 and u.changed_tx < (select xmax from bounds)
		union all
		select 'withdrawn', d.room_id, t.epoch, x.seq, '', ''
		from deleted d
		join topics t on t.id = d.room_id
		join deletion_messages x on x.deletion_id = d.id
		union all
		select 'withdrawn', d.room_id, t.epoch, e.seq, '', ''
		from deleted d
		join topics t on t.id = d.room_id
		join events e on e.topic_id = d.room_id and e.seq > t.head - `+editsBack+` and e.kind = 'message-edited'
		join deletion_messages x on x.deletion_id = d.id and x.message_id = e.message_id
		union all
		select 'room', r.id, 0, 0, '', ''
		from rooms r
		where r.changed_tx > 0 and r.changed_tx >= $1 and r.changed_tx < (select xmax from bounds)
		union all
		select 'pending', p.topic_id, 0, 0, '', ''
		from (select distinct topic_id from pending_events limit 10000) p`, since)
	if err != nil {
		return Look{}, fmt.Errorf("look: %w", err)
	}
	look, err := collectLook(rows)
	if err != nil {
		return Look{}, fmt.Errorf("look: %w", err)
	}
	return look, nil
}

// lookBackBy is how many transactions [Store.LookBack] goes back: far more than
// can end between two times that the server writes its log to the disk.
const lookBackBy = 10_000

// LookBack is Look for whoever has lost the connection to the server. That may
// have crashed, and then gives away again the ids of transactions of which
// nothing was on its disk. What is committed under such an id seems older than
// the look before, so this one goes back further, and repeats what was reported
// already.
func (s *Store) LookBack(ctx context.Context, since int64) (Look, error) {
	return s.Look(ctx, max(since-lookBackBy, 1))
}

func collectLook(rows pgx.Rows) (Look, error) {
	look := Look{Topics: map[int64]Position{}}
	var what, id, text string
	var a, b, c int64
	_, err := pgx.ForEachRow(rows, []any{&what, &a, &b, &c, &id, &text}, func() error {
		switch what {
		case "next":
			look.Next = a
		case "topic":
			look.Topics[a] = Position{Epoch: b, Seq: c}
		case "session":
			look.EndedSessions = append(look.EndedSessions, EndedSession{ID: id, Reason: text, UserID: a})
		case "membership", "ended", "banned":
			m := Membership{RoomID: a, UserID: b}
			look.ChangedMemberships = append(look.ChangedMemberships, m)
			if what != "membership" {
				look.EndedMemberships = append(look.EndedMemberships, EndedMembership{RoomID: a, UserID: b, Banned: what == "banned"})
			}
		case "user", "deactivated", "suspended":
			look.ChangedUsers = append(look.ChangedUsers, ChangedUser{ID: a, Role: Role(text), Deactivated: what == "deactivated", Suspended: what == "suspended"})
		case "withdrawn":
			look.withdraw(a, b, c)
		case "room":
			look.ChangedRooms = append(look.ChangedRooms, a)
		case "pending":
			look.PendingTopics = append(look.PendingTopics, a)
		}
		return nil
	})
	return look, err
}

// withdraw adds an event of a room.
func (l *Look) withdraw(room, epoch, seq int64) {
	last := len(l.Withdrawn) - 1
	if last < 0 || l.Withdrawn[last].RoomID != room {
		l.Withdrawn = append(l.Withdrawn, Withdrawn{RoomID: room, Epoch: epoch})
		last++
	}
	l.Withdrawn[last].Seqs = append(l.Withdrawn[last].Seqs, seq)
}
