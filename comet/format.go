package comet

import (
	"context"
	"maps"
	"net/http"
	"time"
)

// Format writes the events of one answer for clients that speak another
// protocol than this package's. Its methods are called by one goroutine, the one
// that has called Serve. All but Sent only append to b and return it.
type Format interface {
	// Header sets what goes before the body.
	Header(http.Header)
	// Begin opens the body.
	Begin(b []byte) []byte
	// Event appends one event, given as the JSON object of docs/protocol.md; the
	// first is listen-ack. It may append nothing.
	Event(b, event []byte) []byte
	// End closes the body of an answer that the server ends; next is after how
	// long another request is welcome, 0 if at once.
	End(b []byte, next time.Duration) []byte
	// Sent tells that all that was appended before has been written to the
	// connection.
	Sent()
}

// Listen is a data request that the program makes for a client. The fields are
// those of the protocol.
type Listen struct {
	ID   string // 1 to 64 letters, digits, - or _; empty for a reader
	N    int64  // among requests with the same ID the highest wins
	Mode string // stream, pull or poll
	Have map[string]Position
	// Life is after how long a stream is recycled, ± 20 %. Zero means
	// Times.StreamLife.
	Life time.Duration
	// Device is the kind of device of the session, when this request begins it.
	// Empty means what Config.Device says.
	Device string
}

// RefusedError is what Serve returns for a request that it has not answered.
type RefusedError struct {
	Status int           // of HTTP
	Code   string        // a word
	In     time.Duration // when to come back; 0: that is no use
	detail string
}

// Error implements error, with a sentence for people.
func (e *RefusedError) Error() string { return e.detail }

// Serve answers r, which Config.Identify is asked about, with what l asks for,
// written in format. The body of r must have been read, or the end of the
// connection goes unnoticed. An error is a *RefusedError; nothing has been
// written then.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, l Listen, format Format) error {
	q := dataRequest{
		Event: "listen", ID: l.ID, N: l.N, Mode: l.Mode, Have: maps.Clone(l.Have),
		life: l.Life, format: format, device: l.Device,
	}
	p := q.complete(h.config.Limits)
	if p == nil {
		// A limit of the server for the whole request would end the wait.
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		p = h.serve(w, r, q)
	}
	if p == nil {
		return nil
	}
	return refused(p)
}

func refused(p *problem) error {
	return &RefusedError{Status: p.status, Code: p.code, In: p.in(), detail: p.detail}
}

// Subscribe lets a session follow further topics, from the positions given. It
// returns those that it may not follow, after Times.Control at the latest. An
// error is a *RefusedError.
func (h *Hub) Subscribe(ctx context.Context, who Principal, id string, at map[string]Position) (denied []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, h.config.Times.Control)
	defer cancel()
	call := controlCall{hub: h, who: who, id: id}
	_, denied, p := call.follow(ctx, at)
	if p != nil {
		return nil, refused(p)
	}
	return denied, nil
}

// Unsubscribe ends that a session follows topics.
func (h *Hub) Unsubscribe(who Principal, id string, topics []string) {
	call := controlCall{hub: h, who: who, id: id}
	if s, p := call.session(); p == nil {
		s.unsubscribe(topics)
	}
}

// Leave says goodbye for a session: the request that serves it ends at once, and
// the session when no other comes before Times.LostLease is over.
func (h *Hub) Leave(who Principal, id string) {
	call := controlCall{hub: h, who: who, id: id}
	call.depart()
}

// formatTransport is a Format as a transport.
type formatTransport struct{ format Format }

func (f formatTransport) header(h http.Header) {
	commonHeader(h)
	f.format.Header(h)
}

func (f formatTransport) begin(b []byte) []byte        { return f.format.Begin(b) }
func (f formatTransport) event(b, event []byte) []byte { return f.format.Event(b, event) }
func (f formatTransport) end(b []byte, next time.Duration) []byte {
	return f.format.End(b, next)
}
func (f formatTransport) sent() { f.format.Sent() }
