package app

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A connectionEcho is what chatd sees of a request, for the connection check:
// of the caller's own request and of nothing else. A proxy's headers are named,
// and their values are left out, which may tell of the network behind it.
type connectionEcho struct {
	HTTP            string    `json:"http"`              // the version of the last hop, such as HTTP/1.1
	Host            string    `json:"host"`              // by which chatd was called
	Address         string    `json:"address"`           // of the client, as chatd understands it
	ProxyHeaders    []string  `json:"proxy_headers"`     // those that only intermediaries set
	ProxyTrusted    bool      `json:"proxy_trusted"`     // the peer is one of CHATD_TRUSTED_PROXIES
	PublicURL       string    `json:"public_url"`        // empty when none is set
	PublicURLAgrees bool      `json:"public_url_agrees"` // or there is none
	Hints           []string  `json:"hints"`             // what to change, as sentences
	Time            time.Time `json:"time"`
}

// echoConnection answers at once with what chatd sees of the request.
func (a *App) echoConnection(w http.ResponseWriter, r *http.Request) {
	if err := a.checks.allow(network(address(r.Context()))); err != nil {
		a.fail(w, r, err)
		return
	}
	asSent(w.Header(), jsonType)
	// The client may be gone; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(a.echoOf(r))
}

func (a *App) echoOf(r *http.Request) connectionEcho {
	echo := connectionEcho{
		HTTP:            r.Proto,
		Host:            r.Host,
		Address:         address(r.Context()),
		ProxyHeaders:    proxyHeaders(r.Header),
		ProxyTrusted:    a.trusts(hostOf(r.RemoteAddr)),
		PublicURLAgrees: true,
		Hints:           []string{},
		Time:            time.Now().UTC(),
	}
	if u := a.config.PublicURL; u != nil {
		echo.PublicURL = u.String()
		echo.PublicURLAgrees = calls(r.Host, u)
	}
	hint := func(needed bool, text string) {
		if needed {
			echo.Hints = append(echo.Hints, text)
		}
	}
	told := len(r.Header["X-Forwarded-For"]) > 0
	hint(told && !echo.ProxyTrusted, "X-Forwarded-For came from "+echo.Address+", which is not trusted, so it is not believed. "+
		"If that is your proxy, add its address to CHATD_TRUSTED_PROXIES.")
	hint(!told && echo.ProxyTrusted, "The proxy does not tell who asks, so everybody seems to come from its address. Have it set X-Forwarded-For.")
	hint(!echo.PublicURLAgrees, "chatd was called by another name than the one in CHATD_PUBLIC_URL. "+
		"Have the proxy pass the Host header on, or correct that setting.")
	hint(!r.ProtoAtLeast(1, 1), "Whatever stands in front of chatd speaks HTTP/1.0 to it. That works, but each request takes a connection of its own. "+
		"In nginx, set proxy_http_version to 1.1.")
	return echo
}

// asSent marks an answer that has to reach the client as it was sent: not kept,
// not compressed and not held back by intermediaries that heed that.
func asSent(h http.Header, contentType string) {
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
}

// proxyHeaders names the headers that only intermediaries set.
func proxyHeaders(h http.Header) []string {
	names := []string{}
	for name := range h {
		if fromProxy(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// trusts reports whether what the peer forwards is believed.
func (a *App) trusts(peer string) bool {
	addr, err := netip.ParseAddr(peer)
	if err != nil {
		return false
	}
	addr = addr.Unmap().WithZone("")
	return slices.ContainsFunc(a.config.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// calls reports whether a Host header names the host of u.
func calls(host string, u *url.URL) bool {
	return strings.EqualFold(withPort(host, u.Scheme), withPort(u.Host, u.Scheme))
}

// withPort adds the scheme's port to an authority that has none.
func withPort(authority, scheme string) string {
	if _, _, err := net.SplitHostPort(authority); err == nil {
		return authority
	}
	port := "80"
	if scheme == "https" {
		port = "443"
	}
	return net.JoinHostPort(hostOf(authority), port)
}
