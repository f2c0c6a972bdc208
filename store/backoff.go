package store

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff spaces out attempts to reach the database: random times up to a
// bound that doubles from 50 ms to 2 s. The zero value is ready to use.
type backoff struct{ tries int }

func (b *backoff) reset() { b.tries = 0 }

// next returns how long to wait before the next attempt.
func (b *backoff) next() time.Duration {
	bound := min(50*time.Millisecond<<min(b.tries, 10), 2*time.Second)
	b.tries++
	return rand.N(bound) + time.Millisecond
}

// wait waits for the next attempt or the end of ctx.
func (b *backoff) wait(ctx context.Context) {
	t := time.NewTimer(b.next())
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
