package app

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/go-chi/chi/v5/middleware"
)

// addressed finds out the address of the person behind each request: the
// peer, or, when the peer is one of our proxies, the last address in
// X-Forwarded-For that no trusted proxy vouches for. What a client forges
// stands left of that and is never read.
func addressed(trusted []netip.Prefix) func(http.Handler) http.Handler {
	if len(trusted) == 0 {
		return middleware.ClientIPFromRemoteAddr
	}
	prefixes := make([]string, len(trusted))
	for i, p := range trusted {
		prefixes[i] = p.String()
	}
	return middleware.ClientIPFromXFF(prefixes...)
}

// address is the client's address. When a trusted proxy forwarded something
// unreadable, it is the proxy's.
func address(ctx context.Context) string {
	peer, _ := ctx.Value(peerKey).(string)
	return cmp.Or(middleware.GetClientIP(ctx), peer)
}

// fromThisMachine reports whether r was made on this very machine, by somebody
// who may set up the workspace without the code. A reverse proxy on the same
// machine is a loopback peer too, so nothing may hint at one: no forwarding
// header, a Host that only this machine understands, and not HTTP/1.0, which no
// browser speaks but nginx does unless told otherwise (with "Host: localhost"
// and no header of its own).
func fromThisMachine(r *http.Request) bool {
	return isLoopback(hostOf(r.RemoteAddr)) && !forwarded(r.Header) && r.ProtoAtLeast(1, 1) && calledLocal(r)
}

// calledLocal reports whether r calls chatd by a name that every machine has
// for itself.
func calledLocal(r *http.Request) bool {
	host := hostOf(r.Host)
	return strings.EqualFold(host, "localhost") || isLoopback(host)
}

// hostOf takes port and brackets off an authority.
func hostOf(authority string) string {
	if host, _, err := net.SplitHostPort(authority); err == nil {
		return host
	}
	return strings.Trim(authority, "[]")
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

func forwarded(h http.Header) bool {
	for name := range h {
		if fromProxy(name) {
			return true
		}
	}
	return false
}

// fromProxy reports whether only intermediaries set the header of this
// canonical name.
func fromProxy(name string) bool {
	return name == "Forwarded" || name == "Via" || name == "X-Real-Ip" || strings.HasPrefix(name, "X-Forwarded")
}
