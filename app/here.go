package app

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// countEvery is the least time between two counts of the same people.
	countEvery = 2 * time.Second
	// countKeep is how long a room is counted that nobody asks about: while
	// anything changes, everybody on whose screen it is asks again.
	countKeep = 5 * time.Minute
	// countTime limits a count, and the question who may know it.
	countTime = 5 * time.Second
	// hereQuestions is how many viewers at most wait to be let know.
	hereQuestions = 10_000
)

// headcount counts who is here of the large rooms on screens, whose members are not
// told of each other one by one. Rooms are counted anew while people come and
// go; of each viewer it is asked once whether they may know.
type headcount struct {
	// Static after construction. Both ask the database.
	count func(ctx context.Context, room int64) (int, error)
	may   func(ctx context.Context, viewer, room int64) (bool, error)

	// due has one slot: there is something to ask. Never closed.
	due chan struct{}

	mu      sync.Mutex
	rooms   map[int64]*countedRoom
	unasked map[membership]struct{} // viewers of whom is to be asked
}

// countedRoom is a room that is on a screen.
type countedRoom struct {
	n       int
	known   bool
	stale   bool // somebody has come or gone since it was counted
	watched bool // there is, or was, somebody who may know
	used    time.Time
	counted time.Time
	viewers map[int64]bool // whether they may know
}

func newHeadcount(count func(context.Context, int64) (int, error), may func(context.Context, int64, int64) (bool, error)) *headcount {
	return &headcount{
		count: count, may: may, due: make(chan struct{}, 1),
		rooms: map[int64]*countedRoom{}, unasked: map[membership]struct{}{},
	}
}

// Allows reports whether a viewer may know how many are here in a room, as far
// as is known. If it is not, it is asked.
func (h *headcount) Allows(viewer, room int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[room]
	if r == nil {
		r = &countedRoom{viewers: map[int64]bool{}, stale: true}
		h.rooms[room] = r
	}
	r.used = time.Now()
	allowed, asked := r.viewers[viewer]
	if !asked && len(h.unasked) < hereQuestions {
		h.unasked[membership{room, viewer}] = struct{}{}
		poke(h.due)
	}
	return allowed
}

// Count returns how many are here in a room that somebody may know of.
func (h *headcount) Count(room int64) (n int, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[room]
	if r == nil {
		return 0, false
	}
	return r.n, r.known
}

// Changed notes that somebody has come or gone, or has another state.
func (h *headcount) Changed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rooms {
		r.stale = true
	}
	if len(h.rooms) > 0 {
		poke(h.due)
	}
}

// Moved notes that somebody has joined or left a room. Whether they may know is
// asked again if they look at it.
func (h *headcount) Moved(room, user int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[room]
	if r == nil {
		return
	}
	if _, looks := r.viewers[user]; looks {
		h.unasked[membership{room, user}] = struct{}{}
	}
	r.stale = true
	poke(h.due)
}

// Ask asks what is due: who may know, and how many there are. It returns the
// viewers who may be told something new, and when to ask again; the zero time
// means when it is due.
func (h *headcount) Ask(ctx context.Context) (viewers []int64, again time.Time, err error) {
	asked := h.takeUnasked()
	for i, m := range asked {
		allowed, err := h.may(ctx, m.user, m.room)
		if err != nil {
			h.giveBack(asked[i:])
			return viewers, again, err
		}
		if h.admit(m, allowed) {
			viewers = append(viewers, m.user)
		}
	}
	rooms, again := h.takeStale()
	for _, room := range rooms {
		n, err := h.count(ctx, room)
		if err != nil {
			h.Changed()
			return viewers, again, err
		}
		viewers = append(viewers, h.settle(room, n)...)
	}
	return viewers, again, nil
}

func (h *headcount) takeUnasked() (asked []membership) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for m := range h.unasked {
		if r := h.rooms[m.room]; r != nil {
			if _, known := r.viewers[m.user]; !known {
				r.viewers[m.user] = false // Moved has to know of them
			}
			asked = append(asked, m)
		}
	}
	clear(h.unasked)
	return asked
}

func (h *headcount) giveBack(asked []membership) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range asked {
		h.unasked[m] = struct{}{}
	}
	poke(h.due)
}

// admit notes whether a viewer may know, and reports whether there is something
// to tell them.
func (h *headcount) admit(m membership, allowed bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[m.room]
	if r == nil {
		return false
	}
	r.viewers[m.user] = allowed
	r.watched = r.watched || allowed
	return allowed && r.known
}

// takeStale returns the rooms to count now, and when the next one is due. Rooms
// that nobody has asked about for long are forgotten.
func (h *headcount) takeStale() (rooms []int64, again time.Time) {
	now := time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, r := range h.rooms {
		due := r.counted.Add(countEvery)
		switch {
		case now.Sub(r.used) > countKeep:
			delete(h.rooms, id)
		case !r.stale || !r.watched:
		case !now.Before(due):
			r.stale, r.counted = false, now
			rooms = append(rooms, id)
		case again.IsZero() || due.Before(again):
			again = due
		}
	}
	return rooms, again
}

// settle notes a count. It returns those who may know it if it is another one.
func (h *headcount) settle(room int64, n int) (viewers []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[room]
	if r == nil || r.known && r.n == n {
		return nil
	}
	r.n, r.known = n, true
	for viewer, allowed := range r.viewers {
		if allowed {
			viewers = append(viewers, viewer)
		}
	}
	return viewers
}

// follows reports whether a user is in a room.
func (a *App) follows(ctx context.Context, user, room int64) (bool, error) {
	found, err := a.store.Positions(ctx, user, []int64{room})
	_, ok := found[room]
	return ok, err
}

// keepCounting asks what is due until ctx ends.
func (a *App) keepCounting(ctx context.Context) error {
	wait := time.NewTimer(0)
	defer wait.Stop()
	lost := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.headcount.due:
		case <-wait.C:
		}
		asking, cancel := context.WithTimeout(ctx, countTime)
		viewers, again, err := a.headcount.Ask(asking)
		cancel()
		a.wakeViewers(viewers)
		if err != nil && ctx.Err() == nil && !lost {
			a.log.WarnContext(ctx, "cannot count the people in large rooms; trying again", slog.Any("error", err))
		}
		if lost = err != nil; lost {
			pause(ctx, sightRetry)
		}
		if !again.IsZero() {
			wait.Reset(time.Until(again))
		}
	}
}
