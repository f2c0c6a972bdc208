package app

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A made request is one that a mill has made up for an operation.
type madeRequest struct {
	method, target string // the target is path and query, as they go out
	header         http.Header
	body           string
}

// String is enough to send it again.
func (r *madeRequest) String() string {
	return fmt.Sprintf("%s %.300s %v %.600q (%d bytes)", r.method, r.target, r.header, r.body, len(r.body))
}

// request makes a request of an operation: every other one is tame, the others
// are wild in some parts.
func (m *mill) request(o *specOperation) *madeRequest {
	wildness := func() float64 { return pick(m, 0, 0, 0, 0.05, 0.3) }
	r := &madeRequest{method: o.method, header: http.Header{}}
	m.wild = wildness()
	r.target = m.path(o)
	m.wild = wildness()
	r.target += m.query(o)
	m.wild = wildness()
	if sc := m.spec.body(o); sc != nil || m.chance(m.wild/4) {
		r.header.Set("Content-Type", jsonType)
		if r.body = "{}"; sc != nil {
			r.body = m.value(sc, "")
		}
		if m.chance(m.wild / 2) {
			r.body = m.broken(r.body)
		}
	}
	m.wild = wildness()
	m.headers(r)
	if o.method == http.MethodGet && m.chance(0.02) {
		r.method = http.MethodHead
	}
	return r
}

// path fills in an operation's path: with what exists, perhaps as somebody
// else's, and with what does not.
func (m *mill) path(o *specOperation) string {
	return pathParameter.ReplaceAllStringFunc(o.path, func(braces string) string {
		name := strings.Trim(braces, "{}")
		if !m.chance(max(m.wild, 0.05)) {
			return url.PathEscape(m.pool.text(m, parameterKind(o.path, name)))
		}
		switch m.IntN(6) {
		case 0:
			return url.PathEscape(pick(m, edges...))
		case 1:
			return newUUID()
		case 2:
			return strconv.Itoa(1_000_000 + m.IntN(1_000_000))
		case 3:
			return pick(m, "%2F", "%2e%2e", "..%2f..", "%00", "%ff", "%C0%80", "%E2%80%AE", "1%2F", "%31", ";", "a;b=c", "+1", "1,2", "%25", "*", "~", "")
		case 4:
			return strings.Repeat(pick(m, "9", "a", "%F0%9F%98%80"), pick(m, 20, 201, 4000))
		default:
			return url.PathEscape(m.anyText())
		}
	})
}

// query fills in an operation's query.
func (m *mill) query(o *specOperation) string {
	var parts []string
	for _, p := range o.Parameters {
		if p.In != "query" || m.chance(0.5) {
			continue
		}
		sc := m.spec.resolve(p.Schema)
		value := strings.Trim(m.value(sc, p.Name), `"`)
		if m.chance(m.wild) {
			value = m.anyText()
		}
		parts = append(parts, p.Name+"="+url.QueryEscape(value))
		if m.chance(m.wild / 4) {
			parts = append(parts, p.Name+"="+url.QueryEscape(m.anyText()))
		}
	}
	if m.chance(m.wild / 4) {
		parts = append(parts, pick(m, "x=1", "%zz=1", "limit=%zz", "&&&", "=", "after[]=1", "limit[a]=1", "%00=%00", "limit", strings.Repeat("a=1&", 2000)))
	}
	if len(parts) == 0 {
		return ""
	}
	return "?" + strings.Join(parts, "&")
}

// headers adds an address, so that no throttle sees a person twice, and odd
// headers.
func (m *mill) headers(r *madeRequest) {
	h := r.header
	h.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", m.IntN(256), m.IntN(256), m.IntN(256)))
	if !m.chance(m.wild) {
		return
	}
	switch m.IntN(9) {
	case 0:
		h.Set("Content-Type", pick(m, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=latin1",
			"application/merge-patch+json", "application/json; charset=UTF-8", ";", "\u00e9", strings.Repeat("a", 5000)))
	case 1:
		h.Set("Accept", pick(m, "text/html", "application/xml", "json", "application/problem+json", "application/json;q=0", "*/*;q=0.1, text/html",
			"application/cbor", ";;;,,", strings.Repeat("a/b,", 3000)))
	case 2:
		h.Set("X-Forwarded-For", pick(m, "", "::1", "garbage", "1.2.3.4, 10.0.0.1", "127.0.0.1", "fe80::1%eth0", strings.Repeat("1.1.1.1,", 1000)))
	case 3:
		h.Set("X-Padding", strings.Repeat("x", 60_000))
	case 4:
		h.Set("Origin", pick(m, "https://evil.example", "null", "file://", "x"))
	case 5:
		h.Set("Host", pick(m, "evil.example", "localhost", "[::1]:8080", "a b", "xn--a", strings.Repeat("a", 300)))
	case 6:
		h.Set("Content-Encoding", pick(m, "gzip", "br", "identity"))
	case 7:
		h.Set("User-Agent", strings.Repeat(pick(m, "x", "\u00e9", "Mozilla/5.0 "), 2000))
	default:
		h.Set(pick(m, "X-HTTP-Method-Override", "Range", "If-None-Match", "If-Match", "Prefer", "Cookie", "Forwarded", "Accept-Encoding"),
			pick(m, "DELETE", "bytes=0-1", "*", `"x"`, "chatd_session=x; chatd_session=y", "for=unknown", "gzip;q=0", ""))
	}
}

// foreign reports whether a request claims to come from another site.
func (r *madeRequest) foreign() bool {
	return r.header.Get("Origin") != "" && !slices.Contains([]string{http.MethodGet, http.MethodHead}, r.method)
}
