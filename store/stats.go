package store

import (
	"context"
	"fmt"
	"time"
)

// PoolStats are figures about the connections of one pool.
type PoolStats struct {
	Used, Idle, Max int // connections now; Max is how many there may be
	// Acquires counts how often a connection was taken since the start, Waits
	// how many of those had to wait for one, and Waited for how long they did
	// in sum.
	Acquires, Waits int64
	Waited          time.Duration
}

// Stats returns figures about the connections of this store: those for data,
// or, of the store that [Store.Control] returns, those for control.
func (s *Store) Stats() PoolStats {
	stat := s.db.Stat()
	return PoolStats{
		Used:     int(stat.AcquiredConns()),
		Idle:     int(stat.IdleConns()),
		Max:      int(stat.MaxConns()),
		Acquires: stat.AcquireCount(),
		Waits:    stat.EmptyAcquireCount(),
		Waited:   stat.EmptyAcquireWaitTime(),
	}
}

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.db.Ping(ctx); err != nil {
		return fmt.Errorf("ping the database: %w", err)
	}
	return nil
}

// Waiting is how many sends are in the committer: on their way to the database
// or waiting for their turn.
func (c *Committer) Waiting() int { return len(c.queue.slots) }
