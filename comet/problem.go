package comet

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
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
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	p.header(h)
	w.WriteHeader(p.status)
	_, _ = w.Write(body) // a client that is gone needs no answer
}

// header tells when to come back, in whole seconds and never all at once.
func (p *problem) header(h http.Header) {
	if p.retry > 0 {
		seconds := 1 + rand.IntN(max(1, int(p.retry/time.Second)))
		h.Set("Retry-After", strconv.Itoa(seconds))
	}
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

func notPost(w http.ResponseWriter) *problem {
	w.Header().Set("Allow", http.MethodPost)
	return &problem{http.StatusMethodNotAllowed, "method", "This address only takes POST requests.", 0}
}
