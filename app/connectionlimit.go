package app

import (
	"net/http"
	"sync"
	"time"
)

// How many of the connection check's long answers there are at once, in all and
// for one network: an office behind one address may all try.
const (
	checksAtOnce    = 200
	checksByNetwork = 10
)

// connectionChecks bounds what anybody may ask without signing in.
type connectionChecks struct {
	rate *rateLimit[string] // by network

	ended chan struct{} // closed by end
	once  sync.Once

	mu      sync.Mutex
	running map[string]int // by network, each more than 0
	all     int
}

// newConnectionChecks allows a network 200 requests at once, which are some 20
// checks, and 4 a second after that.
func newConnectionChecks() *connectionChecks {
	return &connectionChecks{
		rate:    newRateLimit[string](time.Second/4, 200),
		ended:   make(chan struct{}),
		running: map[string]int{},
	}
}

// allow returns a Problem when the network asks too often.
func (c *connectionChecks) allow(network string) error {
	if wait := c.rate.Wait(network); wait > 0 {
		return waitProblem(http.StatusTooManyRequests, "The connection is being checked too often from your network. Wait a moment and try again.", wait)
	}
	return nil
}

// begin takes a place for a long answer, which done gives back, or returns a
// Problem.
func (c *connectionChecks) begin(network string) (done func(), err error) {
	select {
	case <-c.ended:
		return nil, waitProblem(http.StatusServiceUnavailable, "chatd is stopping. Try again in a moment.", 2*time.Second)
	default:
	}
	if err := c.allow(network); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running[network] >= checksByNetwork {
		return nil, waitProblem(http.StatusTooManyRequests,
			"Others in your network are checking their connection at the moment. Try again in half a minute.", 30*time.Second)
	}
	if c.all >= checksAtOnce {
		return nil, waitProblem(http.StatusServiceUnavailable,
			"Many people are checking their connection at the moment. Try again in half a minute.", 30*time.Second)
	}
	c.running[network]++
	c.all++
	return func() { c.leave(network) }, nil
}

func (c *connectionChecks) leave(network string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.running[network]--; c.running[network] == 0 {
		delete(c.running, network)
	}
}

// end ends the long answers at once and refuses new ones.
func (c *connectionChecks) end() { c.once.Do(func() { close(c.ended) }) }
