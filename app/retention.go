package app

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

const (
	// retainEvery is how long messages and rooms may stay after the time for which
	// they are kept.
	retainEvery = 15 * time.Minute
	// retainTime limits one run. What is left then waits for the next one.
	retainTime = 5 * time.Minute
)

// keepRetention erases messages that are kept no longer, deleted rooms that can no
// longer be taken back, and the texts in reports that were settled long ago, until
// ctx ends.
func (a *App) keepRetention(ctx context.Context) error {
	tick := time.NewTicker(retainEvery)
	defer tick.Stop()
	for {
		if err := a.retain(ctx); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "not everything was erased that is kept no longer; trying again later", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (a *App) retain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, retainTime)
	defer cancel()
	_, reports := a.store.EraseSettledReports(ctx)
	return errors.Join(a.eraseOldMessages(ctx), a.eraseDeletedRooms(ctx), reports)
}

// eraseOldMessages goes through all rooms once. A room that cannot be read keeps
// no other waiting.
func (a *App) eraseOldMessages(ctx context.Context) (failed error) {
	after := int64(0)
	for {
		rooms, err := a.store.OverdueRooms(ctx, after)
		if err != nil || len(rooms) == 0 {
			return errors.Join(failed, err)
		}
		for _, room := range rooms {
			failed = errors.Join(failed, a.eraseOldMessagesOf(ctx, room))
		}
		after = rooms[len(rooms)-1]
		if ctx.Err() != nil {
			return failed
		}
	}
}

func (a *App) eraseOldMessagesOf(ctx context.Context, room int64) error {
	for {
		erased, more, err := a.store.EraseOldMessages(ctx, room)
		if err != nil {
			return err
		}
		if erased > 0 {
			a.untell(ctx, room)
			a.committer.Number(room)
		}
		if !more {
			return nil
		}
	}
}

func (a *App) eraseDeletedRooms(ctx context.Context) error {
	for {
		more, err := a.store.EraseDeletedRoom(ctx)
		if err != nil || !more {
			return err
		}
	}
}
