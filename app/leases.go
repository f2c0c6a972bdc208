package app

import (
	"context"
	"time"

	"chatd/presence"
	"chatd/store"
)

// leases lets presence work with the store, which knows nothing of it.
type leases struct{ store *store.Store }

var _ presence.Leases = leases{}

// SettlePresence implements presence.Leases.
func (l leases) SettlePresence(ctx context.Context, node string, turn int64, whole bool, lease time.Duration,
	sessions []presence.Session,
) (known bool, changed int, err error) {
	told := make([]store.CometSession, len(sessions))
	for i, s := range sessions {
		told[i] = store.CometSession(s)
	}
	return l.store.SettlePresence(ctx, node, turn, whole, lease, told)
}

// ExpirePresence implements presence.Leases.
func (l leases) ExpirePresence(ctx context.Context, node string) (changed int, err error) {
	return l.store.ExpirePresence(ctx, node)
}

// LapsePresence implements presence.Leases.
func (l leases) LapsePresence(ctx context.Context) (changed int, err error) {
	return l.store.LapsePresence(ctx)
}

// LoadPresence implements presence.Leases.
func (l leases) LoadPresence(ctx context.Context) (epoch, revision int64, states []presence.PersonState, err error) {
	epoch, revision, found, err := l.store.LoadPresence(ctx)
	states = make([]presence.PersonState, len(found))
	for i, s := range found {
		states[i] = presence.PersonState(s)
	}
	return epoch, revision, states, err
}

// LookPresence implements presence.Leases.
func (l leases) LookPresence(ctx context.Context, node string, after int64,
	change func(revision, user int64, state, notice string, at time.Time),
) (presence.Looked, error) {
	seen, err := l.store.LookPresence(ctx, node, after, change)
	return presence.Looked(seen), err
}
