package app

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// typingHint tells who is typing in a room; the newest one counts.
type typingHint struct {
	RoomID  int64   `json:"room_id"`
	UserIDs []int64 `json:"user_ids"`
	More    int     `json:"more,omitempty"` // how many others
}

func (h typingHint) equal(other typingHint) bool {
	return h.More == other.More && slices.Equal(h.UserIDs, other.UserIDs)
}

// typingKey names the hint that tells who is typing in a room.
func typingKey(room int64) string { return "typing:" + strconv.FormatInt(room, 10) }

// Tend tells what is new of all rooms and returns when there will be more; the
// zero time means when it is due.
func (t *typing) Tend() (again time.Time) {
	now := time.Now()
	for _, hint := range t.news(now, &again) {
		t.show(hint.RoomID, hint)
	}
	return again
}

func (t *typing) news(now time.Time, again *time.Time) (hints []typingHint) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := func(next time.Time) {
		if again.IsZero() || next.Before(*again) {
			*again = next
		}
	}
	for id, room := range t.rooms {
		room.typists = slices.DeleteFunc(room.typists, func(one typist) bool { return !now.Before(one.until) || !t.visible(one.user) })
		for _, one := range room.typists {
			at(one.until)
		}
		hint := room.hint(id)
		changed, allowed := !hint.equal(room.told), room.toldAt.Add(typingGap)
		if !changed {
			changed, allowed = room.renewed && len(hint.UserIDs) > 0, room.toldAt.Add(typingRepeat)
		}
		switch {
		case changed && now.Before(allowed):
			at(allowed)
		case changed:
			room.told, room.toldAt, room.renewed = hint, now, false
			hints = append(hints, hint)
			at(now.Add(typingGap))
		case len(room.typists) == 0 && now.Sub(room.toldAt) >= typingGap:
			delete(t.rooms, id)
		}
	}
	return hints
}

// hint is what others are told of a room.
func (r *typingRoom) hint(id int64) typingHint {
	hint := typingHint{RoomID: id, UserIDs: []int64{}}
	for _, one := range r.typists[:min(len(r.typists), typingShown)] {
		hint.UserIDs = append(hint.UserIDs, one.user)
	}
	hint.More = len(r.typists) - len(hint.UserIDs)
	return hint
}

// keepTyping tells who is typing until ctx ends.
func (a *App) keepTyping(ctx context.Context) error {
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.typing.due:
		case <-wait.C:
		}
		if again := a.typing.Tend(); !again.IsZero() {
			wait.Reset(time.Until(again))
		}
	}
}
