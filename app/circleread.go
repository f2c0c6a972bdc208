package app

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Load makes sure that the small rooms of users are known, with whoever is in
// them now. What else is wanted it leaves to Read.
func (c *circles) Load(ctx context.Context, users []int64) error {
	for c.lacks(users) {
		if _, err := c.readBatch(ctx, func() circleRequest { return c.takeLocked(users) }); err != nil {
			return err
		}
	}
	return nil
}

// lacks reports whether the circle of one of users is not known, or may be
// another one by now.
func (c *circles) lacks(users []int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(users, c.lacksLocked)
}

func (c *circles) lacksLocked(user int64) bool {
	_, wanted := c.wanted[user]
	return wanted || c.people[user] == nil || slices.Contains(c.reading.users, user)
}

// Read reads what is wanted until nothing is, and returns the viewers to whom
// anything is new by that.
func (c *circles) Read(ctx context.Context) (viewers []int64, err error) {
	for err == nil && c.wants() {
		var some []int64
		some, err = c.readBatch(ctx, c.takeWantedLocked)
		viewers = append(viewers, some...)
	}
	return viewers, err
}

func (c *circles) wants() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.wanted)+len(c.unsure) > 0
}

// readBatch asks the database once, for what take says when its turn has come.
// Between two batches others have their turn.
func (c *circles) readBatch(ctx context.Context, take func() circleRequest) (viewers []int64, err error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c.mu.Lock()
	c.reading = take()
	asked := c.reading
	c.mu.Unlock()
	if asked.empty() {
		return nil, nil // somebody else has just read it
	}
	small, rooms, err := c.read(ctx, asked.users, asked.rooms)
	return c.settle(asked, small, rooms, err), err
}

// takeLocked begins to read some of users, as far as they lack.
func (c *circles) takeLocked(users []int64) (r circleRequest) {
	for _, user := range users {
		if len(r.users) < circleBatch && c.lacksLocked(user) {
			r.users = append(r.users, user)
			delete(c.wanted, user)
		}
	}
	return r
}

// takeWantedLocked begins to read some of the circles that are wanted.
func (c *circles) takeWantedLocked() circleRequest {
	return circleRequest{users: takeSome(c.wanted), rooms: takeSome(c.unsure)}
}

// takeSome moves as many as are read at once out of a set.
func takeSome(set map[int64]struct{}) (ids []int64) {
	for id := range set {
		if len(ids) == circleBatch {
			break
		}
		ids = append(ids, id)
		delete(set, id)
	}
	return ids
}

// settle ends what readBatch has begun. What has changed meanwhile is read again.
func (c *circles) settle(asked circleRequest, small map[int64]smallRoom, rooms map[int64][]int64, err error) (viewers []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		viewers = c.applyLocked(asked.users, small, rooms)
	} else {
		c.giveBackLocked(asked)
	}
	c.reading = circleRequest{}
	for _, m := range c.missed {
		c.changedLocked(m)
	}
	c.missed = nil
	return viewers
}

func (c *circles) giveBackLocked(asked circleRequest) {
	for _, user := range asked.users {
		c.wantLocked(user)
	}
	for _, room := range asked.rooms {
		c.unsure[room] = struct{}{}
	}
	poke(c.due)
}

// applyLocked takes over what the database has of users. It returns all who are
// known and whose circle is another one by that.
func (c *circles) applyLocked(users []int64, small map[int64]smallRoom, rooms map[int64][]int64) []int64 {
	now := time.Now()
	c.sweepLocked(now)
	news := map[int64]struct{}{}
	for id, room := range small {
		c.setRoomLocked(id, room, news)
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

// setRoomLocked says who is in a room, and has all who are known agree. Those it
// concerns are added to news.
func (c *circles) setRoomLocked(id int64, room smallRoom, news map[int64]struct{}) {
	before := c.room(id)
	if slices.Equal(before.members, room.members) && slices.Equal(before.since, room.since) {
		return // presence goes by the list being the same one
	}
	room.mark = markOfRoom(id, room.members, room.since)
	c.rooms.Store(id, room)
	for _, user := range before.members {
		if known := c.people[user]; known != nil && !has(room.members, user) {
			known.rooms = minus(known.rooms, id)
			news[user] = struct{}{}
		}
	}
	for _, user := range room.members {
		known := c.people[user]
		if known == nil {
			continue
		}
		if news[user] = struct{}{}; !has(known.rooms, id) {
			known.rooms = plus(known.rooms, id)
		}
	}
}

// withdrawLocked takes somebody out of a room: they have left it, or it is
// small no more. The others who are known are read again, which tells.
func (c *circles) withdrawLocked(room, user int64, news map[int64]struct{}) {
	left := c.room(room).without(user)
	c.setRoomLocked(room, left, news)
	for _, other := range left.members {
		if c.people[other] != nil {
			c.wantLocked(other)
		}
	}
}

// readCircles asks the database for small rooms. It uses the reserved
// connections: presence waits for it.
func (a *App) readCircles(ctx context.Context, users, rooms []int64) (small map[int64]smallRoom, roomsOf map[int64][]int64, err error) {
	found, roomsOf, err := a.store.Control().SmallRooms(ctx, users, rooms)
	small = make(map[int64]smallRoom, len(found))
	for _, room := range found {
		small[room.ID] = smallRoom{members: room.Members, since: room.Since}
	}
	return small, roomsOf, err
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
