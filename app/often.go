package app

import (
	"context"
	"net/http"
)

// mayAct lets people do only so many small things a second of which all others
// in a room are told.
func (a *App) mayAct(ctx context.Context) error { return notTooOften(ctx, a.acts) }

// mayKeep does the same for what people keep for themselves, of which their own
// devices are told: drafts, what they save and follow, and how their rooms stand.
func (a *App) mayKeep(ctx context.Context) error { return notTooOften(ctx, a.keeps) }

// mayMark does the same for how far people have read. It has a limit of its own: a
// device that writes drafts without end does not hold up what another one has read.
func (a *App) mayMark(ctx context.Context) error { return notTooOften(ctx, a.marks) }

func notTooOften(ctx context.Context, limit *rateLimit[int64]) error {
	if wait := limit.Wait(userOf(ctx)); wait > 0 {
		return waitProblem(http.StatusTooManyRequests, "You are doing this very often. Wait a moment and try again.", wait)
	}
	return nil
}
