package comet

import (
	"crypto/rand"
	"net/http"
	"time"
)

// transport frames the events of one answer. It only appends to a buffer; the
// sink writes. Implementations: frameTransport, lineTransport, sseTransport,
// answerTransport, formatTransport.
type transport interface {
	// header sets what goes before the body.
	header(http.Header)
	// begin opens the body.
	begin(b []byte) []byte
	// event appends one event.
	event(b, event []byte) []byte
	// end closes the body of an answer that the server ends. Where clients can be
	// told it tells after how long the next request is welcome.
	end(b []byte, next time.Duration) []byte
}

// cursorTransport is one that tells clients their cursors, so that they need
// not follow them.
type cursorTransport interface {
	transport
	// cursors appends where the client stands after the events before.
	cursors(b []byte, at cursors) []byte
}

// sentTransport is one that wants to know what has been written.
type sentTransport interface {
	transport
	// sent tells that everything appended before has been written.
	sent()
}

// newTransport returns what a request asks for.
func newTransport(q dataRequest) transport {
	if q.format != nil {
		return formatTransport{q.format}
	}
	switch q.Transport {
	case transportFrame:
		return frameTransport{nonce: rand.Text(), tag: q.Tag, padding: q.Padding}
	case transportLines:
		return lineTransport{padding: q.Padding}
	case transportSSE:
		return sseTransport{padding: q.Padding}
	default:
		return answerTransport{}
	}
}

// paddingBytes is what some intermediaries want to have seen before they pass
// on the first bytes.
const paddingBytes = 2048

func appendSpaces(b []byte, n int) []byte {
	for range n {
		b = append(b, ' ')
	}
	return b
}

// commonHeader is true of every answer of the data channel, and of problems.
func commonHeader(h http.Header) {
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "same-origin")
}

// frameTransport is a document that never ends, loaded into a hidden iframe.
// Each event is a script element that hands it to the page and removes itself;
// without line breaks in between nothing of it stays in the document. The
// charset makes Firefox show the first bytes at once.
type frameTransport struct {
	nonce   string // base32
	tag     string // letters, digits, - and _
	padding bool
}

func (f frameTransport) header(h http.Header) {
	commonHeader(h)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+f.nonce+
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
}

func (f frameTransport) begin(b []byte) []byte {
	b = append(b, `<!doctype html><meta charset=utf-8><title>.</title><script nonce=`...)
	b = append(b, f.nonce...)
	b = append(b, `>var m=function(e){parent.chatdComet("`...)
	b = append(b, f.tag...)
	b = append(b, `",e);document.currentScript.remove()}</script><body>`...)
	if f.padding {
		b = append(appendSpaces(append(b, `<!--`...), paddingBytes), `-->`...)
	}
	return b
}

func (f frameTransport) event(b, event []byte) []byte {
	b = append(b, `<script nonce=`...)
	b = append(b, f.nonce...)
	b = append(b, `>m(`...)
	b = append(b, event...)
	return append(b, `)</script>`...)
}

func (f frameTransport) end(b []byte, _ time.Duration) []byte { return b }

// lineTransport writes one event per line.
type lineTransport struct{ padding bool }

func (l lineTransport) header(h http.Header) {
	commonHeader(h)
	h.Set("Content-Type", "application/x-ndjson; charset=utf-8")
}

func (l lineTransport) begin(b []byte) []byte {
	if l.padding {
		b = append(appendSpaces(b, paddingBytes), '\n')
	}
	return b
}

func (l lineTransport) event(b, event []byte) []byte { return append(append(b, event...), '\n') }

func (l lineTransport) end(b []byte, _ time.Duration) []byte { return b }

// sseTransport writes server-sent events (HTML Standard, section 9.2). The name
// of an event stands in its JSON. A block with nothing but an id, which is the
// compact vector, sets what an EventSource sends as Last-Event-ID when it comes
// back; so the events themselves are the same bytes for all clients.
type sseTransport struct{ padding bool }

var _ cursorTransport = sseTransport{}

func (s sseTransport) header(h http.Header) {
	commonHeader(h)
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
}

func (s sseTransport) begin(b []byte) []byte {
	if s.padding {
		b = append(appendSpaces(append(b, ':'), paddingBytes), '\n')
	}
	return append(b, "retry: 1000\n\n"...)
}

func (s sseTransport) event(b, event []byte) []byte {
	b = append(append(b, "data: "...), event...)
	return append(b, "\n\n"...)
}

func (s sseTransport) cursors(b []byte, at cursors) []byte {
	if len(at) == 0 {
		return b
	}
	return append(appendVector(append(b, "id: "...), at), "\n\n"...)
}

func (s sseTransport) end(b []byte, next time.Duration) []byte {
	if next == 0 {
		return b // as begin has told
	}
	return append(appendMillis(append(b, "retry: "...), next), "\n\n"...)
}

// answerTransport is the one JSON object that answers a poll.
type answerTransport struct{}

func (answerTransport) header(h http.Header) {
	commonHeader(h)
	h.Set("Content-Type", "application/json")
}

func (answerTransport) begin(b []byte) []byte { return append(b, `{"events":[`...) }

func (answerTransport) event(b, event []byte) []byte {
	if b[len(b)-1] != '[' {
		b = append(b, ',')
	}
	return append(b, event...)
}

func (answerTransport) end(b []byte, next time.Duration) []byte {
	b = appendMillis(append(b, `],"next":`...), next)
	return append(b, '}')
}
