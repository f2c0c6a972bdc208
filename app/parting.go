package app

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"chatd/comet"
	"chatd/store"
)

// sightRetry is how long after a failure sights are found out again.
const sightRetry = time.Second

// partings are whose memberships have ended, as long as guests may still hear
// of people with whom they no longer share a room, and who has joined rooms of
// which guests may not see it yet.
type partings struct {
	// due has one slot: there are some. Never closed.
	due chan struct{}

	mu     sync.Mutex
	users  map[int64]struct{}
	joined map[membership]struct{}
}

func newPartings() *partings {
	return &partings{due: make(chan struct{}, 1), users: map[int64]struct{}{}, joined: map[membership]struct{}{}}
}

func (p *partings) add(users ...int64) {
	p.mu.Lock()
	for _, user := range users {
		p.users[user] = struct{}{}
	}
	p.mu.Unlock()
	poke(p.due)
}

func (p *partings) join(joined ...membership) {
	p.mu.Lock()
	for _, m := range joined {
		p.joined[m] = struct{}{}
	}
	p.mu.Unlock()
	poke(p.due)
}

// take empties it.
func (p *partings) take() (users []int64, joined []membership) {
	p.mu.Lock()
	defer p.mu.Unlock()
	users, joined = slices.Collect(maps.Keys(p.users)), slices.Collect(maps.Keys(p.joined))
	clear(p.users)
	clear(p.joined)
	return users, joined
}

// parted notes whose memberships have ended. It does not wait: keepSights makes
// guests lose sight of them, and them of others if they are guests.
func (a *App) parted(users ...int64) {
	a.sights.changed() // what is being found out now may be from before
	a.partings.add(users...)
}

// joined notes that somebody may have joined a room. It does not wait:
// keepSights makes guests in that room see them, and them see others if they are
// guests.
func (a *App) joined(room, user int64) {
	a.sights.joined()
	a.partings.join(membership{room, user})
}

// keepSights finds out anew what guests see after memberships have begun or
// ended, until ctx ends.
func (a *App) keepSights(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.partings.due:
		}
		users, joined := a.partings.take()
		err := a.refreshSights(ctx, users, joined)
		if err == nil || ctx.Err() != nil {
			continue
		}
		a.log.WarnContext(ctx, "what guests see was not found out; trying again", slog.Any("error", err))
		a.partings.add(users...)
		a.partings.join(joined...)
		pause(ctx, sightRetry)
	}
}

func (a *App) refreshSights(ctx context.Context, parted []int64, joined []membership) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	through := a.store.Control()
	guests, err := a.whoMeets(ctx, through, joined)
	if err != nil {
		return err
	}
	guests = append(guests, a.sights.concerned(parted)...)
	slices.Sort(guests)
	guests = slices.Compact(guests)
	for _, guest := range guests {
		err := a.refreshSight(ctx, through, guest, func() (store.Role, error) {
			user, err := through.User(ctx, guest)
			return user.Role, err
		})
		if err != nil {
			return err
		}
	}
	a.wakeViewers(guests)
	return nil
}

// refreshSight finds out what somebody sees, and has keepSights do so again if it
// may be something else by now.
func (a *App) refreshSight(ctx context.Context, through *store.Store, user int64, role func() (store.Role, error)) error {
	sure, err := a.sights.refresh(ctx, through, user, role)
	if err == nil && !sure {
		a.partings.add(user)
	}
	return err
}

// whoMeets are the guests in the rooms that others have joined, and those who
// have joined, as far as they may see somebody new by that.
func (a *App) whoMeets(ctx context.Context, through *store.Store, joined []membership) (guests []int64, err error) {
	byRoom := map[int64][]int64{}
	for _, m := range joined {
		byRoom[m.room] = append(byRoom[m.room], m.user)
	}
	for room, users := range byRoom {
		strangers := a.sights.strangers(users)
		if len(strangers) == 0 {
			continue
		}
		in, err := through.MembersOf(ctx, room, strangers)
		if err != nil {
			return nil, err
		}
		guests = append(guests, in...)
	}
	return guests, nil
}

// revokeMemberships makes the ends of memberships on other nodes felt here.
func (a *App) revokeMemberships(ended []store.EndedMembership) {
	if len(ended) == 0 {
		return
	}
	users := make([]int64, len(ended))
	for i, m := range ended {
		reason := comet.ReasonRemoved
		if m.Banned {
			reason = reasonBanned
		}
		a.hub.Revoke(userName(m.UserID), roomTopic(m.RoomID), reason)
		users[i] = m.UserID
	}
	a.parted(users...)
}
