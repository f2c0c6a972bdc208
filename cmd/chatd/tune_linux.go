package main

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// deadPeer is how long what was sent may stay unacknowledged before the
	// kernel gives the connection up; by itself it tries for 15 minutes.
	deadPeer = 30 * time.Second
	// unsent is how many bytes wait in the kernel that are not on their way yet.
	// What a slow reader has not taken stays in the shared rings of the hub.
	unsent = 16 << 10
)

// tune sets the options of the listening socket that the kernel hands on to
// every connection it accepts. A kernel that does not have them serves as well,
// so that is no error.
func tune(_, _ string, socket syscall.RawConn) error {
	return socket.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(deadPeer/time.Millisecond))
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsent)
	})
}
