package comet

import (
	"maps"
	"slices"
	"sync"
)

// sessionKey names a comet session. The id is no secret, so it counts only
// together with the login that uses it: for anybody else it is unknown.
type sessionKey struct {
	who Principal
	id  string
}

// registry finds comet sessions.
type registry struct {
	limit int // sessions of one quota

	mu     sync.RWMutex
	all    map[sessionKey]*session
	users  index
	logins index
	quotas index
}

// index groups sessions by a word.
type index map[string]map[*session]struct{}

func (x index) add(word string, s *session) {
	if x[word] == nil {
		x[word] = make(map[*session]struct{})
	}
	x[word][s] = struct{}{}
}

func (x index) remove(word string, s *session) {
	delete(x[word], s)
	if len(x[word]) == 0 {
		delete(x, word)
	}
}

func newRegistry(limit int) *registry {
	return &registry{
		limit: limit, all: make(map[sessionKey]*session),
		users: make(index), logins: make(index), quotas: make(index),
	}
}

// find returns the session, nil when it is unknown.
func (r *registry) find(key sessionKey) *session {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.all[key]
}

// adopt returns the session, which is made when it is unknown. When the quota
// is used up, one that no request serves makes room; idle is that one, and
// the caller must end it. It returns nil when there is none.
func (r *registry) adopt(h *Hub, key sessionKey, device string) (s, idle *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s = r.all[key]; s != nil {
		return s, nil
	}
	if mine := r.quotas[key.who.quota()]; len(mine) >= r.limit {
		if idle = longestIdle(mine); idle == nil {
			return nil, nil
		}
		r.removeLocked(idle)
	}
	s = newSession(h, key, device)
	r.all[key] = s
	r.users.add(key.who.User, s)
	r.logins.add(key.who.Login, s)
	r.quotas.add(key.who.quota(), s)
	return s, idle
}

func longestIdle(sessions map[*session]struct{}) (idle *session) {
	for s := range sessions {
		if s.current.Load() == nil && (idle == nil || s.idleSince.Load() < idle.idleSince.Load()) {
			idle = s
		}
	}
	return idle
}

func (r *registry) remove(s *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.removeLocked(s)
}

func (r *registry) removeLocked(s *session) {
	if r.all[s.key] != s {
		return
	}
	delete(r.all, s.key)
	r.users.remove(s.key.who.User, s)
	r.logins.remove(s.key.who.Login, s)
	r.quotas.remove(s.key.who.quota(), s)
}

func (r *registry) ofUser(user string) []*session { return r.members(r.users, user) }

func (r *registry) ofLogin(login string) []*session { return r.members(r.logins, login) }

func (r *registry) members(x index, word string) []*session {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Collect(maps.Keys(x[word]))
}

func (r *registry) everyone() []*session {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Collect(maps.Values(r.all))
}

func (r *registry) count() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.all)
}
