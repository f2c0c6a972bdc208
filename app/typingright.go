package app

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"chatd/store"
	"chatd/store/rights"
)

// newTyping is a typing that works with the parts of the App.
func (a *App) newTyping() *typing {
	t := newTyping()
	t.may = a.mayWrite
	t.visible = func(user int64) bool { return a.tracker.State(user) != store.StateOffline }
	t.say = func(word string) { a.doorbell.Say(word) }
	t.show = func(room int64, hint typingHint) { a.hub.HintTopic(roomTopic(room), typingKey(room), encode(hint)) }
	return t
}

// mayWrite reports whether somebody may write in a room.
func (a *App) mayWrite(ctx context.Context, user, room int64) (bool, error) {
	return a.store.May(ctx, rights.PostMessage, user, room)
}

// Admit finds out of those who wait whether they may write, and shows those who
// may. After an error they are forgotten: who goes on typing says so again.
func (t *typing) Admit(ctx context.Context) error {
	for _, m := range t.takeQuestions() {
		may, err := t.may(ctx, m.user, m.room)
		if err != nil {
			return err
		}
		t.admit(m, may)
	}
	return nil
}

// takeQuestions begins to ask. What was being asked before and has no answer is
// not waited for any more. Of those who began since the last time nobody was
// first: they come by their ids.
func (t *typing) takeQuestions() []membership {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.asking)
	t.asking, t.questions = t.questions, t.asking
	return slices.SortedFunc(maps.Keys(t.asking), func(a, b membership) int {
		return cmp.Or(cmp.Compare(a.room, b.room), cmp.Compare(a.user, b.user))
	})
}

// admit takes over an answer, unless the person has moved since it was asked for.
func (t *typing) admit(m membership, may bool) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweepLocked(now)
	login, valid := t.asking[m]
	if !valid {
		return
	}
	t.rights[m] = writeRight{may, now.Add(typingRight)}
	switch {
	case !may:
		t.endLocked(m)
	case login != "":
		t.tellLocked(m, login, now)
	}
}

// sweepLocked forgets rights that are to be asked for again anyway.
func (t *typing) sweepLocked(now time.Time) {
	if now.Before(t.sweep) {
		return
	}
	t.sweep = now.Add(typingRight)
	for m, right := range t.rights {
		if !now.Before(right.until) {
			delete(t.rights, m)
		}
	}
}

// keepAdmitting lets those be shown who may write where they type, until ctx
// ends.
func (a *App) keepAdmitting(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.typing.asked:
		}
		asking, cancel := context.WithTimeout(ctx, dataPatience)
		err := a.typing.Admit(asking)
		cancel()
		if err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "whether people may write where they type was not found out", slog.Any("error", err))
			pause(ctx, sightRetry)
		}
	}
}
