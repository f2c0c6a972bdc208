package app

import (
	"container/list"
	"crypto/sha256"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const (
	// throttleEntries bounds the memory to some tens of MB. When it is full,
	// what was not used for the longest time is forgotten.
	throttleEntries = 100_000
	// throttleMemory is how long a failed try counts after the last one.
	throttleMemory = time.Hour
)

// One person's account, tried from one address: after freeTries the next one
// waits firstWait, and each further one twice as long, up to longestWait.
// Somebody else at another address can never lock the person out.
const (
	freeTries   = 10
	firstWait   = 2 * time.Second
	longestWait = 15 * time.Minute
)

// All accounts together, tried from one address: a bucket of tries that fills
// again at a steady rate, so that the wait is never longer than addressRefill.
// That is far more than an office behind one address mistypes, and far less
// than guessing needs.
const (
	addressTries  = 300
	addressRefill = 12 * time.Second
)

// Throttle slows down the guessing of passwords. It counts failed tries per
// account and address together, and more mildly per address over all
// accounts. Its counts live in memory: a restart forgets them.
type Throttle struct {
	mu      sync.Mutex
	entries map[throttleKey]*list.Element // values are *throttleEntry
	recent  *list.List                    // the last used first
}

// A throttleKey is a digest, so that long names take no memory.
type throttleKey [sha256.Size]byte

type throttleEntry struct {
	key   throttleKey
	last  time.Time // the last booked try
	tries int
	// When the bucket of an address is full again (GCRA, ITU-T I.371).
	full time.Time
}

// NewThrottle returns a throttle that has seen nothing.
func NewThrottle() *Throttle {
	return &Throttle{entries: map[throttleKey]*list.Element{}, recent: list.New()}
}

// Try books a try of an account (a login, a user, a
// token) from an address. It counts as failed until Succeeded or Cancel is told,
// so that many at the same time do not slip through. A positive wait means that the
// try is refused and not booked, and may be made after that time.
func (t *Throttle) Try(account, address string) (wait time.Duration) {
	now := time.Now()
	pair, single := throttleKeys(account, address)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expireLocked(now)
	if wait = t.waitLocked(pair, single, now); wait > 0 {
		return wait
	}
	t.bookLocked(pair, now)
	t.bookLocked(single, now)
	return 0
}

// Wait is Try without booking anything, for what fails so rarely that many at
// the same time need not be feared: Failed books it afterwards.
func (t *Throttle) Wait(account, address string) time.Duration {
	now := time.Now()
	pair, single := throttleKeys(account, address)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expireLocked(now)
	return t.waitLocked(pair, single, now)
}

// Failed books a try that was not booked before and has failed.
func (t *Throttle) Failed(account, address string) {
	now := time.Now()
	pair, single := throttleKeys(account, address)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bookLocked(pair, now)
	t.bookLocked(single, now)
}

// Succeeded forgets the failed tries of the account from the address. Those
// of the address stay: a guesser may own an account too.
func (t *Throttle) Succeeded(account, address string) {
	pair, single := throttleKeys(account, address)
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.entries[pair]; ok {
		t.removeLocked(e)
	}
	t.takeBackLocked(single)
}

// Cancel takes a booked try back: the password was never checked.
func (t *Throttle) Cancel(account, address string) {
	pair, single := throttleKeys(account, address)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.takeBackLocked(pair)
	t.takeBackLocked(single)
}

// throttleKeys returns the key of the account at the address and that of the
// address alone.
func throttleKeys(account, address string) (pair, single throttleKey) {
	address = network(address)
	account = cases.Fold().String(norm.NFKC.String(strings.TrimSpace(account)))
	return sha256.Sum256([]byte(address + "\x00" + account)), sha256.Sum256([]byte(address))
}

// network is what one customer of a provider has: an IPv4 address, or 64 bits
// of an IPv6 address, within which a single machine can take any address.
func network(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

func (t *Throttle) waitLocked(pair, single throttleKey, now time.Time) time.Duration {
	return max(0, t.entryLocked(pair).accountWait(now), t.entryLocked(single).addressWait(now))
}

// entryLocked is what is known of a key, or an empty entry.
func (t *Throttle) entryLocked(key throttleKey) throttleEntry {
	if e, ok := t.entries[key]; ok {
		return *e.Value.(*throttleEntry)
	}
	return throttleEntry{}
}

// accountWait is how long the next try of this account has to wait.
func (e throttleEntry) accountWait(now time.Time) time.Duration {
	if e.tries < freeTries {
		return 0
	}
	pause := longestWait
	if doublings := e.tries - freeTries; doublings < 10 {
		pause = min(firstWait<<doublings, longestWait)
	}
	return pause - now.Sub(e.last)
}

// addressWait is how long the next try from this address has to wait.
func (e throttleEntry) addressWait(now time.Time) time.Duration {
	if e.full.Before(now) {
		return 0
	}
	return e.full.Sub(now) - (addressTries-1)*addressRefill
}

// bookLocked counts one try.
func (t *Throttle) bookLocked(key throttleKey, now time.Time) {
	e, ok := t.entries[key]
	if !ok {
		if len(t.entries) >= throttleEntries {
			t.removeLocked(t.recent.Back())
		}
		e = t.recent.PushFront(&throttleEntry{key: key})
		t.entries[key] = e
	}
	entry := e.Value.(*throttleEntry)
	entry.tries++
	entry.last = now
	if entry.full.Before(now) {
		entry.full = now
	}
	entry.full = entry.full.Add(addressRefill)
	t.recent.MoveToFront(e)
}

// takeBackLocked counts one try less.
func (t *Throttle) takeBackLocked(key throttleKey) {
	if e, ok := t.entries[key]; ok {
		entry := e.Value.(*throttleEntry)
		entry.tries = max(0, entry.tries-1)
		entry.full = entry.full.Add(-addressRefill)
	}
}

// expireLocked forgets what is old. The list is in the order of last, so only
// what has to go is looked at.
func (t *Throttle) expireLocked(now time.Time) {
	for e := t.recent.Back(); e != nil; e = t.recent.Back() {
		if now.Sub(e.Value.(*throttleEntry).last) < throttleMemory {
			return
		}
		t.removeLocked(e)
	}
}

func (t *Throttle) removeLocked(e *list.Element) {
	t.recent.Remove(e)
	delete(t.entries, e.Value.(*throttleEntry).key)
}
