package store

import (
	"context"
	"fmt"
	"slices"

	"chatd/store/archive"
)

// setSequences makes new ids begin above all that the backup knew of, all that
// the database has given out, and some more.
func (r *restore) setSequences(ctx context.Context) error {
	present, err := readSequences(ctx, r.tx, r.names)
	if err != nil {
		return err
	}
	for _, s := range present {
		same := func(o archive.Sequence) bool { return o.Table == s.Table && o.Column == s.Column }
		i := slices.IndexFunc(r.from.Head().Sequences, same)
		if i < 0 {
			return fmt.Errorf("%w (it does not say which %s of %s comes next)", archive.ErrDamaged, s.Column, s.Table)
		}
		next := r.from.Head().Sequences[i].Next
		if i := slices.IndexFunc(r.before.sequences, same); i >= 0 {
			next = max(next, r.before.sequences[i].Next)
		}
		_, err := r.tx.Exec(ctx, `select setval(pg_get_serial_sequence(quote_ident($1), $2), $3, false)`, s.Table, s.Column, next+idsApart)
		if err != nil {
			return fmt.Errorf("continue the ids of %s: %w", s.Table, err)
		}
	}
	return nil
}

// renewEpochs gives each topic an epoch that is neither that of the backup nor
// the one that was in use until now: from the first, a random number of steps
// round the circle of all epochs, which leaves out the step to the second.
func (r *restore) renewEpochs(ctx context.Context) error {
	_, err := r.tx.Exec(ctx, `
		with used as (
			select id, epoch from unnest($1::bigint[], $2::bigint[]) used (id, epoch)
		), chosen as materialized (
			select t.id, 1 + floor(random() * ($3::bigint - 2))::bigint as step,
			       mod(mod(u.epoch - t.epoch, $3) + $3, $3) as taken
			from topics t left join used u on u.id = t.id
		)
		update topics t
		set epoch = 1 + mod(t.epoch - 1 + c.step + case when c.taken between 1 and c.step then 1 else 0 end, $3)
		from chosen c
		where c.id = t.id`, r.before.topics, r.before.epochs, epochs)
	if err != nil {
		return fmt.Errorf("renew the epochs: %w", err)
	}
	return nil
}

// epochs is how many epochs there are: 1 to this number.
const epochs int64 = 2147483646
