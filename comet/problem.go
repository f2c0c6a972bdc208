package comet

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// problem is an answer of RFC 9457, with a sentence for people.
type problem struct {
	status int
	code   string // the same for the error event of a frame
	detail string
	retry  time.Duration // 0: no Retry-After
}

func (p *problem) Error() string { return p.detail }

func (p *problem) write(w http.ResponseWriter) {
	body, _ := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{"about:blank", http.StatusText(p.status), p.status, p.detail})
	h := w.Header()
	commonHeader(h)
	h.Set("Content-Type", "application/problem+json")
	p.header(h, p.in())
	w.WriteHeader(p.status)
	_, _ = w.Write(body) // a client that is gone needs no answer
}

// header tells what in has drawn, in whole seconds, each of which is as likely.
func (p *problem) header(h http.Header, in time.Duration) {
	if in > 0 {
		seconds := p.retry / time.Second
		seconds = 1 + (in-time.Second)*seconds/(p.retry-time.Second+1)
		h.Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
}

// event is the problem as an event, for a client that sees no header. It tells
// what in has drawn.
func (p *problem) event(in time.Duration) []byte {
	return errorEvent("", p.code, p.detail, in)
}

// in draws when to come back: after one second or later, never all at once. It
// is 0 when there is nothing to wait for.
func (p *problem) in() time.Duration {
	if p.retry == 0 {
		return 0
	}
	return time.Second + rand.N(max(p.retry-time.Second, 0)+1)
}

// retrySpread is the longest that a client is asked to stay away.
const retrySpread = 5 * time.Second

func badRequest(detail string) *problem {
	return &problem{status: http.StatusBadRequest, code: "malformed", detail: detail}
}

func unavailable() *problem {
	return &problem{http.StatusServiceUnavailable, "unavailable",
		"The server cannot do this right now. Please try again in a moment.", retrySpread}
}

func tooManySessions() *problem {
	return &problem{http.StatusTooManyRequests, "too-many-sessions",
		"Too many windows are open for this account. Close some and try again.", retrySpread}
}

func unauthenticated() *problem {
	return &problem{http.StatusUnauthorized, "unauthenticated",
		"You are not signed in. Please sign in and try again.", 0}
}

func foreign() *problem {
	return &problem{http.StatusForbidden, "foreign",
		"This request came from another site. Only pages of this one may listen here.", 0}
}

func notAllowed(w http.ResponseWriter, methods ...string) *problem {
	w.Header().Set("Allow", strings.Join(methods, ", "))
	return &problem{http.StatusMethodNotAllowed, "method",
		"This address only takes " + strings.Join(methods, " and ") + " requests.", 0}
}
