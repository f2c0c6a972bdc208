package app

import (
	"bytes"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"chatd/store"
	"chatd/store/storetest"
)

// A cutter stands between a store and its database. It loses the answer to the
// first request that holds the needle, together with the connection, or hands
// it on later. And it counts requests.
type cutter struct {
	url    string
	needle atomic.Pointer[[]byte]
	cuts   atomic.Int32
	// later is closed when the answer may go on. Without it the answer is lost.
	later atomic.Pointer[chan struct{}]
	// asked counts the requests that hold counted.
	counted atomic.Pointer[[]byte]
	asked   atomic.Int32
	conns   sync.WaitGroup
	listen  net.Listener

	mu   sync.Mutex
	open []net.Conn
}

// off takes the database away.
func (c *cutter) off() {
	_ = c.listen.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.open {
		_ = conn.Close()
	}
}

// newCutWorld starts an App whose database is reached through a cutter.
func newCutWorld(t *testing.T, config store.Config) (*world, *cutter) {
	t.Helper()
	cut := newCutter(t, storetest.URL(t))
	config.URL = cut.url
	return newWorldAt(t, config), cut
}

// newCutter listens where databaseURL is to be reached from now on.
func newCutter(t *testing.T, databaseURL string) *cutter {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	network, address := "tcp", u.Host
	query := u.Query()
	if dir := query.Get("host"); dir != "" {
		port := query.Get("port")
		if port == "" {
			port = "5432"
		}
		network, address = "unix", filepath.Join(dir, ".s.PGSQL."+port)
	}
	// A socket's path may have 107 bytes, so not in t.TempDir.
	dir, err := os.MkdirTemp("", "cut") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	u.Host = ""
	query.Set("host", dir)
	query.Set("port", "5432")
	u.RawQuery = query.Encode()
	c := &cutter{url: u.String(), listen: listener}
	c.conns.Go(func() { c.accept(network, address) })
	t.Cleanup(func() {
		c.off()
		c.conns.Wait()
	})
	return c
}

func (c *cutter) accept(network, address string) {
	for {
		client, err := c.listen.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(network, address)
		if err != nil {
			_ = client.Close()
			continue
		}
		c.mu.Lock()
		c.open = append(c.open, client, server)
		c.mu.Unlock()
		var lose atomic.Bool
		c.conns.Go(func() {
			defer server.Close()
			c.pass(server, client, func(request []byte) bool {
				if counted := c.counted.Load(); counted != nil && bytes.Contains(request, *counted) {
					c.asked.Add(1)
				}
				if needle := c.needle.Load(); needle != nil && bytes.Contains(request, *needle) && c.needle.CompareAndSwap(needle, nil) {
					lose.Store(true)
				}
				return true
			})
		})
		c.conns.Go(func() {
			defer client.Close()
			c.pass(client, server, func([]byte) bool {
				if !lose.Load() {
					return true
				}
				c.cuts.Add(1)
				later := c.later.Load()
				if later == nil {
					return false
				}
				<-*later
				lose.Store(false)
				return true
			})
		})
	}
}

// pass hands on what comes from one side to the other while ok.
func (c *cutter) pass(to, from net.Conn, ok func([]byte) bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil || !ok(buffer[:n]) {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
