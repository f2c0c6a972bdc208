package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// decisionActions are the acts of which those are told whom they concern, when
// somebody else has done them.
var decisionActions = []AuditAction{
	AuditMemberRemoved, AuditMemberMuted, AuditMuteEnded, AuditMemberBanned, AuditBanEnded, AuditMemberRoleChanged,
	AuditRoomHandedOver, AuditMessagesDeleted, AuditMessagesUndeleted,
	AuditWorkspaceHandedOver, AuditUserRoleChanged, AuditUserSuspended, AuditSuspensionEnded, AuditUserSignedOut, AuditSessionEnded,
}

// isDecision reports whether the person whom an act concerns is told of it.
func (a audited) isDecision() bool {
	return a.user != 0 && a.user != a.by && slices.Contains(decisionActions, a.action)
}

// MaxDecisions is how many decisions are told at once.
const MaxDecisions = 100

// Decision is what somebody decided about somebody else, as the audit log has it.
type Decision struct {
	ID     int64
	Action AuditAction
	At     time.Time
	Reason string
	// RoomID is 0 for what concerns no room. RoomName is by what name the person
	// knew it then; "" when they never did, or nobody does any more.
	RoomID   int64
	RoomName string
	// By is who decided it; nil for the command line and for chatd itself. Only
	// ID, Username and DisplayName are set.
	By            *User
	Before, After json.RawMessage
}

// Decisions returns what was decided about a user and they were not told yet, the
// newest last: of more than MaxDecisions the oldest, and more is true.
func (s *Store) Decisions(ctx context.Context, user int64) (decisions []Decision, more bool, err error) {
	rows, err := s.db.Query(ctx, decisionsOf, user, decisionActions, rights.SeeDirectory.Roles(), MaxDecisions+1)
	if err != nil {
		return nil, false, fmt.Errorf("list decisions about user %d: %w", user, err)
	}
	decisions, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Decision, err error) {
		var by userRow
		err = row.Scan(&d.ID, &d.Action, &d.At, &d.Reason, &d.RoomID, &d.RoomName, &by.id, &by.username, &by.displayName, &d.Before, &d.After)
		if by.id != nil {
			d.By = &User{ID: *by.id, Username: *by.username, DisplayName: *by.displayName}
		}
		return d, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("list decisions about user %d: %w", user, err)
	}
	if len(decisions) > MaxDecisions {
		return decisions[:MaxDecisions], true, nil
	}
	return decisions, false, nil
}

// decisionsOf finds what was decided about user $1. A room is told by the name by
// which the person knew it: that of then, or of when they had left it, or of when
// they came in later; and to whoever may see all public rooms that of then, if
// the room was public and is. Who never knew it is told none.
var decisionsOf = `
	select e.id, e.action, e.at, e.reason, coalesce(e.room_id, 0),
		case when known.until is null then '' else coalesce(renamed.name, r.name, '') end,
		d.id, d.username, d.display_name, e.before, e.after
	from users me
	join audit_entries e on e.user_id = me.id and e.id > me.told_entry
	left join users d on d.id = e.actor_id
	left join rooms r on r.id = e.room_id
	left join memberships m on m.room_id = r.id and m.user_id = me.id
	left join lateral (
		select later.before ->> 'kind' as kind
		from audit_entries later
		where later.room_id = e.room_id and later.id > e.id and later.action = 'room-changed' and later.before ? 'kind'
		order by later.id
		limit 1
	) was on true
	cross join lateral (
		select case
			when r.kind = 'public' and coalesce(was.kind, r.kind) = 'public' and me.role = any ($3::text[]) then e.at
			when m.user_id is null then null
			when m.joined_at > e.at then coalesce(m.left_at, 'infinity')
			else least(e.at, m.left_at)
		end as until
	) known
	left join lateral (
		select later.before ->> 'name' as name
		from audit_entries later
		where later.room_id = e.room_id and later.action = 'room-changed' and later.before ? 'name'
			and later.id > case when known.until < e.at then 0 else e.id end
			and (later.at > known.until or later.id > e.id and known.until <= e.at)
		order by later.id
		limit 1
	) renamed on true
	where me.id = $1 and ` + active(`me`) + ` and e.action = any ($2::text[]) and e.actor_id is distinct from me.id
	order by e.id
	limit $4`

// DecisionsTold notes that a user was told of decisions up to the one with this
// id. It never goes back, nor beyond what there is. Their other browsers learn
// that there is less to tell.
func (s *Store) DecisionsTold(ctx context.Context, user, upTo int64) (Pending, error) {
	tag, err := s.db.Exec(ctx, `
		with last as (
			select least($2, coalesce(max(e.id), 0)) as entry from audit_entries e where e.user_id = $1
		), told as (
			update users u set told_entry = last.entry
			from last
			where u.id = $1 and u.told_entry < last.entry
			returning u.id
		)
		insert into pending_events (topic_id, kind, user_id, actor_id) select id, 'decided', id, id from told`, user, upTo)
	if err != nil {
		return nil, fmt.Errorf("note what user %d was told: %w", user, err)
	}
	if tag.RowsAffected() == 0 {
		return nil, nil
	}
	return Pending{user}, nil
}
