package app

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Load makes sure that the small rooms of users are known, with whoever is in
// them now.
func (c *circles) Load(ctx context.Context, users []int64) error {
	c.mu.Lock()
	for _, user := range users {
		if c.people[user] == nil {
			c.wantLocked(user)
		}
	}
	wanted := len(c.wanted) > 0
	c.mu.Unlock()
	if !wanted {
		return nil
	}
	_, err := c.Read(ctx)
	return err
}

// Read reads the circles that are wanted, and returns the viewers to whom
// anything is new by that.
func (c *circles) Read(ctx context.Context) (viewers []int64, err error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for batch := c.take(); len(batch) > 0; batch = c.take() {
		members, rooms, err := c.read(ctx, batch)
		viewers = append(viewers, c.settle(batch, members, rooms, err)...)
		if err != nil {
			return viewers, err
		}
	}
	return viewers, nil
}

// take begins to read some of the circles that are wanted.
func (c *circles) take() (users []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for user := range c.wanted {
		if len(users) == circleBatch {
			break
		}
		users = append(users, user)
		delete(c.wanted, user)
	}
	c.reading = len(users) > 0
	return users
}

// settle ends what take has begun. What has changed meanwhile is read again.
func (c *circles) settle(users []int64, members, rooms map[int64][]int64, err error) (viewers []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		viewers = c.applyLocked(users, members, rooms)
	} else {
		for _, user := range users {
			c.wantLocked(user)
		}
	}
	c.reading = false
	for _, m := range c.missed {
		c.changedLocked(m)
	}
	c.missed = nil
	return viewers
}

// applyLocked takes over what the database has of users. It returns all who are
// known and whose circle is another one by that.
func (c *circles) applyLocked(users []int64, members, rooms map[int64][]int64) []int64 {
	now := time.Now()
	c.sweepLocked(now)
	news := map[int64]struct{}{}
	for room, people := range members {
		c.setMembersLocked(room, people, news)
	}
	for _, user := range users {
		known := c.people[user]
		if known == nil {
			known = &circle{used: now}
			c.people[user] = known
			news[user] = struct{}{}
		}
		known.read = now
		for _, room := range known.rooms {
			if !has(rooms[user], room) {
				c.withdrawLocked(room, user, news)
			}
		}
		known.rooms = rooms[user]
	}
	if len(news) > 0 {
		c.version++
	}
	return slices.Collect(maps.Keys(news))
}

// setMembersLocked says who is in a room, and has all who are known agree. Those
// it concerns are added to news.
func (c *circles) setMembersLocked(room int64, members []int64, news map[int64]struct{}) {
	before := c.Members(room)
	if slices.Equal(before, members) {
		return // presence goes by the list being the same one
	}
	c.rooms.Store(room, smallRoom{members: members, mark: markOfRoom(room, members)})
	for _, user := range before {
		if known := c.people[user]; known != nil && !has(members, user) {
			known.rooms = minus(known.rooms, room)
			news[user] = struct{}{}
		}
	}
	for _, user := range members {
		known := c.people[user]
		if known == nil {
			continue
		}
		if news[user] = struct{}{}; !has(known.rooms, room) {
			known.rooms = plus(known.rooms, room)
		}
	}
}

// withdrawLocked takes somebody out of a room: they have left it, or it is
// small no more. The others who are known are read again, which tells.
func (c *circles) withdrawLocked(room, user int64, news map[int64]struct{}) {
	members := minus(c.Members(room), user)
	c.setMembersLocked(room, members, news)
	for _, other := range members {
		if c.people[other] != nil {
			c.wantLocked(other)
		}
	}
}

// readCircles asks the database for small rooms. It uses the reserved
// connections: presence waits for it.
func (a *App) readCircles(ctx context.Context, users []int64) (members, rooms map[int64][]int64, err error) {
	found, rooms, err := a.store.Control().SmallRooms(ctx, users)
	members = make(map[int64][]int64, len(found))
	for _, room := range found {
		members[room.ID] = room.Members
	}
	return members, rooms, err
}

// keepCircles reads circles that are wanted, until ctx ends.
func (a *App) keepCircles(ctx context.Context) error {
	lost := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.circles.due:
		}
		reading, cancel := context.WithTimeout(ctx, circleTime)
		viewers, err := a.circles.Read(reading)
		cancel()
		a.wakeViewers(viewers)
		if err != nil && ctx.Err() == nil && !lost {
			a.log.WarnContext(ctx, "cannot find out who shares rooms with whom; trying again", slog.Any("error", err))
		}
		if lost = err != nil; lost {
			pause(ctx, sightRetry)
		}
		pause(ctx, circlePause)
	}
}

// wakeViewers has presence asked anew what is new for some people.
func (a *App) wakeViewers(viewers []int64) {
	for _, viewer := range viewers {
		a.hub.WakePresenceOf(userName(viewer))
	}
}
