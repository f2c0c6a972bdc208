package comet

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// maxTopics is how many topics a session can follow: one bit of its dirty
// marks for each.
const maxTopics = 256

// Hub pushes the events of topics to the browsers that follow them. All its
// methods may be called from any goroutine.
type Hub struct {
	// Static after construction.
	config    Config
	registry  *registry
	topics    topics
	lately    lately
	pages     *pages
	wheel     *wheel
	notifier  *notifier
	admission *admission
	openings  *openings
	held      *held
	lull      *lull
	pace      *pace

	inquiry  inquiry
	requests gate // data requests
	draining atomic.Pointer[drain]

	// Figures, written by everybody.
	streams, polls, deliveries, writes atomic.Int64
}

// Stats are figures about a hub at one moment.
type Stats struct {
	Sessions   int   // comet sessions, those between two polls included
	Streams    int   // open streams
	Polls      int   // polls that are held
	Topics     int   // topics that somebody follows or watches
	Deliveries int64 // numbered events written to clients since the start
	Writes     int64 // writes that carried events
	Reads      int64 // pages read from the Log

	Opens        int   // data requests that ask Check and the Log
	OpensWaiting int   // data requests that wait for that
	OpensRefused int64 // data requests that were answered "busy" since the start
	Held         int   // streams and long polls that count for Limits.Held
	Crowded      int64 // streams and long polls that Limits.Held has ended since the start
}

// New returns a hub. Its handlers answer as soon as Run runs.
func New(config Config) *Hub {
	config.Times.defaults()
	config.Limits.defaults()
	or(&config.Logger, slog.Default())
	if config.Origins == nil {
		config.Origins = http.NewCrossOriginProtection()
	}
	if config.ControlLog == nil {
		config.ControlLog = config.Log
	}
	h := &Hub{
		config:   config,
		registry: newRegistry(config.Limits.Sessions),
		wheel:    newWheel(),
		notifier: newNotifier(config.Presence, config.Activity),
	}
	h.topics.byName = make(map[string]*topic)
	h.pages = newPages(&h.config)
	h.admission = newAdmission(&h.config, h.wheel)
	h.openings = newOpenings()
	h.held = newHeld(config.Limits.Held)
	h.lull = newLull()
	h.pace = newPace(config.Limits.PollRate)
	return h
}

// Run keeps the hub's timers until ctx ends. Then it sends away whoever is left
// and returns when all of its connections and goroutines are gone; the error is
// nil.
func (h *Hub) Run(ctx context.Context) error {
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { h.wheel.run(inner) })
	running.Go(func() { h.notifier.run(inner) })
	running.Go(func() { h.lull.run(inner) })
	<-ctx.Done()
	h.draining.CompareAndSwap(nil, &drain{end: time.Now(), spread: h.config.Times.DrainMin})
	h.requests.close()
	for _, s := range h.registry.everyone() {
		s.finish(ReasonShutdown, finale{kind: finalStop, in: h.returnIn()})
	}
	h.requests.wait(inner)
	h.pages.close(inner)
	stop()
	running.Wait()
	return nil
}

// Stats returns the figures of now.
func (h *Hub) Stats() Stats {
	s := Stats{
		Sessions:   h.registry.count(),
		Streams:    int(h.streams.Load()),
		Polls:      int(h.polls.Load()),
		Topics:     h.topics.count(),
		Deliveries: h.deliveries.Load(),
		Writes:     h.writes.Load(),
		Reads:      h.pages.reads.Load(),
	}
	h.admission.figures(&s)
	h.held.figures(&s)
	return s
}

// hold draws how long a poll is held.
func (h *Hub) hold(long bool) time.Duration {
	times := h.config.Times
	if long {
		return times.HoldLong - rand.N(times.HoldLong/10+1)
	}
	return times.HoldMin + rand.N(times.HoldMax-times.HoldMin+1)
}

// Drain sends all clients elsewhere: polls are answered at once, streams are
// told so at random times within a window. All are asked to come back when it is
// over, or they would find this hub once more, and spread again (returnSpread).
// The window is the greater of Times.DrainMin and what Limits.DrainRate allows,
// at most Times.DrainMax. Drain returns when all are gone or ctx ends. Control
// requests are still answered; new data requests are sent away too.
func (h *Hub) Drain(ctx context.Context) {
	config := &h.config
	start := time.Now()
	h.draining.CompareAndSwap(nil, newDrain(start, config.Times.DrainMin)) // who comes from now on, is sent away
	all := h.registry.everyone()
	window := time.Duration(len(all)) * time.Second / time.Duration(config.Limits.DrainRate)
	window = min(max(window, config.Times.DrainMin), config.Times.DrainMax)
	h.draining.Store(newDrain(start, window))
	for _, s := range all {
		c := s.current.Load()
		switch {
		case c == nil:
		case c.request.Mode == modeStream:
			c.drainAt.Store(time.Now().Add(rand.N(window)).UnixNano())
			c.poke()
		default:
			c.finish(finale{kind: finalDrain, in: h.returnIn()})
		}
	}
	h.requests.wait(ctx)
}

// handler serves both channels: f answers, or returns what is wrong.
func handler(f func(http.ResponseWriter, *http.Request) *problem) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := f(w, r); p != nil {
			p.write(w)
		}
	})
}

// ControlHandler serves the control channel. It answers at once.
func (h *Hub) ControlHandler() http.Handler { return handler(h.serveControl) }

// DataHandler serves the data channel. Its answers may take minutes: put no
// time limit, compression or buffer around it.
func (h *Hub) DataHandler() http.Handler { return handler(h.serveData) }
