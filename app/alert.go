package app

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"chatd/store"
)

const (
	// alertsMost is how many messages wait for their people to be told. A page
	// that misses a hint is told by the next one, or when it asks.
	alertsMost = 1000
	// alertWithin is how old a message may be of which people are told at once:
	// who reads the log later asks for what is unread anyway.
	alertWithin = time.Minute
)

// alerts are new messages about which some people are told besides the room: who
// is mentioned, and who follows a thread. Each node tells those who listen at it.
type alerts struct {
	mu   sync.Mutex
	wait []alert
	// told are messages that were taken here: those of this node come from the
	// committer, those of others when somebody listens, and some twice.
	told map[[2]int64]struct{}
	// due has one slot. Never closed.
	due chan struct{}
}

// alert is one message, and who is to be told of it.
type alert struct {
	message store.Message
	// mentioned are those of its people that are to be told, all says that
	// everybody in the room is, and thread that those who follow its thread are.
	mentioned   []int64
	all, thread bool
}

func newAlerts() *alerts {
	return &alerts{told: map[[2]int64]struct{}{}, due: make(chan struct{}, 1)}
}

// Stored notes messages that this node has just stored, in the order of the log of
// each room. It does not block.
func (a *alerts) Stored(events ...store.Event) { a.note(time.Time{}, events) }

// Read does the same with what was read of the log, as far as it is new: now is
// the time by the clock that the events' times are of.
func (a *alerts) Read(now time.Time, events ...store.Event) { a.note(now, events) }

func (a *alerts) note(now time.Time, events []store.Event) {
	for _, e := range events {
		m := e.Message
		if e.Kind != store.EventMessage || m == nil || m.Thread == 0 && len(m.Mentions) == 0 && m.MentionsAll == "" {
			continue
		}
		if now.Sub(m.CreatedAt) > alertWithin || !a.first(m) {
			continue
		}
		a.add(alert{message: *m, mentioned: m.Mentions, all: m.MentionsAll == store.MentionsRoom, thread: m.Thread > 0})
	}
}

// first reports whether a message comes here for the first time.
func (a *alerts) first(m *store.Message) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := [2]int64{m.RoomID, m.Number}
	if _, told := a.told[key]; told {
		return false
	}
	if len(a.told) >= alertsMost {
		clear(a.told) // to hear of something twice is harmless
	}
	a.told[key] = struct{}{}
	return true
}

func (a *alerts) add(one alert) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.wait) < alertsMost {
		a.wait = append(a.wait, one)
	}
	poke(a.due)
}

func (a *alerts) take() []alert {
	a.mu.Lock()
	defer a.mu.Unlock()
	taken := a.wait
	a.wait = nil
	return taken
}

// keepAlerting tells people of messages until ctx ends.
func (a *App) keepAlerting(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.alerts.due:
		}
		if err := a.alert(ctx, a.alerts.take()); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "somebody was not told at once of a message to them", slog.Any("error", err))
		}
	}
}

// alert tells people of messages.
func (a *App) alert(ctx context.Context, all []alert) error {
	ctx, cancel := context.WithTimeout(ctx, controlPatience)
	defer cancel()
	var rooms []int64
	var threads []store.ThreadRoot
	for _, one := range all {
		if one.all {
			rooms = append(rooms, one.message.RoomID)
		}
		if one.thread {
			threads = append(threads, store.ThreadRoot{RoomID: one.message.RoomID, Number: one.message.Thread})
		}
	}
	members, err := a.membersOf(ctx, rooms)
	if err != nil {
		return err
	}
	followers, err := a.followersOf(ctx, threads)
	if err != nil {
		return err
	}
	for _, one := range all {
		m := one.message
		mentioned := one.mentioned
		if one.all {
			mentioned = members[m.RoomID]
		}
		a.hintMentioned(m, mentioned)
		if one.thread {
			a.hintFollowers(m, followers[store.ThreadRoot{RoomID: m.RoomID, Number: m.Thread}])
		}
	}
	return nil
}

func (a *App) membersOf(ctx context.Context, rooms []int64) (map[int64][]int64, error) {
	if len(rooms) == 0 {
		return nil, nil
	}
	return a.store.AllMembers(ctx, rooms)
}

func (a *App) followersOf(ctx context.Context, threads []store.ThreadRoot) (map[store.ThreadRoot]store.Followers, error) {
	if len(threads) == 0 {
		return nil, nil
	}
	found, err := a.store.Followers(ctx, threads)
	of := make(map[store.ThreadRoot]store.Followers, len(found))
	for _, f := range found {
		of[f.ThreadRoot] = f
	}
	return of, err
}

type mentionHint struct {
	RoomID int64 `json:"room_id"`
	Number int64 `json:"number"`
	Thread int64 `json:"thread,omitempty"`
}

// hintMentioned tells people but the author that a message mentions them.
func (a *App) hintMentioned(m store.Message, people []int64) {
	payload := encode(mentionHint{RoomID: m.RoomID, Number: m.Number, Thread: m.Thread})
	for _, id := range people {
		if id != m.Author.ID {
			a.hub.Hint(userName(id), mentionKey(m.RoomID, m.Number), payload)
		}
	}
}

type threadHint struct {
	RoomID   int64 `json:"room_id"`
	Root     int64 `json:"root"`
	Number   int64 `json:"number"`
	Count    int64 `json:"count"`
	AuthorID int64 `json:"author_id"`
}

// hintFollowers tells those who follow a thread of a reply in it; its author has
// read it, but perhaps on another device.
func (a *App) hintFollowers(m store.Message, f store.Followers) {
	payload := encode(threadHint{RoomID: m.RoomID, Root: m.Thread, Number: m.Number, Count: f.Count, AuthorID: m.Author.ID})
	for _, id := range f.Users {
		a.hub.Hint(userName(id), threadKey(m.RoomID, m.Thread), payload)
	}
}

// The keys name hints: of a mention, of a reply in a thread, and of how far a
// thread has been read.
func mentionKey(room, number int64) string { return "mention:" + pair(room, number) }
func threadKey(room, root int64) string    { return "thread:" + pair(room, root) }
func threadReadKey(room, root int64) string {
	return "thread-read:" + pair(room, root)
}

func pair(room, number int64) string {
	return strconv.FormatInt(room, 10) + ":" + strconv.FormatInt(number, 10)
}
