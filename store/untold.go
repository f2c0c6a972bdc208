package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// untoldBack is how many events of a topic may be asked for again: a client that
// is further behind is told to load it afresh.
const untoldBack = 1000

// isListed reports whether a room stands in the directory.
func (r Room) isListed() bool { return r.Kind == RoomPublic && r.State != RoomDeleted }

// Untold returns what was told of a room and must be told no longer: on its own
// topic messages that are gone, and on the workspace's, with its id in the place
// of the room's, what a public room was when it is none any more. The log tells
// these as [EventSkip]. It asks nobody's permission.
func (s *Store) Untold(ctx context.Context, room int64) ([]Withdrawn, error) {
	rows, err := s.db.Query(ctx, untold, room, WorkspaceTopic, untoldBack)
	if err != nil {
		return nil, fmt.Errorf("find what was told of room %d: %w", room, err)
	}
	var l Look
	var topic, epoch, seq int64
	_, err = pgx.ForEachRow(rows, []any{&topic, &epoch, &seq}, func() error {
		l.withdraw(topic, epoch, seq)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find what was told of room %d: %w", room, err)
	}
	return l.Withdrawn, nil
}

const untold = `
	select t.id, t.epoch, e.seq
	from topics t
	join events e on e.topic_id = t.id and e.seq > t.head - $3::bigint
	where t.id = $1 and e.kind in ('message', 'message-edited') and not exists (select from messages m where m.id = e.message_id)
	union all
	select t.id, t.epoch, e.seq
	from rooms r
	join topics t on t.id = $2
	join events e on e.topic_id = t.id and e.seq > t.head - $3::bigint
	where r.id = $1 and (r.kind <> 'public' or r.deleted_at is not null) and e.room_id = r.id and e.kind in ('room-created', 'room-listed')
	order by 1, 3`
