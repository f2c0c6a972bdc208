package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"chatd/comet"
	"chatd/store"
)

// pushletRetry is how long after a failure a session's topics are looked at
// again.
const pushletRetry = time.Second

// pushletJoinScan is how many events of a room are looked through for the one by
// which the user came in: as many as a client may be behind.
const pushletJoinScan = 1000

// followBeside lets the hub follow what is added to a session while a request of
// it is served. The function that it returns waits until all that is done.
func (a *App) followBeside(ctx context.Context, s *pushletSession) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil {
			select {
			case <-ctx.Done():
			case <-s.due:
				if !a.followAdded(context.WithoutCancel(ctx), s) && pause(ctx, pushletRetry) {
					s.poke()
				}
			}
		}
	})
	return func() {
		cancel()
		running.Wait()
		select {
		case <-s.due: // what an answer that was over at once has left
			if !a.followAdded(context.WithoutCancel(ctx), s) {
				s.poke()
			}
		default:
		}
	}
}

// followAdded does what is due. It reports false when it has to be tried again.
func (a *App) followAdded(ctx context.Context, s *pushletSession) bool {
	ctx, cancel := context.WithTimeout(ctx, controlPatience)
	defer cancel()
	s.turn.Lock()
	defer s.turn.Unlock()
	rooms, afresh, gone := s.takeAdded()
	if gone {
		a.hub.Leave(s.who, s.id)
		return true
	}
	err := a.locateRooms(ctx, s, rooms, afresh)
	if err != nil {
		s.giveBack(rooms, afresh)
		a.log.WarnContext(ctx, "a Pushlet session does not follow a new room yet; trying again", slog.Any("error", err))
	}
	return a.followTopics(ctx, s) && err == nil
}

func (s *pushletSession) takeAdded() (rooms []int64, afresh, gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rooms, afresh = s.added, s.afresh
	s.added, s.afresh = nil, false
	return rooms, afresh, s.gone
}

func (s *pushletSession) giveBack(rooms []int64, afresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.added = append(s.added, rooms...)
	s.afresh = s.afresh || afresh
}

// locateRooms finds out from where rooms are followed that the user has been
// added to, and afresh those that nobody has told of.
func (a *App) locateRooms(ctx context.Context, s *pushletSession, rooms []int64, afresh bool) error {
	user := userID(s.who.User)
	if afresh {
		own, at, err := a.store.Control().OwnRooms(ctx, user)
		if err != nil {
			return err
		}
		s.extend(pushletTopics([]pushletSubject{{all: true}}, own, user, comet.Position(at)))
	}
	for _, room := range rooms {
		at, ok, err := a.sinceJoined(ctx, s.who, room)
		if err != nil {
			return err
		}
		if ok {
			s.extend(map[string]comet.Position{roomTopic(room): at})
		}
	}
	return nil
}

// extend adds topics that /chat needs, if the session still follows that.
func (s *pushletSession) extend(topics map[string]comet.Position) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.followsAllLocked() {
		return
	}
	for topic, at := range topics {
		if _, followed := s.at[topic]; !followed && len(s.at) < pushletMostTopics {
			s.at[topic] = at
		}
	}
}

// sinceJoined is where a room stood when the user came in, so that what was said
// right afterwards is told. It reports false when the room is not theirs.
func (a *App) sinceJoined(ctx context.Context, who comet.Principal, room int64) (comet.Position, bool, error) {
	topic := roomTopic(room)
	through := a.store.Control()
	found, err := feed{store: through}.Positions(ctx, who, []string{topic})
	head, ok := found[topic]
	if err != nil || !ok {
		return head, false, err
	}
	from := max(0, head.Seq-pushletJoinScan)
	page, err := through.EventsAfter(ctx, room, from, pushletJoinScan)
	if errors.Is(err, store.ErrNotFound) {
		return head, false, nil
	}
	if err != nil {
		return head, false, err
	}
	if from == 0 {
		head = comet.Position{Epoch: page.Epoch} // who is there from the start has no event of their coming
	}
	for _, e := range page.Events {
		if e.User == nil || userName(e.User.ID) != who.User {
			continue
		}
		if e.Kind == store.EventJoin || e.Kind == store.EventLeave {
			head = comet.Position{Epoch: page.Epoch, Seq: e.Seq}
		}
	}
	return head, true, nil
}

// followTopics tells the hub of topics that it does not let the session follow
// yet, if it knows the session: else the next request names them. The caller
// holds s.turn. It reports false when it has to be tried again.
func (a *App) followTopics(ctx context.Context, s *pushletSession) bool {
	topics := s.untold()
	if len(topics) == 0 {
		return true
	}
	denied, err := a.hub.Subscribe(ctx, s.who, s.id, topics)
	if refused, ok := errors.AsType[*comet.RefusedError](err); ok && refused.Code == "unknown-session" {
		return true
	}
	if err != nil {
		s.poke()
		return false
	}
	s.mu.Lock()
	for topic := range topics {
		s.told[topic] = true
	}
	s.mu.Unlock()
	for _, topic := range denied {
		s.lose(topic)
	}
	return true
}

func (s *pushletSession) untold() map[string]comet.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	topics := map[string]comet.Position{}
	for topic, at := range s.at {
		if !s.told[topic] {
			topics[topic] = at
		}
	}
	return topics
}
