package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// signingOut is how many sign out at a time.
const signingOut = 20

// presence measures what it costs that many people come online at the same time,
// while others listen, and that half of them leave. Whoever listens must be told
// of everybody in their small rooms, once, and at most four times a second.
func presence(ctx context.Context, w *world, p params, figures map[string]float64) error {
	modes, err := p.modes()
	if err != nil {
		return err
	}
	h, err := w.openHall(ctx, p)
	if err != nil {
		return err
	}
	c := w.noCrowd(p)
	c.addListeners(h, h.watchers, modes)
	if err := c.gather(ctx); err != nil {
		return err
	}
	w.rest(ctx, 3*time.Second) // they have been told of each other
	t := &truth{states: map[int64]string{}, left: map[int64]string{}}
	coming := c.addListeners(h, h.comers, modes)
	if err := c.turn(ctx, t, turn{"coming", len(coming), len(c.listeners), func() error { return c.come(ctx, coming, p.Rate) }}, figures); err != nil {
		return err
	}
	out, cut := leavers(coming)
	for _, l := range out {
		t.left[l.person.id] = signedOut
	}
	for _, l := range cut {
		t.left[l.person.id] = wentOffline
	}
	stay := len(c.listeners) - len(t.left)
	if err := c.turn(ctx, t, turn{"leaving", len(t.left), stay, func() error { return c.leave(ctx, out, cut, p.Rate/4) }}, figures); err != nil {
		return err
	}
	w.rest(ctx, 2*time.Second) // in which nothing may come any more
	c.checkSights(t, figures)
	return nil
}

// turn is many people who come or leave.
type turn struct {
	what   string
	people int
	here   int // when it is over
	act    func() error
}

// turn lets people come or leave, waits until all who listen know of it, and
// measures what that takes.
func (c *crowd) turn(ctx context.Context, t *truth, turn turn, figures map[string]float64) error {
	w := c.world
	c.tally.presence.Store(0)
	before, began := w.spent(), time.Now()
	if err := turn.act(); err != nil {
		return err
	}
	acted := time.Now()
	if err := c.awaitStates(ctx, t, turn.here); err != nil {
		return err
	}
	stored := time.Now()
	c.awaitSights(ctx, t)
	used := w.since(before)
	figures[turn.what+"_took_s"] = acted.Sub(began).Seconds()
	figures[turn.what+"_stored_ms"] = millis(stored.Sub(acted))
	figures[turn.what+"_told_ms"] = millis(time.Since(acted))
	figures[turn.what+"_events"] = float64(c.tally.presence.Load())
	figures[turn.what+"_cpu_s"] = used.server.Seconds()
	figures[turn.what+"_cpu_s_per_1000"] = 1000 * used.server.Seconds() / float64(turn.people)
	figures[turn.what+"_database_cpu_s"] = used.database.Seconds()
	return nil
}

// due is when the i-th of people is to move who do so at a steady rate.
func due(began time.Time, i int, rate float64) time.Time {
	return began.Add(time.Duration(float64(i) / rate * float64(time.Second)))
}

// come lets people begin to listen, so many a second.
func (c *crowd) come(ctx context.Context, coming []*listener, rate float64) error {
	began := time.Now()
	for i, l := range coming {
		pause(ctx, time.Until(due(began, i, rate)))
		if err := c.begin(ctx, l); err != nil {
			return err
		}
	}
	return c.await(ctx, "everybody listens", func() bool { return int(c.begun.Load()) == len(c.listeners) })
}

// leavers are half of those who came: some will sign out, and some vanish.
func leavers(came []*listener) (out, cut []*listener) {
	for i, l := range came {
		switch i % 4 {
		case 0:
			out = append(out, l)
		case 2:
			cut = append(cut, l)
		}
	}
	return out, cut
}

// leave lets people go, so many of each kind a second.
func (c *crowd) leave(ctx context.Context, out, cut []*listener, rate float64) error {
	began := time.Now()
	var all sync.WaitGroup
	var next atomic.Int64
	for range signingOut {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(out) || ctx.Err() != nil {
					return
				}
				pause(ctx, time.Until(due(began, i, rate)))
				if err := out[i].signOut(ctx); err != nil {
					c.tally.violate("user %d could not sign out: %v", out[i].person.id, err)
				}
			}
		})
	}
	for i, l := range cut {
		pause(ctx, time.Until(due(began, i, rate)))
		l.hangUp()
	}
	all.Wait()
	return ctx.Err()
}

// signOut ends the sign-in of a listener, whose request must then be told so.
func (l *listener) signOut(ctx context.Context) error {
	w, err := dial(ctx, l.crowd.world.addr, false)
	if err != nil {
		return err
	}
	defer w.close()
	l.leaving.Store(true)
	h, _, err := w.call("/logout", l.person.cookie, nil, nil)
	if err == nil && h.status >= 400 {
		err = refused{h.status, h.retryAfter}
	}
	return err
}

// awaitStates waits until so many are here as the database has it.
func (c *crowd) awaitStates(ctx context.Context, t *truth, here int) error {
	var failed error
	err := c.await(ctx, fmt.Sprintf("%d people are here", here), func() bool {
		pause(ctx, 100*time.Millisecond)
		t.states, failed = c.world.states(ctx)
		return failed != nil || len(t.states) == here
	})
	if err != nil {
		return fmt.Errorf("%w; %d are", err, len(t.states))
	}
	return failed
}

// awaitSights waits until everybody who is here knows who is, as long as that may
// take. Who does not is found by checkSights.
func (c *crowd) awaitSights(ctx context.Context, t *truth) {
	told := 0 // the first so many know
	_ = c.await(ctx, "everybody knows", func() bool {
		for told < len(c.listeners) {
			if l := c.listeners[told]; t.left[l.person.id] == "" && !l.sight.agrees(*t) {
				return false
			}
			told++
		}
		return true
	})
}

// checkSights compares what everybody who is here has been told with the truth.
func (c *crowd) checkSights(t *truth, figures map[string]float64) {
	missed, most := 0, 0
	for _, l := range c.listeners {
		if t.left[l.person.id] != "" {
			if t.left[l.person.id] == signedOut && !l.told.Load() {
				c.tally.violate("user %d has signed out and was not told so", l.person.id)
			}
			continue
		}
		most = max(most, l.sight.mostInASecond())
		l.sight.check(*t, func(format string, args ...any) {
			missed++
			c.tally.violate(format, args...)
		})
	}
	figures["presence_events_a_second"] = float64(most)
	figures["missed"] = float64(missed)
}

// states are those who are here, as the database tells others.
func (w *world) states(ctx context.Context) (map[int64]string, error) {
	rows, err := w.db.Query(ctx, `select user_id, state from presence_states`)
	if err != nil {
		return nil, err
	}
	states := map[int64]string{}
	for rows.Next() {
		var user int64
		var state string
		if err := rows.Scan(&user, &state); err != nil {
			return nil, err
		}
		states[user] = state
	}
	return states, rows.Err()
}
