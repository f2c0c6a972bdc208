package app

import (
	"context"
	"log/slog"
	"time"

	"chatd/comet"
	"chatd/presence"
	"chatd/store"
	"chatd/store/rights"
)

// lookEvery is how long a lost doorbell can delay news from another node.
const lookEvery = 2 * time.Second

// committed hands what this node has just stored to its own listeners and
// rings for the other nodes. The committer waits for it, so it only encodes.
func (a *App) committed(events []store.Event) {
	a.metrics.stored(events)
	a.alerts.Stored(events...)
	for _, e := range events {
		topic := topicOf(e)
		a.heed(e)
		if takesQuery(e.Kind) { // the hub reads it if somebody listens
			a.hub.Announce(topic, comet.Position{Epoch: e.Epoch, Seq: e.Seq})
			continue
		}
		a.hub.Publish(topic, e.Epoch, comet.Event{Seq: e.Seq, Payload: renderNews(e)})
	}
	a.doorbell.Ring()
}

// heed draws the consequences of an event for who sees whom, who is typing and
// what may be told no longer.
func (a *App) heed(e store.Event) {
	switch e.Kind {
	case store.EventJoin, store.EventLeave, store.EventMemberChanged:
		if e.User != nil {
			a.moved(e.TopicID, e.User.ID)
		}
	case store.EventMessage:
		if e.Message != nil {
			a.typing.Wrote(e.Message.Author.ID, e.TopicID)
		}
	case store.EventMessagesDeleted:
		if e.Deletion != nil { // before the next look, if another node has deleted them
			a.withdraw(store.Withdrawn{RoomID: e.TopicID, Epoch: e.Epoch, Seqs: e.Deletion.Seqs})
		}
	default:
	}
}

// moved notes that somebody has joined or left a room, or has another role in
// it.
func (a *App) moved(room, user int64) {
	a.circles.Changed(room, user)
	a.headcount.Moved(room, user)
	a.typing.Moved(room, user)
	a.joined(room, user)
}

// presenceChanged is called when somebody has come or gone, or has another
// state.
func (a *App) presenceChanged() {
	a.headcount.Changed()
	poke(a.typing.due)
	a.hub.WakePresence()
}

// reconnected is called when the doorbell's connection is there, for the first
// time or again: rings may have been missed, and PostgreSQL may have crashed.
func (a *App) reconnected() {
	a.lookBack.Store(true)
	a.known.ForgetAll()
	a.rang()
}

// rang is called when another node has something new, or may have had.
func (a *App) rang() {
	poke(a.rung)
	a.tracker.Refresh()
}

// keepLooking looks for what other nodes did, when they ring and every so
// often, until ctx ends.
func (a *App) keepLooking(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	lost := false
	for {
		err := a.look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !lost:
			a.log.WarnContext(ctx, "cannot look for news from other nodes; trying again", slog.Any("error", err))
		case err == nil && lost:
			a.log.InfoContext(ctx, "looking for news from other nodes again")
		}
		lost = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-a.rung:
		case <-tick.C:
		}
	}
}

// look asks the database what changed since the last look and tells the hub.
// Hearing of something twice is harmless.
func (a *App) look(ctx context.Context) (err error) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	look := a.store.Control().Look
	if a.lookBack.Swap(false) {
		look = a.store.Control().LookBack
		defer func() {
			if err != nil {
				a.lookBack.Store(true)
			}
		}()
	}
	seen, err := look(ctx, a.lookFrom)
	if err != nil {
		return err
	}
	for _, w := range seen.Withdrawn {
		a.withdraw(w)
	}
	for _, s := range seen.EndedSessions {
		a.dropLogins([]string{s.ID}, comet.Reason(s.Reason))
		a.tracker.LoginEndedElsewhere(s.UserID, presence.Reason(s.Reason))
	}
	a.revokeMemberships(seen.EndedMemberships)
	for _, m := range seen.ChangedMemberships {
		a.moved(m.RoomID, m.UserID)
	}
	if err := a.withdrawUntold(ctx, seen.ChangedRooms...); err != nil {
		return err // and the next look finds it again
	}
	if _, told := seen.Topics[store.WorkspaceTopic]; told {
		if err := a.readSettings(ctx); err != nil {
			return err // and the next look finds it again
		}
	}
	for topic, p := range seen.Topics {
		for _, name := range namesOf(topic) {
			a.hub.Announce(name, comet.Position(p))
		}
	}
	a.committer.Number(seen.PendingTopics...)
	for _, u := range seen.ChangedUsers {
		if err := a.userChanged(ctx, u); err != nil {
			return err // and the next look finds it again
		}
	}
	a.lookFrom = seen.Next
	a.known.Looked(began)
	return nil
}

// userChanged makes it felt at once here that somebody has another role, is
// deactivated or suspended. What a right allows is judged with each request; this is about
// what is open.
func (a *App) userChanged(ctx context.Context, u store.ChangedUser) error {
	a.known.ForgetUser(u.ID)
	if u.Deactivated {
		a.hub.EndUser(userName(u.ID), comet.ReasonDeactivated)
		return nil
	}
	if u.Suspended {
		a.hub.EndUser(userName(u.ID), comet.ReasonSuspended)
		return nil
	}
	a.sights.changed()
	if rights.SeeDirectory.May(u.Role) {
		return nil
	}
	a.hub.Revoke(userName(u.ID), workspaceTopic, comet.ReasonRemoved)
	err := a.refreshSight(ctx, a.store.Control(), u.ID, func() (store.Role, error) { return u.Role, nil })
	a.hub.WakePresence()
	return err
}

// namesOf are the names a topic may have. Nobody can listen to the wrong one.
func namesOf(topic int64) []string {
	if topic == store.WorkspaceTopic {
		return []string{workspaceTopic}
	}
	return []string{roomTopic(topic), userTopic(topic)}
}

// keepHouse removes what nobody needs any more and counts what there is, now and
// every hour.
func (a *App) keepHouse(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if _, err := a.store.DeleteExpiredSessions(ctx); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "expired sessions were not removed; trying again in an hour", slog.Any("error", err))
		}
		a.countFigures(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
