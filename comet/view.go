package comet

import (
	"fmt"
	"slices"
)

// completeView checks what a client shows. It returns the people sorted, each
// once.
func completeView(people []string, room string, limits Limits) ([]string, *problem) {
	switch {
	case len(people) > limits.People:
		return nil, badRequest(fmt.Sprintf(`The field "people" may list at most %d people.`, limits.People))
	case slices.ContainsFunc(people, func(person string) bool { return !isWord(person) }):
		return nil, badRequest(`The field "people" must list words of 1 to 64 letters, digits, - or _.`)
	case room != "" && !isWord(room):
		return nil, badRequest(`The field "room" must be 1 to 64 letters, digits, - or _.`)
	}
	slices.Sort(people)
	return slices.Compact(people), nil
}

// view replaces what the client shows.
func (call *controlCall) view(o operation) ([]byte, *problem) {
	s, p := call.session()
	if p != nil {
		return nil, p
	}
	people, p := completeView(o.People, o.Room, call.hub.config.Limits)
	if p != nil {
		return nil, p
	}
	if p := o.checkN(); p != nil {
		return nil, p
	}
	if p := s.look(people, o.Room, o.N); p != nil {
		return nil, p
	}
	return call.ended([]byte(`{"event":"view-ack"`)), nil
}

// look takes what an operation says that the client shows. Presence is asked at
// once what belongs to that.
func (s *session) look(people []string, room string, n *int64) *problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return unknownSession()
	}
	if !s.viewOrder.ofOperation(n, s.n) {
		return nil // the client has said something else since
	}
	s.view.People, s.view.Room = people, room
	if c := s.current.Load(); c != nil {
		c.askPresence()
	}
	return nil
}
