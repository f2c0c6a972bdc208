package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"chatd/comet"
	"chatd/store"
)

// sightRetry is how long after a failure sights are found out again.
const sightRetry = time.Second

// partings are whose memberships have ended, as long as guests may still hear
// of people with whom they no longer share a room.
type partings struct {
	// due has one slot: there are some. Never closed.
	due chan struct{}

	mu    sync.Mutex
	users map[int64]struct{}
}

func newPartings() *partings {
	return &partings{due: make(chan struct{}, 1), users: map[int64]struct{}{}}
}

func (p *partings) add(users ...int64) {
	p.mu.Lock()
	for _, user := range users {
		p.users[user] = struct{}{}
	}
	p.mu.Unlock()
	poke(p.due)
}

// take empties it.
func (p *partings) take() []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	users := make([]int64, 0, len(p.users))
	for user := range p.users {
		users = append(users, user)
	}
	clear(p.users)
	return users
}

// parted notes whose memberships have ended. It does not wait: keepSights makes
// guests lose sight of them, and them of others if they are guests.
func (a *App) parted(users ...int64) {
	a.sights.changed() // what is being found out now may be from before
	a.partings.add(users...)
}

// keepSights finds out anew what guests see after memberships have ended, until
// ctx ends.
func (a *App) keepSights(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.partings.due:
		}
		users := a.partings.take()
		err := a.refreshSights(ctx, a.sights.concerned(users))
		if err == nil || ctx.Err() != nil {
			continue
		}
		a.log.WarnContext(ctx, "what guests see was not found out; trying again", slog.Any("error", err))
		a.partings.add(users...)
		pause(ctx, sightRetry)
	}
}

func (a *App) refreshSights(ctx context.Context, guests []int64) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	through := a.store.Control()
	for _, guest := range guests {
		err := a.sights.refresh(ctx, through, guest, func() (store.Role, error) {
			user, err := through.User(ctx, guest)
			return user.Role, err
		})
		if err != nil {
			return err
		}
	}
	if len(guests) > 0 {
		a.hub.WakePresence()
	}
	return nil
}

// revokeMemberships makes the ends of memberships on other nodes felt here.
func (a *App) revokeMemberships(ended []store.EndedMembership) {
	if len(ended) == 0 {
		return
	}
	users := make([]int64, len(ended))
	for i, m := range ended {
		a.hub.Revoke(userName(m.UserID), roomTopic(m.RoomID), comet.ReasonRemoved)
		users[i] = m.UserID
	}
	a.parted(users...)
}
