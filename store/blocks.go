package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// MaxBlocks is how many people somebody blocks at most.
const MaxBlocks = 1000

// ErrTooManyBlocks means that somebody blocks MaxBlocks people already. It is a
// kind of ErrConflict.
var ErrTooManyBlocks = fmt.Errorf("there are too many blocks: %w", ErrConflict)

// Block notes that somebody no longer wants to see what another person writes,
// who is not told. Doing so twice changes nothing. It returns ErrOneself,
// ErrNoSuchUser for somebody whom they do not see, and ErrTooManyBlocks.
func (s *Store) Block(ctx context.Context, user, blocked int64) (Pending, error) {
	if user == blocked {
		return nil, ErrOneself
	}
	var pending Pending
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		pending = nil
		if _, err := findVisible(ctx, tx, user, blocked); err != nil {
			return err
		}
		// One after the other, so that they are counted right.
		if _, err := tx.Exec(ctx, `select from users where id = $1 for no key update`, user); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			with made as (
				insert into blocks (user_id, blocked_id) values ($1, $2)
				on conflict do nothing
				returning user_id
			)
			insert into pending_events (topic_id, kind, user_id, actor_id)
			select user_id, 'me-changed', user_id, user_id from made`, user, blocked)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		var total int
		if err := tx.QueryRow(ctx, `select count(*) from blocks where user_id = $1`, user).Scan(&total); err != nil {
			return err
		}
		if total > MaxBlocks {
			return ErrTooManyBlocks
		}
		pending = Pending{user}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("block user %d: %w", blocked, err)
	}
	return pending, nil
}

// Unblock takes a block back. Where there is none it changes nothing. It returns
// ErrNoSuchUser for somebody whom they neither block nor see.
func (s *Store) Unblock(ctx context.Context, user, blocked int64) (Pending, error) {
	tag, err := s.db.Exec(ctx, `
		with ended as (
			delete from blocks where user_id = $1 and blocked_id = $2
			returning user_id
		)
		insert into pending_events (topic_id, kind, user_id, actor_id)
		select user_id, 'me-changed', user_id, user_id from ended`, user, blocked)
	if err != nil {
		return nil, fmt.Errorf("unblock user %d: %w", blocked, err)
	}
	if tag.RowsAffected() > 0 {
		return Pending{user}, nil
	}
	if _, err := findVisible(ctx, s.db, user, blocked); err != nil {
		return nil, fmt.Errorf("unblock user %d: %w", blocked, err)
	}
	return nil, nil
}

// Blocks returns the people whom somebody blocks, by display name.
func (s *Store) Blocks(ctx context.Context, user int64) ([]User, error) {
	rows, err := s.db.Query(ctx, `
		select `+userColumns+`
		from blocks b join users u on u.id = b.blocked_id
		where b.user_id = $1
		order by lower(u.display_name), u.id`, user)
	if err != nil {
		return nil, fmt.Errorf("list blocks of user %d: %w", user, err)
	}
	people, err := collectUsers(rows)
	if err != nil {
		return nil, fmt.Errorf("list blocks of user %d: %w", user, err)
	}
	return people, nil
}

// queueBlocked reads the ids of those whom a user blocks, ascending.
func queueBlocked(batch *pgx.Batch, user int64, blocked *[]int64) {
	batch.Queue(`select blocked_id from blocks where user_id = $1 order by blocked_id`, user).Query(func(rows pgx.Rows) (err error) {
		*blocked, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
}
