package app

import (
	"cmp"
	"crypto/rand"
	"maps"
	"slices"
	"sync"
	"time"

	"chatd/app/pushlet"
	"chatd/comet"
)

const (
	pushletIdle              = 5 * time.Minute // how long a session waits for its client
	pushletQuota             = 16              // sessions of a user, and of each access token
	pushletMostTopics        = 256             // what the hub lets one session follow
	pushletMostSubscriptions = 255             // subscriptions of a session
)

// pushletSession is a Pushlet session of this node. The hub knows it by the same
// id while it listens. What has been written stands here, so that the next
// answer goes on from there.
type pushletSession struct {
	// Static after construction.
	id     string
	who    comet.Principal
	format pushlet.Format

	// due has one slot: there is something for pushletFollower. Never closed.
	due chan struct{}
	// turn is held while what the session follows is changed here and in the hub.
	// It is taken before mu.
	turn sync.Mutex

	mu            sync.Mutex
	gone          bool
	mode          string
	subscriptions []pushletSubscription     // the first that matches counts
	at            map[string]comet.Position // of the topics followed, what has been written
	told          map[string]bool           // topics that the hub lets it follow
	added         []int64                   // rooms to follow as a part of /chat
	afresh        bool                      // rooms may have been added unheard
	n             int64                     // data requests
	serving       *pushletAnswer            // the newest one, whose writing counts
	flying        chan struct{}             // of the last one that has written news; may be nil
	inside        int                       // requests under way
	used          time.Time
}

// pushletSubscription is what a client has subscribed to at once.
type pushletSubscription struct {
	sid, text, label string
	subjects         []pushletSubject
}

// needs reports whether it needs a topic that the session follows: a room's, or
// the user's own.
func (p pushletSubscription) needs(topic string) bool {
	room := pushletRoomID(topic)
	return slices.ContainsFunc(p.subjects, func(s pushletSubject) bool { return s.all || room != 0 && s.room == room })
}

func (s *pushletSession) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside++
}

func (s *pushletSession) exit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside--
	s.used = time.Now()
}

// lastUse tells when the last request ended, or that one is under way.
func (s *pushletSession) lastUse() (used time.Time, inside bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used, s.inside > 0
}

func (s *pushletSession) idle(now time.Time) bool {
	used, inside := s.lastUse()
	return !inside && now.Sub(used) >= pushletIdle
}

// poke tells whoever follows that there is something to do.
func (s *pushletSession) poke() { poke(s.due) }

// subscribe adds a subscription and returns it with its sid. Topics that are
// followed already go on from where they are. Subscribing again to the same does
// nothing. It reports false when it is too much.
func (s *pushletSession) subscribe(p pushletSubscription, topics map[string]comet.Position) (pushletSubscription, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, have := range s.subscriptions {
		if have.text == p.text && have.label == p.label {
			return have, true
		}
	}
	at := maps.Clone(topics)
	maps.Copy(at, s.at)
	if len(at) > pushletMostTopics || len(s.subscriptions) >= pushletMostSubscriptions {
		return p, false
	}
	for p.sid == "" || slices.ContainsFunc(s.subscriptions, func(have pushletSubscription) bool { return have.sid == p.sid }) {
		p.sid = pushletSID()
	}
	s.subscriptions, s.at = append(s.subscriptions, p), at
	return p, true
}

// pushletSID names a subscription within its session, as the original does.
func pushletSID() string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	var b [5]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:])
}

// unsubscribe ends the subscription of a sid, or all when that is empty. It
// returns the topics that are no longer needed.
func (s *pushletSession) unsubscribe(sid string) (ended pushletSubscription, topics []string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.subscriptions, func(p pushletSubscription) bool { return p.sid == sid })
	switch {
	case sid == "":
		s.subscriptions = nil
	case i < 0:
		return ended, nil, false
	default:
		ended = s.subscriptions[i]
		s.subscriptions = slices.Delete(s.subscriptions, i, i+1)
	}
	return ended, s.forgetLocked(), true
}

// forgetLocked forgets topics that no subscription needs.
func (s *pushletSession) forgetLocked() (topics []string) {
	for topic := range s.at {
		if !slices.ContainsFunc(s.subscriptions, func(p pushletSubscription) bool { return p.needs(topic) }) {
			delete(s.at, topic)
			delete(s.told, topic)
			topics = append(topics, topic)
		}
	}
	return topics
}

