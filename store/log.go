package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// EventPage is a run of events of one topic that belong together: Epoch, Head
// and Events were read from one snapshot. Events ascend without gaps from the
// asked position; there are more of them when the last one is below Head. Now is
// when they were read, by the clock that their times are of.
type EventPage struct {
	Epoch, Head int64
	Now         time.Time
	Events      []Event
}

// Positions returns the present position of those of the topics that the user
// may follow: their own topic, the rooms whose messages they may read, and the
// workspace for those who may see its directory. The others are missing from
// the answer. Whoever is deactivated or suspended follows
// nothing.
func (s *Store) Positions(ctx context.Context, user int64, topics []int64) (map[int64]Position, error) {
	rows, err := s.db.Query(ctx, followed, user, topics, WorkspaceTopic, rights.SeeDirectory.Roles())
	if err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	positions := make(map[int64]Position, len(topics))
	var id int64
	var p Position
	_, err = pgx.ForEachRow(rows, []any{&id, &p.Epoch, &p.Seq}, func() error {
		positions[id] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	return positions, nil
}

// followed finds those of the topics $2 that user $1 may follow; $3 is the
// workspace's, for those of the roles $4.
var followed = `
	select t.id, t.epoch, t.head
	from users me
	join topics t on t.id = any ($2::bigint[])
	left join rooms r on r.id = t.id
	left join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at is null
	where me.id = $1 and ` + active(`me`) + ` and (
		t.id = me.id
		or t.id = $3 and me.role = any ($4::text[])
		or r.id is not null and ` + standing + ` = any (` + literal(rights.ReadMessages.Grant()) + `))`

// EventsAfter returns at most limit events of the topic that follow seq after.
// It asks nobody's permission; see [Store.Positions]. An event that refers to
// a row that is gone comes as [EventSkip]. ErrNotFound means that there is no
// such topic.
func (s *Store) EventsAfter(ctx context.Context, topic, after int64, limit int) (EventPage, error) {
	rows, err := s.db.Query(ctx, `
		select t.epoch, t.head, statement_timestamp(), `+eventColumns+`
		from topics t
		left join lateral (
			select * from events where topic_id = t.id and seq > $2 order by seq limit $3
		) e on true
		`+eventJoins+`
		where t.id = $1
		order by e.seq`, topic, after, limit)
	if err != nil {
		return EventPage{}, fmt.Errorf("read events: %w", err)
	}
	page, err := collectEvents(rows)
	if err != nil {
		return EventPage{}, fmt.Errorf("read events: %w", err)
	}
	if page.Epoch == 0 {
		return EventPage{}, ErrNotFound
	}
	return page, nil
}

// collectEvents reads rows of epoch, head, the time and eventColumns.
func collectEvents(rows pgx.Rows) (page EventPage, err error) {
	defer rows.Close()
	var e eventRow
	targets := append([]any{&page.Epoch, &page.Head, &page.Now}, e.targets()...)
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return page, err
		}
		if e.seq != nil { // a topic without news is one row of nulls
			page.Events = append(page.Events, e.event(page.Epoch))
		}
	}
	return page, rows.Err()
}

// eventColumns and eventJoins read an event of alias e with all it refers to,
// in the order of eventRow.targets.
var (
	eventColumns = `e.topic_id, e.seq, e.kind, e.created_at,
		` + messageColumns + `,
		who.id, who.username, who.display_name, who.role, who.deactivated_at, ` + statusColumns(`who`) + `,
		actor.id, actor.username, actor.display_name, actor.role, actor.deactivated_at,
		r.id, r.kind, r.name, r.topic, r.description, ` + roomState + `,
		r.slow_mode, r.notices, r.retention_days, r.is_default, r.first_number, r.created_by, r.created_at,
		case when e.kind = 'me-changed' then array(select b.blocked_id from blocks b where b.user_id = e.user_id order by b.blocked_id) end,
		d.id, d.undone_at is not null, d.deleted_by is not distinct from d.user_id,
		case when d.id is not null then array(select x.number from deletion_messages x where x.deletion_id = d.id order by x.number) end,
		case when d.id is not null then array(
			select x.seq from deletion_messages x where x.deletion_id = d.id
			union all
			select edit.seq
			from events edit
			where e.kind = 'messages-deleted' and edit.topic_id = e.topic_id and edit.seq > e.seq - ` + editsBack + ` and edit.seq < e.seq
				and edit.kind = 'message-edited'
				and exists (select from deletion_messages x where x.deletion_id = d.id and x.message_id = edit.message_id)
			order by 1) end`

	eventJoins = `
		left join messages msg on msg.id = e.message_id and msg.deletion_id is null` + messageJoins + `
		left join users who on who.id = e.user_id
		left join users actor on actor.id = e.actor_id
		left join rooms r on r.id = e.room_id
		left join deletions d on d.id = e.deletion_id`
)

