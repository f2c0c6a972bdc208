package main

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// pingers is how many ping at a time, and pingEvery how often each does.
	pingers   = 10
	pingEvery = 100 * time.Millisecond
)

// control measures how long control requests take while all streams are busy.
func control(ctx context.Context, w *world, p params, figures map[string]float64) error {
	modes, err := p.modes()
	if err != nil {
		return err
	}
	if err := w.open(ctx, p.Listeners/p.Members, p.Members); err != nil {
		return err
	}
	c := w.newCrowd(p, modes...)
	if err := c.gather(ctx); err != nil {
		return err
	}
	w.rest(ctx, time.Second)
	var calls histogram
	pinging, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for i := range pingers {
		all.Go(func() {
			if err := c.ping(pinging, c.listeners[i*len(c.listeners)/pingers], &calls); err != nil {
				c.tally.violate("a control request failed: %v", err)
			}
		})
	}
	talked := w.say(ctx, talk{rate: p.Rate, messages: p.Messages, size: p.Size})
	stop()
	all.Wait()
	figures["rate"] = float64(talked.sent) / talked.took.Seconds()
	figures["pings"] = float64(calls.count.Load())
	calls.tell(figures, "ping")
	c.receipt.tell(figures, "receipt")
	return c.awaitAll(ctx)
}

// ping makes a control request every so often until ctx ends.
func (c *crowd) ping(ctx context.Context, l *listener, calls *histogram) error {
	w, err := dial(ctx, c.world.addr, false)
	if err != nil {
		return err
	}
	defer w.close()
	request := pingRequest(l)
	for ; ctx.Err() == nil; pause(ctx, pingEvery) {
		began := time.Now()
		h, answer, err := w.call("/comet/control", l.person.cookie, request, nil)
		if err != nil {
			return err
		}
		calls.add(time.Since(began))
		if h.status != 200 || !bytes.Contains(answer, []byte(`"ping-ack"`)) {
			return fmt.Errorf("status %d: %s", h.status, answer)
		}
	}
	return nil
}

func pingRequest(l *listener) []byte {
	return []byte(`{"id":"` + l.id + `","operations":[{"op":"ping"}]}`)
}
