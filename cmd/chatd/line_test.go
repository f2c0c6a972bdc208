package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// line stands between a chatd and its PostgreSQL, on a socket of its own. It
// can be cut, and it can keep the rings of the doorbell to itself.
type line struct {
	url string
	// mute swallows notifications: LISTEN works and never hears anything.
	mute atomic.Bool
	// swallowed and passed count notifications.
	swallowed, passed atomic.Int64

	network, address string // of the server
	listener         net.Listener
	conns            sync.WaitGroup

	mu   sync.Mutex
	down bool
	open map[net.Conn]struct{}
}

// newLine listens where a database is to be reached from now on. The server is
// reached without TLS.
func newLine(t *testing.T, database string) *line {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{network: "tcp", address: u.Host, open: map[net.Conn]struct{}{}}
	query := u.Query()
	if dir := query.Get("host"); dir != "" {
		l.network, l.address = "unix", filepath.Join(dir, ".s.PGSQL."+query.Get("port"))
	}
	// A socket's path may have 107 bytes, so not in t.TempDir.
	dir, err := os.MkdirTemp("", "line") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	var config net.ListenConfig
	l.listener, err = config.Listen(t.Context(), "unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	u.Host = ""
	query.Set("host", dir)
	query.Set("port", "5432")
	u.RawQuery = query.Encode()
	l.url = u.String()
	l.conns.Go(l.accept)
	t.Cleanup(func() {
		_ = l.listener.Close()
		l.cut()
		l.conns.Wait()
	})
	return l
}

// cut ends every connection, and new ones as soon as they are made.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for conn := range l.open {
		_ = conn.Close()
	}
}

// mend lets new connections live again.
func (l *line) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
}

func (l *line) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.conns.Go(func() { l.carry(client) })
	}
}

// carry passes what both sides say until one of them ends.
func (l *line) carry(client net.Conn) {
	defer client.Close()
	var dialer net.Dialer
	server, err := dialer.Dial(l.network, l.address)
	if err != nil {
		return
	}
	defer server.Close()
	if !l.add(client, server) {
		return
	}
	defer l.remove(client, server)
	var asking sync.WaitGroup
	asking.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	l.answer(client, server)
	_ = client.Close()
	asking.Wait()
}

// answer passes what the server says, message by message: a letter, four bytes
// of length that count themselves, and the rest. A is a notification.
func (l *line) answer(client io.Writer, server io.Reader) {
	in, out := bufio.NewReader(server), bufio.NewWriter(client)
	for {
		head, err := in.Peek(5)
		if err != nil {
			return
		}
		to := io.Writer(out)
		switch {
		case head[0] == 'A' && l.mute.Load():
			l.swallowed.Add(1)
			to = io.Discard
		case head[0] == 'A':
			l.passed.Add(1)
		}
		if _, err := io.CopyN(to, in, 1+int64(binary.BigEndian.Uint32(head[1:]))); err != nil {
			return
		}
		if in.Buffered() == 0 && out.Flush() != nil {
			return
		}
	}
}

func (l *line) add(conns ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return false
	}
	for _, conn := range conns {
		l.open[conn] = struct{}{}
	}
	return true
}

func (l *line) remove(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range conns {
		delete(l.open, conn)
	}
}
