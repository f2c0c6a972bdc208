package store_test

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"chatd/store"
)

// cutter stands between a store and its database and can lose an answer: the
// next thing the server says on some connection is not passed on, and the
// connection ends.
type cutter struct {
	url  string
	cuts atomic.Int64 // answers still to be lost

	listener net.Listener
	server   *pgx.ConnConfig
	conns    sync.WaitGroup
}

// newCutter listens on a socket of its own. The URL that leads to it is like
// that of the world's database.
func (w *world) newCutter() *cutter {
	w.t.Helper()
	server := w.sql.Config().ConnConfig
	dir := w.t.(*testing.T).TempDir()
	listener, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	w.ok(err)
	c := &cutter{
		url:      fmt.Sprintf("host=%s port=5432 user=%s password='%s' dbname=%s sslmode=disable", dir, server.User, server.Password, server.Database),
		listener: listener, server: server,
	}
	c.conns.Go(c.accept)
	w.t.Cleanup(func() {
		_ = listener.Close()
		c.conns.Wait()
	})
	return c
}

// open opens a store through the cutter.
func (c *cutter) open(w *world) *store.Store {
	w.t.Helper()
	s, err := store.Open(w.ctx(), store.Config{URL: c.url})
	w.ok(err)
	w.t.Cleanup(s.Close)
	return s
}

func (c *cutter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.conns.Go(func() { c.pass(client) })
	}
}

// pass carries bytes between a client and the server until one of them ends.
func (c *cutter) pass(client net.Conn) {
	defer client.Close()
	network, address := pgconn.NetworkAddress(c.server.Host, c.server.Port)
	server, err := net.Dial(network, address)
	if err != nil {
		return
	}
	var asked sync.WaitGroup
	asked.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	defer asked.Wait()
	defer client.Close()
	defer server.Close()
	buf := make([]byte, 1<<16)
	for {
		n, err := server.Read(buf)
		if err != nil || c.cuts.Load() > 0 && c.cuts.Add(-1) >= 0 {
			return
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}
