package app

import (
	"crypto/sha256"
	"sync"
	"time"
)

// workedTokens remembers by their digests which access tokens have worked
// lately. They are no guesses, whatever else comes from their address. It keeps
// two generations of a bounded size, so a token is remembered for half a day to
// a day unless very many are in use.
type workedTokens struct {
	mu          sync.Mutex
	young, old  map[tokenDigest]struct{}
	generations time.Time // when the next one begins
}

type tokenDigest = [sha256.Size]byte

const (
	workedGeneration = 12 * time.Hour
	workedEntries    = 20_000 // of one generation
)

func newWorkedTokens() *workedTokens {
	return &workedTokens{young: map[tokenDigest]struct{}{}, generations: time.Now().Add(workedGeneration)}
}

// Note remembers a token that has just worked.
func (w *workedTokens) Note(token tokenDigest) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ageLocked()
	if _, noted := w.young[token]; !noted && len(w.young) >= workedEntries {
		w.nextLocked()
	}
	w.young[token] = struct{}{}
}

// Lately reports whether a token has worked lately.
func (w *workedTokens) Lately(token tokenDigest) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ageLocked()
	_, young := w.young[token]
	_, old := w.old[token]
	return young || old
}

// Forget is for a token that has ceased to exist.
func (w *workedTokens) Forget(token tokenDigest) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.young, token)
	delete(w.old, token)
}

func (w *workedTokens) ageLocked() {
	late := time.Since(w.generations)
	if late >= 0 {
		w.nextLocked()
	}
	if late >= workedGeneration {
		w.nextLocked()
	}
}

func (w *workedTokens) nextLocked() {
	w.young, w.old = map[tokenDigest]struct{}{}, w.young
	w.generations = time.Now().Add(workedGeneration)
}
