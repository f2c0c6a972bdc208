package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// keepAlive finds out within 30 s that a silent peer is gone: it is asked for a
// sign of life after 15 s, and every 5 s then.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

// listen opens the address, or says why not.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	config := net.ListenConfig{KeepAliveConfig: keepAlive, Control: tune}
	config.SetMultipathTCP(false) // browsers do not speak it, and connections would not get what tune sets
	listener, err := config.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is in use by another program; stop that one, or choose another address with CHATD_ADDR (such as localhost:8081)", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("this account may not listen on %s; choose a port above 1023 with CHATD_ADDR", addr)
	default:
		return nil, fmt.Errorf("chatd cannot listen on %s (%s); set CHATD_ADDR to an address of this machine, such as localhost:8080", addr, listenReason(err))
	}
}

// listenReason is why an address cannot be listened on.
func listenReason(err error) string {
	if text, ok := networkReason(err); ok {
		return text
	}
	return err.Error()
}
