package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestOnlyTrustedProxiesAreBelieved(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		name, peer string
		forwarded  []string
		trusted    []netip.Prefix
		want       string
	}{
		{"no proxy", "203.0.113.9:4711", nil, nil, "203.0.113.9"},
		{"forged without a proxy", "203.0.113.9:4711", []string{"198.51.100.1"}, nil, "203.0.113.9"},
		{"forged past the proxies", "203.0.113.9:4711", []string{"198.51.100.1"}, proxies, "203.0.113.9"},
		{"one proxy", "10.0.0.1:80", []string{"198.51.100.1"}, proxies, "198.51.100.1"},
		{"forged through a proxy", "10.0.0.1:80", []string{"192.0.2.66, 198.51.100.1"}, proxies, "198.51.100.1"},
		{"forged in a line of its own", "10.0.0.1:80", []string{"192.0.2.66", "198.51.100.1"}, proxies, "198.51.100.1"},
		{"two proxies", "[fd00::1]:80", []string{"192.0.2.66, 198.51.100.1, 10.1.2.3"}, proxies, "198.51.100.1"},
		{"garbage through a proxy", "10.0.0.1:80", []string{"198.51.100.1, unknown"}, proxies, "10.0.0.1"},
		{"nothing from a proxy", "10.0.0.1:80", nil, proxies, "10.0.0.1"},
		{"IPv4 in IPv6", "[::ffff:203.0.113.9]:80", nil, proxies, "203.0.113.9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.peer
			r.Header["X-Forwarded-For"] = c.forwarded
			var got string
			handler := addressed(c.trusted)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				got = address(r.Context())
			}))
			ctx := context.WithValue(r.Context(), peerKey, hostOf(r.RemoteAddr))
			handler.ServeHTTP(httptest.NewRecorder(), r.WithContext(ctx))
			if got != c.want {
				t.Errorf("address %q, want %q", got, c.want)
			}
		})
	}
}

func TestOnlyTheMachineItselfNeedsNoSetUpCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, peer, host string
		header           http.Header
		want             bool
	}{
		{"localhost", "127.0.0.1:4711", "localhost:8080", nil, true},
		{"loopback address", "127.0.0.1:4711", "127.0.0.1:8080", nil, true},
		{"IPv6", "[::1]:4711", "[::1]:8080", nil, true},
		{"IPv6 without a port", "[::1]:4711", "[::1]", nil, true},
		{"another machine", "192.0.2.1:4711", "localhost:8080", nil, false},
		{"a name in the network", "127.0.0.1:4711", "chat.lan:8080", nil, false},
		{"a rebound name", "127.0.0.1:4711", "127.0.0.1.evil.example", nil, false},
		{"a proxy with X-Forwarded-For", "127.0.0.1:4711", "localhost", http.Header{"X-Forwarded-For": {"203.0.113.9"}}, false},
		{"a proxy with X-Forwarded-Proto", "127.0.0.1:4711", "localhost", http.Header{"X-Forwarded-Proto": {"https"}}, false},
		{"a proxy with Forwarded", "127.0.0.1:4711", "localhost", http.Header{"Forwarded": {"for=203.0.113.9"}}, false},
		{"a proxy with Via", "127.0.0.1:4711", "localhost", http.Header{"Via": {"1.1 squid"}}, false},
		{"a proxy with X-Real-IP", "127.0.0.1:4711", "localhost", http.Header{"X-Real-Ip": {"203.0.113.9"}}, false},
		{"HTTP/1.0, as nginx speaks by default", "127.0.0.1:4711", "localhost", nil, false},
		{"no address", "@", "localhost", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/api/v1/setup", nil)
			r.RemoteAddr, r.Host = c.peer, c.host
			if c.header != nil {
				r.Header = c.header
			}
			if c.name == "HTTP/1.0, as nginx speaks by default" {
				r.Proto, r.ProtoMinor = "HTTP/1.0", 0
			}
			if got := fromThisMachine(r); got != c.want {
				t.Errorf("fromThisMachine = %v, want %v", got, c.want)
			}
		})
	}
}