// match is the first subscription to a room, and the subject under which it is
// told.
func (s *pushletSession) match(room int64) (sid, label, subject string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.subscriptions {
		for _, subject := range p.subjects {
			if subject.matches(room) {
				return p.sid, p.label, subject.tells(room), true
			}
		}
	}
	return "", "", "", false
}

// lose notes that the user no longer has a room, or may not: it asks again, for
// /chat. It returns the subscriptions that are over with it, by the subjects that
// have ended.
func (s *pushletSession) lose(topic string) (ended []pushletSubscription) {
	room := pushletRoomID(topic)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.at, topic)
	delete(s.told, topic)
	if room == 0 {
		return nil
	}
	for i := range s.subscriptions {
		p := &s.subscriptions[i]
		left := make([]pushletSubject, 0, len(p.subjects))
		for _, subject := range p.subjects {
			if subject.all || subject.room != room {
				left = append(left, subject)
			} else {
				ended = append(ended, pushletSubscription{sid: p.sid, label: p.label, text: subject.text})
			}
		}
		p.subjects = left
	}
	s.subscriptions = slices.DeleteFunc(s.subscriptions, func(p pushletSubscription) bool { return len(p.subjects) == 0 })
	if s.followsAllLocked() {
		s.added = append(s.added, room)
	}
	return ended
}

func (s *pushletSession) followsAllLocked() bool {
	return slices.ContainsFunc(s.subscriptions, func(p pushletSubscription) bool {
		return slices.ContainsFunc(p.subjects, func(subject pushletSubject) bool { return subject.all })
	})
}

// pushletSessions finds sessions.
type pushletSessions struct {
	mu     sync.Mutex
	all    map[string]*pushletSession
	quotas map[string]int // sessions of each
	sweep  time.Time
}

func newPushletSessions() *pushletSessions {
	return &pushletSessions{all: map[string]*pushletSession{}, quotas: map[string]int{}}
}

// pushletQuotaOf is whose sessions are counted together.
func pushletQuotaOf(who comet.Principal) string { return cmp.Or(who.Quota, who.User) }

// Begin makes a session. When there are too many, it takes the place of the one
// that has not been used for the longest time. It returns nil when all are in use.
func (p *pushletSessions) Begin(who comet.Principal, format pushlet.Format) *pushletSession {
	now := time.Now()
	s := &pushletSession{
		id: rand.Text(), who: who, format: format, mode: "stream", used: now,
		due: make(chan struct{}, 1), at: map[string]comet.Position{}, told: map[string]bool{},
	}
	quota := pushletQuotaOf(who)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !now.Before(p.sweep) {
		p.sweepLocked(now)
	}
	if p.quotas[quota] >= pushletQuota {
		unused := p.longestUnusedLocked(quota)
		if unused == nil {
			return nil
		}
		p.endLocked(unused)
	}
	p.all[s.id] = s
	p.quotas[quota]++
	return s
}

// longestUnusedLocked is the session of a quota that has been without a request
// for the longest time, nil when all have one under way.
func (p *pushletSessions) longestUnusedLocked(quota string) (unused *pushletSession) {
	var since time.Time
	for _, s := range p.all {
		if pushletQuotaOf(s.who) != quota {
			continue
		}
		if used, inside := s.lastUse(); !inside && (unused == nil || used.Before(since)) {
			unused, since = s, used
		}
	}
	return unused
}

// Find returns the session of an id, nil when there is none.
func (p *pushletSessions) Find(id string) *pushletSession {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.all[id]
	if s == nil || s.idle(time.Now()) {
		return nil
	}
	return s
}

// End ends a session.
func (p *pushletSessions) End(s *pushletSession) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endLocked(s)
}

// EndLogin ends all sessions of a login.
func (p *pushletSessions) EndLogin(login string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.all {
		if s.who.Login == login {
			p.endLocked(s)
		}
	}
}

func (p *pushletSessions) endLocked(s *pushletSession) {
	if p.all[s.id] != s {
		return
	}
	delete(p.all, s.id)
	quota := pushletQuotaOf(s.who)
	if p.quotas[quota]--; p.quotas[quota] == 0 {
		delete(p.quotas, quota)
	}
	s.end()
}

// end lets a request that is still being opened end, too, once it begins. Those
// that have begun the hub ends, which says why.
func (s *pushletSession) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
}

// sweepLocked ends sessions that nobody uses, at least once a minute while there
// are new ones.
func (p *pushletSessions) sweepLocked(now time.Time) {
	p.sweep = now.Add(time.Minute)
	for _, s := range p.all {
		if s.idle(now) {
			p.endLocked(s)
		}
	}
}
