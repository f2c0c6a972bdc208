package main

import (
	"context"
	"errors"
	"time"
)

// restart stops the server and starts it again while people listen and talk,
// as an update does.
func restart(ctx context.Context, w *world, p params, figures map[string]float64) error {
	if w.options.given.url != "" {
		return errors.New("only a chatd that is started here can be started again")
	}
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
	talking, silence := context.WithCancel(ctx)
	result := make(chan *talked)
	go func() { result <- w.say(talking, talk{rate: p.Rate, size: p.Size}) }()
	pause(ctx, time.Second)
	err = c.endure(ctx, figures)
	pause(ctx, time.Second)
	silence()
	talked := <-result
	figures["sent"] = float64(talked.sent)
	talked.ack.tell(figures, "ack")
	c.receipt.tell(figures, "receipt")
	if err != nil {
		return err
	}
	return c.awaitAll(ctx)
}

// endure stops the server, starts it again and waits until everybody is back.
func (c *crowd) endure(ctx context.Context, figures map[string]float64) error {
	w := c.world
	before := *c.listeners[0].node.Load()
	began := time.Now()
	c.tally.listening.Store(false)
	w.stopServer()
	figures["stopped_after_ms"] = millis(time.Since(began))
	stopped := time.Now()
	var err error
	if w.server, err = startServer(ctx, w.options.chatd, w.addr, w.database); err != nil {
		return err
	}
	c.tally.listening.Store(true)
	ready := time.Now()
	figures["down_ms"] = millis(ready.Sub(stopped))
	back := 0 // the first so many are back
	err = c.await(ctx, "everybody is back", func() bool {
		for back < len(c.listeners) && *c.listeners[back].node.Load() != before {
			back++
		}
		return back == len(c.listeners)
	})
	figures["back_after_ready_ms"] = millis(time.Since(ready))
	figures["back_after_sigterm_ms"] = millis(time.Since(began))
	return err
}

func millis(d time.Duration) float64 { return float64(d.Milliseconds()) }