// eventRow receives eventColumns. Everything may be null: the event itself
// where there is none, and each row that it refers to.
type eventRow struct {
	topic, seq *int64
	kind       *string
	at         *time.Time
	msg        messageRow
	who        userRow
	whoStatus  statusRow
	actor      userRow
	room       roomRow
	blocked    []int64
	deletion   deletionRow
}

type userRow struct {
	id                          *int64
	username, displayName, role *string
	deactivatedAt               *time.Time
}

type statusRow struct {
	emoji, text *string
	until       *time.Time
}

type deletionRow struct {
	id            *int64
	undone        *bool
	byAuthor      *bool
	numbers, seqs []int64
}

type roomRow struct {
	id                             *int64
	kind, name, topic, description *string
	state, notices                 *string
	slow, retention                *int
	isDefault                      *bool
	first, createdBy               *int64
	at                             *time.Time
}

func (r *roomRow) targets() []any {
	return []any{&r.id, &r.kind, &r.name, &r.topic, &r.description, &r.state,
		&r.slow, &r.notices, &r.retention, &r.isDefault, &r.first, &r.createdBy, &r.at}
}

func (e *eventRow) targets() []any {
	t := append([]any{&e.topic, &e.seq, &e.kind, &e.at}, e.msg.targets()...)
	t = append(t, e.who.targets()...)
	t = append(t, &e.whoStatus.emoji, &e.whoStatus.text, &e.whoStatus.until)
	t = append(t, e.actor.targets()...)
	t = append(t, e.room.targets()...)
	return append(t, &e.blocked, &e.deletion.id, &e.deletion.undone, &e.deletion.byAuthor, &e.deletion.numbers, &e.deletion.seqs)
}

// event makes the record. An event that lacks what its kind tells of becomes a
// skip, and so does one of a kind that a newer chatd has written.
func (e *eventRow) event(epoch int64) Event {
	ev := Event{TopicID: *e.topic, Epoch: epoch, Seq: *e.seq, Kind: EventKind(*e.kind), CreatedAt: *e.at}
	ev.User, ev.Actor, ev.Room = e.who.user(), e.actor.user(), e.room.room()
	ev.Deletion, ev.Blocked = e.deletion.of(ev.Kind), e.blocked
	if ev.User != nil {
		ev.User.Status = Status{Emoji: *e.whoStatus.emoji, Text: *e.whoStatus.text, Until: e.whoStatus.until}
	}
	ev.Message = e.msg.message()
	if !ev.complete() {
		return Event{TopicID: ev.TopicID, Epoch: epoch, Seq: ev.Seq, Kind: EventSkip, CreatedAt: ev.CreatedAt}
	}
	return ev
}

// complete reports whether the event holds what its kind tells of.
func (e Event) complete() bool {
	switch e.Kind {
	case EventReactionsChanged:
		return e.Message != nil
	case EventPinsChanged:
		return e.Message != nil && e.Actor != nil
	case EventMessage, EventMessageEdited:
		return e.Message != nil
	case EventJoin, EventLeave, EventMemberChanged, EventUserAdded, EventUserChanged, EventMeChanged:
		return e.User != nil
	case EventRoomAdded, EventRoomRemoved, EventRoomRoleChanged, EventMembershipChanged, EventRoomChanged, EventRoomUnlisted:
		return e.Room != nil
	case EventRoomCreated, EventRoomListed:
		return e.Room != nil && e.Room.isListed()
	case EventMessagesDeleted, EventMessagesUndeleted:
		return e.Deletion != nil
	case EventWorkspaceChanged, EventReportsChanged, EventSectionsChanged, EventDecided, EventSkip:
		return true
	}
	return false
}

// of returns what an event of a kind tells of the deletion; nothing when the one
// that it tells of has been taken back.
func (d *deletionRow) of(kind EventKind) *DeletedMessages {
	if d.id == nil || kind == EventMessagesDeleted && *d.undone {
		return nil
	}
	return &DeletedMessages{Numbers: d.numbers, Seqs: d.seqs, ByAuthor: *d.byAuthor}
}

func (u *userRow) targets() []any {
	return []any{&u.id, &u.username, &u.displayName, &u.role, &u.deactivatedAt}
}

func (u *userRow) user() *User {
	if u.id == nil {
		return nil
	}
	return &User{ID: *u.id, Username: *u.username, DisplayName: *u.displayName, Role: Role(*u.role), DeactivatedAt: u.deactivatedAt}
}

func (r *roomRow) room() *Room {
	if r.id == nil {
		return nil
	}
	room := &Room{
		ID: *r.id, Kind: RoomKind(*r.kind), Topic: *r.topic, Description: *r.description, State: rights.State(*r.state),
		SlowMode: time.Duration(*r.slow) * time.Second, Notices: *r.notices, RetentionDays: r.retention, Default: *r.isDefault, FirstNumber: *r.first,
		CreatedBy: *r.createdBy, CreatedAt: *r.at,
	}
	if r.name != nil {
		room.Name = *r.name
	}
	return room
}
