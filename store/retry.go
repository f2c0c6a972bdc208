package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// maxRetries is how often a change is made again that the database has undone.
const maxRetries = 3

// transact runs fn in a transaction: committed when fn returns nil, rolled
// back when it returns an error or panics. fn runs again, in a new transaction,
// when it lost a deadlock: it tells nobody anything, and leaves behind nothing
// that it does not set anew.
func (s *Store) transact(ctx context.Context, opts pgx.TxOptions, fn func(pgx.Tx) error) error {
	return retry(func() error { return s.transactOnce(ctx, opts, fn) })
}

// retry runs a change again, which is one statement or a transaction, when the
// database has undone it because others were at work on the same rows. When
// that does not help it returns ErrUnavailable.
func retry(change func() error) error {
	err := change()
	for range maxRetries {
		if !undone(err) {
			return err
		}
		err = change()
	}
	if undone(err) {
		err = fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// undone reports whether the database gave a change up for the sake of others.
func undone(err error) bool {
	state := sqlState(err)
	return state == stateDeadlock || state == stateSerialization
}

func (s *Store) transactOnce(ctx context.Context, opts pgx.TxOptions, fn func(pgx.Tx) error) (err error) {
	tx, err := s.db.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if rbErr := rollback(ctx, tx); rbErr != nil && err == nil {
			err = rbErr
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// rollback ends tx unless it has ended, even when ctx is over.
func rollback(ctx context.Context, tx pgx.Tx) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := tx.Rollback(ctx); err != nil && !errors.Is(err, pgx.ErrTxClosed) {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}
