package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// The addresses of the link (RFC 5737).
const (
	nearAddress = "192.0.2.1"
	farAddress  = "192.0.2.2"
)

// farEnd is a thread in a network namespace of its own, and a link that leads
// to it from the one of this process.
type farEnd struct {
	// do holds what the thread is to do next. Closed by the end of the test.
	do chan func()
}

// newFarEnd makes the link. It needs the rights of root over the network
// namespace of this process.
func newFarEnd(t *testing.T) *farEnd {
	t.Helper()
	far := &farEnd{do: make(chan func())}
	begun, ended := make(chan error), make(chan struct{})
	var thread int
	go func() {
		defer close(ended)
		runtime.LockOSThread() // for good: the thread ends with its goroutine
		thread = unix.Gettid()
		begun <- unix.Unshare(unix.CLONE_NEWNET)
		for f := range far.do {
			f()
		}
	}()
	t.Cleanup(func() {
		close(far.do)
		<-ended
	})
	if err := <-begun; err != nil {
		t.Fatalf("a network namespace cannot be made (%v); run this test as root, or where unprivileged user namespaces are allowed", err)
	}
	ctx := t.Context()
	err := errors.Join(
		ip(ctx, "link", "set", "lo", "up"),
		ip(ctx, "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", strconv.Itoa(thread)),
		ip(ctx, "address", "add", nearAddress+"/24", "dev", "near"),
		ip(ctx, "link", "set", "near", "up"),
		far.ip(ctx, "address", "add", farAddress+"/24", "dev", "far"),
		far.ip(ctx, "link", "set", "far", "up"),
	)
	if err != nil {
		t.Fatal(err)
	}
	return far
}

// cutLink takes the far end away. Nobody is told.
func (far *farEnd) cutLink(t *testing.T) {
	t.Helper()
	if err := far.ip(t.Context(), "link", "set", "far", "down"); err != nil {
		t.Fatal(err)
	}
}

// browser is Ana's browser at the far end.
func (far *farEnd) browser(t *testing.T, chatd *program) *browser {
	t.Helper()
	u, err := url.Parse(chatd.url)
	if err != nil {
		t.Fatal(err)
	}
	b := chatd.browser(t)
	b.base = "http://" + net.JoinHostPort(nearAddress, u.Port())
	transport := &http.Transport{DialContext: far.dial}
	t.Cleanup(transport.CloseIdleConnections)
	b.client.Transport = transport
	b.signIn(t, "ana", anasPassword)
	return b
}

func (far *farEnd) dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	far.on(func() {
		dialer := net.Dialer{KeepAlive: -1} // it is the server who is to ask
		conn, err = dialer.DialContext(ctx, network, address)
	})
	return conn, err
}

// established counts the connections from the far end that our end has not
// given up.
func (far *farEnd) established(t *testing.T) (n int) {
	t.Helper()
	const established = "01"
	peer := fmt.Sprintf("%08X:", binary.NativeEndian.Uint32(net.ParseIP(farAddress).To4()))
	for _, table := range []string{"tcp", "tcp6"} { // a listener for both takes IPv4 as IPv6
		text, err := os.ReadFile(filepath.Join("/proc/thread-self/net", table))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line) // number, local address, peer's address, state, …
			if strings.Contains(fields[2], peer) && fields[3] == established {
				n++
			}
		}
	}
	return n
}

// on runs f there: the programs that it starts and the sockets that it makes
// are in the far namespace.
func (far *farEnd) on(f func()) {
	done := make(chan struct{})
	far.do <- func() {
		f()
		close(done)
	}
	<-done
}

func (far *farEnd) ip(ctx context.Context, arguments ...string) (err error) {
	far.on(func() { err = ip(ctx, arguments...) })
	return err
}

// ip configures the network with the program of that name.
func ip(ctx context.Context, arguments ...string) error {
	program := "ip"
	for _, dir := range []string{"/usr/sbin", "/sbin"} { // where an ordinary account does not look
		if _, err := exec.LookPath(program); err == nil {
			break
		}
		program = filepath.Join(dir, "ip")
	}
	out, err := exec.CommandContext(ctx, program, arguments...).CombinedOutput()
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("this test needs the program ip; install iproute2")
	}
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(arguments, " "), err, out)
	}
	return nil
}
