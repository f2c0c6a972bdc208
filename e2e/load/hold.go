package main

import (
	"bytes"
	"context"
	"time"
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

// idleTime is how long the idle server is watched.
const idleTime = 10 * time.Second

// collectLimit is how long a collection of garbage is waited for.
const collectLimit = 15 * time.Second

// hold measures what a connection costs at which nothing happens. In the end
// some messages show that all of them live.
func hold(ctx context.Context, w *world, p params, figures map[string]float64) error {
	modes, err := p.modes()
	if err != nil {
		return err
	}
	if err := w.open(ctx, p.Listeners/p.Members, p.Members); err != nil {
		return err
	}
	figures["ready_ms"] = float64(w.server.ready.Milliseconds())
	empty := w.settledMemory(ctx, 6*time.Second)
	figures["empty_rss_mib"] = empty / mib
	figures["empty_cpu_percent"] = w.idle(ctx, idleTime/2)
	c := w.newCrowd(p, modes...)
	before := w.spent()
	began := time.Now()
	if err := c.gather(ctx); err != nil {
		return err
	}
	figures["opened_in_s"] = time.Since(began).Seconds()
	figures["opening_cpu_s"] = w.since(before).server.Seconds()
	w.rest(ctx, 3*time.Second) // presence tells the last ones
	if err := w.heap(ctx, figures); err != nil {
		return err
	}
	full := w.settledMemory(ctx, 20*time.Second)
	figures["rss_mib"] = full / mib
	figures["rss_kib_per_connection"] = (full - empty) / kib / float64(len(c.listeners))
	figures["idle_cpu_percent"] = w.idle(ctx, idleTime)
	w.say(ctx, talk{rate: p.Rate, messages: p.Messages, size: p.Size})
	return c.awaitAll(ctx)
}

// heap adds what the server's metrics tell of its memory right after a
// collection of garbage.
func (w *world) heap(ctx context.Context, figures map[string]float64) error {
	const collections = "go_gc_duration_seconds_count"
	gauges := w.server.gauges(ctx)
	if gauges == nil {
		return nil
	}
	before := gauges[collections]
	for end := time.Now().Add(collectLimit); gauges[collections] == before && time.Now().Before(end); {
		if err := w.crowd.waste(ctx); err != nil {
			return err
		}
		gauges = w.server.gauges(ctx)
	}
	for _, what := range []string{"heap_alloc", "heap_inuse", "heap_idle", "heap_released", "stack_inuse"} {
		if bytes, ok := gauges["go_memstats_"+what+"_bytes"]; ok {
			figures[what+"_mib"] = bytes / mib
		}
	}
	return nil
}

// waste makes garbage: pings as large as they may be.
func (c *crowd) waste(ctx context.Context) error {
	w, err := dial(ctx, c.world.addr, false)
	if err != nil {
		return err
	}
	defer w.close()
	l := c.listeners[0]
	request := append(pingRequest(l), bytes.Repeat([]byte(" "), 60*kib)...)
	for range 50 {
		if _, _, err := w.call("/comet/control", l.person.cookie, request, nil); err != nil {
			return err
		}
	}
	return nil
}

// idle is the server's use of one processor over a while, in percent.
func (w *world) idle(ctx context.Context, d time.Duration) float64 {
	before, began := w.spent(), time.Now()
	w.rest(ctx, d)
	return 100 * w.since(before).server.Seconds() / time.Since(began).Seconds()
}
