package main

import (
	"context"
	"time"
)

// How many deliveries a second a fan-out makes unless a rate is given: well
// below what two processors can do for server, database and generator together,
// so that each message is delivered by itself and nothing queues. A long-poll
// costs a request each time.
const (
	streamDeliveries = 15_000
	pollDeliveries   = 4000
)

// fanout measures what it costs to bring a message to all of one room.
func fanout(ctx context.Context, w *world, p params, figures map[string]float64) error {
	if p.Rate == 0 {
		p.Rate = streamDeliveries / float64(p.Listeners)
		if p.Mode == modeLong {
			p.Rate = pollDeliveries / float64(p.Listeners)
		}
	}
	_, err := w.converse(ctx, 1, p.Listeners, p, figures)
	return err
}

// chat measures many small rooms at once.
func chat(ctx context.Context, w *world, p params, figures map[string]float64) error {
	used, err := w.converse(ctx, p.Listeners/p.Members, p.Members, p, figures)
	figures["cpu_s_per_1000_messages"] = 1000 * (used.server + used.database).Seconds() / float64(p.Messages)
	figures["database_cpu_s_per_1000_messages"] = 1000 * used.database.Seconds() / float64(p.Messages)
	return err
}

// converse lets people talk in rooms in which everybody listens, and measures
// what that takes.
func (w *world) converse(ctx context.Context, rooms, members int, p params, figures map[string]float64) (used spent, err error) {
	modes, err := p.modes()
	if err != nil {
		return used, err
	}
	if err := w.open(ctx, rooms, members); err != nil {
		return used, err
	}
	c := w.newCrowd(p, modes...)
	if err := c.gather(ctx); err != nil {
		return used, err
	}
	w.rest(ctx, time.Second) // what opening leaves behind is over
	before := w.spent()
	talked := w.say(ctx, talk{rate: p.Rate, messages: p.Messages, size: p.Size})
	if err := c.awaitAll(ctx); err != nil {
		return used, err
	}
	used = w.since(before)
	deliveries := float64(w.tally.deliveries.Load())
	figures["rate"] = float64(talked.sent) / talked.took.Seconds()
	figures["deliveries_per_s"] = deliveries / talked.took.Seconds()
	if answers := w.tally.answers.Load(); answers > 0 {
		figures["deliveries_per_answer"] = deliveries / float64(answers)
	}
	figures["cpu_s_per_million"] = 1e6 * used.server.Seconds() / deliveries
	figures["database_cpu_s_per_million"] = 1e6 * used.database.Seconds() / deliveries
	c.receipt.tell(figures, "receipt")
	talked.ack.tell(figures, "ack")
	return used, nil
}
