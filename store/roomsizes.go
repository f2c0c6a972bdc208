package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// CountSizes counts the texts of the rooms as far as that was not done before,
// and of a room whose first messages are gone from the beginning. Of several
// nodes one does; the others do nothing.
func (s *Store) CountSizes(ctx context.Context) error {
	for {
		var rooms int64
		err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
			if err := aloneCounting(ctx, tx); err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, countSizes, countBatch)
			rooms = tag.RowsAffected()
			return err
		})
		switch {
		case errors.Is(err, errOthersCount):
			return nil
		case err != nil:
			return fmt.Errorf("count the sizes of rooms: %w", err)
		case rooms == 0:
			return nil
		}
	}
}

// countSizes counts $1 messages in several rooms or, if the first one has more,
// that many of it.
const countSizes = `
	with changed as (
		select r.id, r.first_number, t.last_number,
			case when size.first_number = r.first_number then size.last_number + 1 else r.first_number end as start,
			case when size.first_number = r.first_number then size.bytes else 0 end as bytes
		from rooms r
		join topics t on t.id = r.id
		left join room_sizes size on size.room_id = r.id
		where r.erased_at is null and (size.first_number, size.last_number) is distinct from (r.first_number, t.last_number)
	), bounded as (
		select id, first_number, start, bytes, least(last_number, start + $1::bigint - 1) as stop,
			row_number() over (order by id) as turn, sum(last_number - start + 1) over (order by id) as work
		from changed
	)
	insert into room_sizes as size (room_id, first_number, last_number, bytes)
	select id, first_number, stop, bytes + coalesce((
		select sum(octet_length(m.body)) from messages m where m.room_id = b.id and m.number between b.start and b.stop), 0)
	from bounded b
	where turn = 1 or work <= $1::bigint
	on conflict (room_id) do update
	set first_number = excluded.first_number, last_number = excluded.last_number, bytes = excluded.bytes`
