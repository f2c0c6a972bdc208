package comet

import (
	"net/http"
	"time"
)

// transport frames the events of one answer. It only appends to a buffer; the
// sink writes. Implementations: frameTransport, lineTransport, answerTransport.
type transport interface {
	// header sets what goes before the body.
	header(http.Header)
	// begin opens the body.
	begin(b []byte) []byte
	// event appends one event.
	event(b, event []byte) []byte
	// end closes the body. In an answer to a poll it tells after how long the
	// next request is welcome.
	end(b []byte, next time.Duration) []byte
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

// commonHeader is true of every answer of the data channel.
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
