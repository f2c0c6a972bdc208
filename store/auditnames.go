package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// AuditNames returns the names of people and rooms whose ids stand in the facts
// of entries: of everybody, and of those rooms that the reader knows, which have
// a name. Whether they may read the log it does not ask.
func (s *Store) AuditNames(ctx context.Context, by int64, people, rooms []int64) ([]AuditPerson, []AuditRoom, error) {
	var named []AuditPerson
	var places []AuditRoom
	var batch pgx.Batch
	batch.Queue(`
		select id, username, display_name from users where id = any ($1) order by id`, people).Query(func(rows pgx.Rows) (err error) {
		named, err = pgx.CollectRows(rows, pgx.RowToStructByPos[AuditPerson])
		return err
	})
	batch.Queue(`
		select r.id, r.name
		from rooms r
		left join memberships mine on mine.room_id = r.id and mine.user_id = $1 and mine.left_at is null
		where r.id = any ($2) and r.name is not null and `+(&auditQuery{everything: isFromCommandLine(ctx)}).known()+`
		order by r.id`, by, rooms).Query(func(rows pgx.Rows) (err error) {
		places, err = pgx.CollectRows(rows, pgx.RowToStructByPos[AuditRoom])
		return err
	})
	if err := s.db.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, nil, fmt.Errorf("read the names in the audit log: %w", err)
	}
	return named, places, nil
}
