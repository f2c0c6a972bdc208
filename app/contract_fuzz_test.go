package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
)

// How a fuzz run is cut up. A new town for each round keeps lists short.
const (
	fuzzers   = 2
	fuzzRound = 40 * time.Second
)

// fuzzTime is how long TestNothingBreaksWhateverIsAsked asks: CHATD_TEST_FUZZ,
// a Go duration.
func fuzzTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("CHATD_TEST_FUZZ")
	if text == "" {
		return 5 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("CHATD_TEST_FUZZ: %v", err)
	}
	return d
}

// fuzzSeed is CHATD_TEST_FUZZ_SEED, or a new one.
func fuzzSeed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("CHATD_TEST_FUZZ_SEED")
	if text == "" {
		return rand.Uint64()
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("CHATD_TEST_FUZZ_SEED: %v", err)
	}
	return seed
}

// A tally is what a fuzz run has seen.
type tally struct {
	mu       sync.Mutex
	requests int
	statuses map[int]int
	good     map[string]int // by operation
	failures []string
}

func (c *tally) count(o *specOperation, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	c.statuses[status]++
	if o != nil && status < 300 {
		c.good[o.String()]++
	}
}

// fail keeps a failure. It reports whether there are enough.
func (c *tally) fail(failure string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures = append(c.failures, failure)
}

func (c *tally) enough() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.failures) >= 10
}

// Whatever anybody asks of any operation in the document, the answer is one
// that the document promises. It is alone in its package while it runs: a
// server that has too much to do says so with 503.
func TestNothingBreaksWhateverIsAsked(t *testing.T) {
	seed, end := fuzzSeed(t), time.Now().Add(fuzzTime(t))
	seen := &tally{statuses: map[int]int{}, good: map[string]int{}}
	var spec *spec
	for round := uint64(0); (round == 0 || time.Now().Before(end)) && !seen.enough(); round++ {
		until := time.Now().Add(fuzzRound)
		if until.After(end) {
			until = end
		}
		t.Run(fmt.Sprintf("round %d", round), func(t *testing.T) {
			spec = fuzzTown(t, seed+round, until, seen)
		})
	}
	t.Logf("%d requests with seed %d; answers by status: %v", seen.requests, seed, seen.statuses)
	for _, failure := range seen.failures {
		t.Error(failure)
	}
	if n := seen.statuses[http.StatusServiceUnavailable]; n > 0 {
		t.Errorf("%d times the server had too much to do", n)
	}
	for _, o := range spec.operations() {
		// The workspace of a town is set up already.
		if seen.requests > 20_000 && seen.good[o.String()] == 0 && o.path != "/api/v1/setup" {
			t.Errorf("%s: there was no good answer; the run proves little", o)
		}
	}
}

// fuzzTown lets several fuzzers loose in a new town.
func fuzzTown(t *testing.T, seed uint64, until time.Time, seen *tally) *spec {
	w := newWorld(t, trustLoopback)
	// The limit on messages has its own tests.
	w.app.sends = newRateLimit[int64](time.Microsecond, 1_000_000)
	n := newTown(w)
	spec := n.keeper.spec()
	shared := &pool{keeper: userName(n.keeper.me.ID), texts: map[string][]string{}}
	shared.add("room", userName(n.room))
	shared.add("invite-token", n.keeper.invite())
	var group sync.WaitGroup
	var turn sync.Mutex
	for i := range uint64(fuzzers) {
		f := &fuzzer{
			town: n, turn: &turn, seen: seen, client: w.visitor().client, actors: newActors(),
			mill: &mill{Rand: rand.New(rand.NewPCG(seed, i)), spec: spec, pool: shared},
		}
		f.client.Jar = nil
		group.Go(func() { f.run(t.Context(), until) })
	}
	group.Wait()
	if log := w.log.String(); strings.Contains(log, "level=ERROR") {
		at := strings.Index(log, "level=ERROR")
		seen.fail("an error in the log: " + log[at:min(len(log), at+2000)])
	}
	return spec
}

// A fuzzer makes one request after the other, as one of its actors.
type fuzzer struct {
	*mill
	town   *town
	turn   *sync.Mutex // whose turn it is to renew an actor in the town
	seen   *tally
	client *http.Client
	actors []*actor
}

func (f *fuzzer) run(ctx context.Context, until time.Time) {
	operations := f.spec.operations()
	for time.Now().Before(until) && !f.seen.enough() {
		who := f.somebody()
		if err := f.ready(who); err != nil {
			f.seen.fail(err.Error())
			return
		}
		r := f.request(pick(f.mill, operations...))
		who.as(r)
		if err := f.ask(ctx, who, r); err != nil {
			f.seen.fail(fmt.Sprintf("%s: %s: %v", who.name, r, err))
		}
	}
}

// somebody is mostly somebody who is signed in.
func (f *fuzzer) somebody() *actor {
	for {
		who := pick(f.mill, f.actors...)
		if who.become != nil || f.chance(0.3) {
			return who
		}
	}
}

func (f *fuzzer) ready(who *actor) error {
	f.turn.Lock()
	defer f.turn.Unlock()
	return who.ready(f.town)
}

// ask sends a request and judges the answer.
func (f *fuzzer) ask(ctx context.Context, who *actor, r *madeRequest) error {
	got, err := f.send(ctx, r)
	if err != nil {
		if len(r.body) > visitorBodyLimit {
			return nil // the server need not read all of it
		}
		return err
	}
	o := f.spec.operationOf(f.town.app.handler.(chi.Routes), r)
	f.seen.count(o, got.StatusCode)
	v, err := f.spec.judge(o, r, got)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %s %v %.600s", err, got.Status, got.Header, got.body)
	case r.foreign() && got.StatusCode != http.StatusForbidden:
		return fmt.Errorf("another site got in: %s", got.Status)
	case got.StatusCode == http.StatusUnauthorized:
		who.dead = true
	case o != nil && got.StatusCode < 300:
		f.pool.harvest(o, v)
	}
	return nil
}

func (f *fuzzer) send(ctx context.Context, r *madeRequest) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, f.town.url+r.target, strings.NewReader(r.body))
	if err != nil {
		return answer{}, err
	}
	req.Header = maps.Clone(r.header)
	if host := slices.Concat(r.header["Host"]); len(host) > 0 {
		req.Host = host[0]
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return answer{resp, string(raw)}, errors.Join(err)
}
