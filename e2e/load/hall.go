package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/jackc/pgx/v5"
)

const (
	// roomsEach is how many small rooms each of those is in who listen from the
	// beginning.
	roomsEach = 10
	// onScreen is how many people each listener shows, whomever they share a room
	// with.
	onScreen = 20
)

// hall is one room of all, and the small rooms that they are in.
type hall struct {
	room     room
	watchers []person         // those who listen from the beginning
	comers   []person         // those who come
	rooms    map[int64][]room // the small rooms of each user
}

// openHall makes people who will come, in small rooms, and people who listen
// from the beginning, each in several of these rooms; all of them are in one
// large room besides. Then it starts the server.
func (w *world) openHall(ctx context.Context, p params) (*hall, error) {
	if err := w.seed(ctx, p.Listeners/p.Members, p.Members); err != nil {
		return nil, fmt.Errorf("fill the database: %w", err)
	}
	h := &hall{rooms: map[int64][]room{}}
	err := pgx.BeginFunc(ctx, w.db, func(tx pgx.Tx) error { return w.seedHall(ctx, tx, h, p.Watchers) })
	if err != nil {
		return nil, fmt.Errorf("fill the database: %w", err)
	}
	return h, w.start(ctx)
}

func (w *world) seedHall(ctx context.Context, tx pgx.Tx, h *hall, watchers int) (err error) {
	for _, r := range w.rooms {
		h.comers = append(h.comers, r.members...)
	}
	if h.watchers, err = seedPeople(ctx, tx, watchers); err != nil {
		return err
	}
	if err := seedSessions(ctx, tx, h.watchers); err != nil {
		return err
	}
	if err := seedMemberships(ctx, tx, w.admit(h.watchers)); err != nil {
		return err
	}
	for _, r := range w.rooms {
		for _, p := range r.members {
			h.rooms[p.id] = append(h.rooms[p.id], r)
		}
	}
	all := slices.Concat(h.watchers, h.comers)
	large, err := seedRooms(ctx, tx, all, len(all))
	if err != nil {
		return err
	}
	h.room = large[0]
	w.rooms = append(w.rooms, large...)
	_, err = tx.Exec(ctx, `analyze`)
	return err
}

// admit spreads people over the rooms, and returns the rooms with those who are
// new there.
func (w *world) admit(people []person) (added []room) {
	n := len(w.rooms)
	added = make([]room, n)
	for i, p := range people {
		for k := range min(roomsEach, n) {
			at := (i + k*max(1, n/roomsEach)) % n
			added[at].id = w.rooms[at].id
			added[at].members = append(added[at].members, p)
		}
	}
	for i := range w.rooms {
		w.rooms[i].members = slices.Concat(w.rooms[i].members, added[i].members)
	}
	return added
}

// newSight is what a listener should be told: of those in their small rooms, of
// some others, and how many are in the hall.
func (h *hall) newSight(p person) *sight {
	s := &sight{self: p.id, hall: h.room.id, circle: map[int64]*mate{}, people: map[int64]struct{}{}}
	for _, r := range h.rooms[p.id] {
		for _, other := range r.members {
			if other.id != p.id {
				s.circle[other.id] = &mate{}
			}
		}
	}
	for range onScreen {
		s.people[h.room.members[rand.IntN(len(h.room.members))].id] = struct{}{}
	}
	return s
}

// addListeners makes listeners of people in the hall. The modes take turns.
func (c *crowd) addListeners(h *hall, people []person, modes []string) []*listener {
	first := len(c.listeners)
	for i, p := range people {
		l := c.world.newListener(c, p, modes[i%len(modes)], append(slices.Clip(h.rooms[p.id]), h.room)...)
		l.sight = h.newSight(p)
		c.listeners = append(c.listeners, l)
	}
	return c.listeners[first:]
}
