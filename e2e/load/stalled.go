package main

import (
	"context"
	"time"
)

// reading is how many listeners of the stalled scenario read all the time.
const reading = 10

// cutLimit is when a client that does not read must have been cut, with a
// margin.
const cutLimit = 14 * time.Second

// stalled publishes to listeners that do not read. The server must not keep for
// them what they do not take; those that read get everything meanwhile, and the
// others when they read again.
func stalled(ctx context.Context, w *world, p params, figures map[string]float64) error {
	modes, err := p.modes()
	if err != nil {
		return err
	}
	if err := w.open(ctx, 1, p.Listeners); err != nil {
		return err
	}
	c := w.newCrowd(p, modes...)
	c.stalled = make(chan struct{})
	for _, l := range c.listeners[min(reading, len(c.listeners)/2):] {
		l.slow = true
	}
	if err := c.gather(ctx); err != nil {
		return err
	}
	before := w.settledMemory(ctx, 10*time.Second)
	peak := w.watchMemory(ctx)
	talked := w.say(ctx, talk{rate: p.Rate, messages: p.Messages, size: p.Size})
	if err := c.await(ctx, "those who read have everything", func() bool { return c.readersHave(p.Messages) }); err != nil {
		return err
	}
	pause(ctx, cutLimit-talked.took)
	figures["rss_before_mib"] = before / mib
	figures["rss_peak_mib"] = peak() / mib
	figures["rss_peak_kib_per_stalled"] = (figures["rss_peak_mib"] - figures["rss_before_mib"]) * 1024 / float64(p.Listeners)
	figures["rss_after_mib"] = w.memory() / mib
	figures["published_kib"] = float64(p.Messages*p.Size) / kib
	c.receipt.tell(figures, "receipt_of_readers")
	began := time.Now()
	close(c.stalled)
	err = c.awaitAll(ctx)
	figures["caught_up_in_s"] = time.Since(began).Seconds()
	return err
}

// readersHave reports whether those who read have got so many messages.
func (c *crowd) readersHave(messages int) bool {
	readers := min(reading, len(c.listeners)/2)
	return c.receipt.count.Load() >= int64(readers*messages)
}

// watchMemory watches the server's memory until the peak is asked for.
func (w *world) watchMemory(ctx context.Context) (peak func() float64) {
	const often = 250 * time.Millisecond
	ctx, cancel := context.WithCancel(ctx)
	found := make(chan float64)
	go func() {
		var most float64
		for ctx.Err() == nil {
			most = max(most, w.memory())
			pause(ctx, often)
		}
		found <- most
	}()
	return func() float64 {
		cancel()
		return <-found
	}
}
