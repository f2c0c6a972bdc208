package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// roomSettings are what can be changed about a room, as the database has them.
// They can be compared.
type roomSettings struct {
	kind                     RoomKind
	name, topic, description string
	state                    rights.State // who writes in it while it is not archived
	archived                 bool
	slow                     int // seconds
	notices                  string
	retention                int // days; keepAsWorkspace
	isDefault                bool
}

// keepAsWorkspace stands for no retention of a room's own.
const keepAsWorkspace = -1

func findSettings(ctx context.Context, tx pgx.Tx, room int64) (roomSettings, error) {
	var r roomSettings
	var readOnly, guestsReadOnly bool
	err := tx.QueryRow(ctx, `
		select r.kind, coalesce(r.name, ''), r.topic, r.description, r.read_only, r.guests_read_only,
			r.archived_at is not null, r.slow_mode, r.notices, coalesce(r.retention_days, $2), r.is_default
		from rooms r
		where r.id = $1`, room, keepAsWorkspace).Scan(&r.kind, &r.name, &r.topic, &r.description, &readOnly, &guestsReadOnly,
		&r.archived, &r.slow, &r.notices, &r.retention, &r.isDefault)
	switch {
	case readOnly:
		r.state = rights.ReadOnly
	case guestsReadOnly:
		r.state = rights.Members
	default:
		r.state = rights.Open
	}
	return r, orNotFound(err)
}

// applied is what the settings are after a change.
func (c RoomChange) applied(r roomSettings) roomSettings {
	replace(&r.name, c.Name)
	replace(&r.topic, c.Topic)
	replace(&r.description, c.Description)
	replace(&r.kind, c.Kind)
	replace(&r.state, c.State)
	replace(&r.archived, c.Archived)
	replace(&r.notices, c.Notices)
	replace(&r.isDefault, c.Default)
	if c.SlowMode != nil {
		r.slow = int(c.SlowMode.Seconds())
	}
	if c.RetentionDays != nil {
		r.retention = keepAsWorkspace
		replace(&r.retention, *c.RetentionDays)
	}
	return r
}

func replace[T any](value *T, by *T) {
	if by != nil {
		*value = *by
	}
}

// check returns why a room cannot become so, nil when it can.
func (r roomSettings) check(ctx context.Context, was roomSettings, st rights.Standing) error {
	switch {
	case r.isDefault && r.kind != RoomPublic && !was.isDefault:
		return &InvalidError{Field: "is_default", Text: "Everybody new can come into public rooms only. Make it public first."}
	case r.isDefault && r.kind != RoomPublic:
		return &InvalidError{Field: "kind", Text: "Everybody new comes into this room, so it has to be public. End that first."}
	case r.kind == RoomPrivate && was.kind == RoomPublic && st.RoomRole == rights.Outside && !isFromCommandLine(ctx):
		return ErrNotMember
	}
	return nil
}

// store makes a room so and tells those who are in it and, of a public one,
// everybody who may see the directory. What only members may know is told to
// nobody else: of a room that is private now there is its id.
func (r roomSettings) store(ctx context.Context, tx pgx.Tx, by, room int64, was roomSettings) (Room, error) {
	return scanRoom(tx.QueryRow(ctx, `
		with r as (
			update rooms r
			set kind = $3, name = $4, name_key = $5, topic = $6, description = $7, read_only = $8, guests_read_only = $9,
			    archived_at = case when $10 then coalesce(r.archived_at, now()) end,
			    slow_mode = $11, notices = $12, retention_days = nullif($13::integer, $14), is_default = $15,
			    changed_tx = case when r.kind = 'public' and $3 <> 'public' then pg_current_xact_id()::text::bigint else r.changed_tx end
			where r.id = $2
			returning *
		), told as (
			insert into pending_events (topic_id, kind, room_id, actor_id)
			select r.id, 'room-changed', r.id, $1::bigint from r
			union all
			select $16::bigint, case when r.kind = 'public' then 'room-listed' else 'room-unlisted' end, r.id, $1
			from r
			where r.kind = 'public' or $17
		)
		select `+roomColumns+` from r`,
		by, room, r.kind, r.name, nameKey(r.name), r.topic, r.description, r.state == rights.ReadOnly, r.state == rights.Members,
		r.archived, r.slow, r.notices, r.retention, keepAsWorkspace, r.isDefault, WorkspaceTopic, was.kind == RoomPublic))
}

// concerns are the topics that store leaves news for.
func (r roomSettings) concerns(room int64, was roomSettings) Pending {
	if r.kind == RoomPublic || was.kind == RoomPublic {
		return Pending{room, WorkspaceTopic}
	}
	return Pending{room}
}

// record writes to the audit log what is different. Archiving is an act of its
// own.
func (r roomSettings) record(ctx context.Context, tx pgx.Tx, by, room int64, was roomSettings) error {
	before, after := differing(was.facts(), r.facts())
	if len(after) > 0 {
		err := record(ctx, tx, audited{by: by, action: AuditRoomChanged, room: room, before: before, after: after})
		if err != nil {
			return err
		}
	}
	if r.archived == was.archived {
		return nil
	}
	action := AuditRoomUnarchived
	if r.archived {
		action = AuditRoomArchived
	}
	return record(ctx, tx, audited{by: by, action: action, room: room})
}

// recordMade writes to the audit log that there is a new room.
func (r roomSettings) recordMade(ctx context.Context, tx pgx.Tx, by, room int64) error {
	return record(ctx, tx, audited{by: by, action: AuditRoomMade, room: room, after: r.title()})
}

// facts are what the audit log tells of a room.
func (r roomSettings) facts() facts {
	told := facts{
		"kind": r.kind, "name": r.name, "topic": r.topic, "description": r.description, "state": r.state,
		"slow_mode": r.slow, "notices": r.notices, "retention_days": nil, "is_default": r.isDefault,
	}
	if r.retention != keepAsWorkspace {
		told["retention_days"] = r.retention
	}
	return told
}

// title is what the audit log tells of a room that is made, goes or comes back.
func (r roomSettings) title() facts { return facts{"kind": r.kind, "name": r.name} }

// findRoom returns a room and asks nobody's permission.
func findRoom(ctx context.Context, db querier, room int64) (Room, error) {
	return scanRoom(db.QueryRow(ctx, `select `+roomColumns+` from rooms r where r.id = $1`, room))
}
