package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"chatd/presence"
)

const (
	// countEvery is the least time between two counts of the same people.
	countEvery = 2 * time.Second
	// countKeep is how long a room is counted that nobody asks about after a
	// change, with which everybody on whose screen it is asks again.
	countKeep = 5 * time.Minute
	// countTime limits all counts that are due together, and all questions who
	// may know them.
	countTime = 5 * time.Second
	// countOneTime limits what is asked about one room.
	countOneTime = time.Second
	// hereQuestions is how many viewers at most wait to be let know.
	hereQuestions = 10_000
)

// headcount counts who is here of the large rooms on screens, whose members are not
// told of each other one by one. Rooms are counted anew while people come and
// go; of each viewer it is asked once whether they may know.
type headcount struct {
	// Static after construction. Both ask the database; members leaves out of
	// some users who is not in a room, and may not know.
	count   func(ctx context.Context, room int64) (n int, mark int64, err error)
	members func(ctx context.Context, room int64, users []int64) ([]int64, error)

	// due has one slot: there is something to ask. Never closed.
	due chan struct{}

	mu      sync.Mutex
	rooms   map[int64]*countedRoom
	unasked map[int64]map[int64]struct{} // by room the viewers of whom is to be asked
	waiting int                          // how many those are
}

// countedRoom is a room that is on a screen.
type countedRoom struct {
	here    presence.Here
	known   bool
	stale   bool // somebody has come or gone since it was counted
	watched bool // there is, or was, somebody who may know
	used    time.Time
	changed time.Time // the first change since then; zero: none
	counted time.Time
	viewers map[int64]bool // whether they may know
}

func newHeadcount(count func(context.Context, int64) (int, int64, error),
	members func(context.Context, int64, []int64) ([]int64, error),
) *headcount {
	return &headcount{
		count: count, members: members, due: make(chan struct{}, 1),
		rooms: map[int64]*countedRoom{}, unasked: map[int64]map[int64]struct{}{},
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
	r.used, r.changed = time.Now(), time.Time{}
	allowed, asked := r.viewers[viewer]
	if !asked && h.waiting < hereQuestions {
		h.wantLocked(room, viewer)
	}
	return allowed
}

// wantLocked notes that it is to be asked whether a viewer may know.
func (h *headcount) wantLocked(room, viewer int64) {
	viewers := h.unasked[room]
	if viewers == nil {
		viewers = map[int64]struct{}{}
		h.unasked[room] = viewers
	}
	h.waiting -= len(viewers)
	viewers[viewer] = struct{}{}
	h.waiting += len(viewers)
	poke(h.due)
}

// Count returns who is here in a room that somebody may know of.
func (h *headcount) Count(room int64) (here presence.Here, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[room]
	if r == nil {
		return presence.Here{}, false
	}
	return r.here, r.known
}

// Changed notes that somebody has come or gone, or has another state.
func (h *headcount) Changed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rooms {
		r.stale = true
		if r.changed.IsZero() {
			r.changed = time.Now()
		}
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
		h.wantLocked(room, user)
	}
	r.stale = true
	poke(h.due)
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
		viewers, again, err := a.headcount.Ask(ctx)
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
