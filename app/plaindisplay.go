package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"chatd/comet"
)

const (
	// displayLife is how long a display goes on, give or take a fifth. Nobody
	// goes on by themselves where there are no scripts, so it is a long time.
	displayLife = 12 * time.Hour
	// readPause is the least time between two marks of what was shown.
	readPause = time.Second
	// displayBegin is how many bytes a display has at least when it begins: some
	// intermediaries pass nothing on before.
	displayBegin = 2048
)

// plainDisplay is the frame that shows a room's messages as they come. Its
// answer ends only with a sentence and a link.
func (a *App) plainDisplay(w http.ResponseWriter, r *http.Request) {
	d, at, err := a.newDisplay(r.Context(), plainRoom(r))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	if r.Method == http.MethodHead {
		d.Header(w.Header())
		return
	}
	a.serveDisplay(w, r, comet.Listen{
		ID: rand.Text(), N: 1, Mode: "stream", Life: displayLife, Device: devicePlain,
		Have: map[string]comet.Position{roomTopic(d.room): comet.Position(at)},
	}, d)
}

// newDisplay is a display that begins with the newest messages, and where the
// room stood when they were read.
func (a *App) newDisplay(ctx context.Context, room int64) (*display, Position, error) {
	ctx, cancel := context.WithTimeout(ctx, dataPatience)
	defer cancel()
	entry, err := a.store.OverviewRoom(ctx, userOf(ctx), room)
	if err != nil {
		return nil, Position{}, err
	}
	page, err := a.readHistory(ctx, &historyInput{RoomPath: RoomPath{Room: room}}, true)
	if err != nil {
		return nil, Position{}, err
	}
	blocked, err := a.blockedBy(ctx)
	if err != nil {
		return nil, Position{}, err
	}
	content := roomContent{ID: room, Read: entry.ReadNumber, First: entry.FirstNumber}
	content.show(page, blocked, false)
	begin, err := a.renderPlain("display", "Messages", content)
	if err != nil {
		return nil, Position{}, err
	}
	d := &display{room: room, blocked: blocked, begin: begin, pages: a.plainPages, newest: content.Newest, told: make(chan struct{}, 1), over: make(chan struct{})}
	return d, page.Body.Position, nil
}

// serveDisplay answers r with a display until it ends.
func (a *App) serveDisplay(w http.ResponseWriter, r *http.Request, listen comet.Listen, d *display) {
	who, err := identify(r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	ctx, done := context.WithCancel(r.Context())
	var company sync.WaitGroup
	company.Go(func() { a.accompany(ctx, who, listen.ID, d) })
	err = a.hub.Serve(w, r, listen, d) //nolint:contextcheck // the hub goes by the context of r
	done()
	company.Wait()
	if refused, ok := errors.AsType[*comet.RefusedError](err); ok {
		a.fail(w, r, waitProblem(refused.Status, refused.Error(), refused.In))
	}
}

// accompany does for a display what must not hold it up, until ctx ends: it
// marks as read what was shown, and says goodbye once there is nothing more to
// show.
func (a *App) accompany(ctx context.Context, who comet.Principal, id string, d *display) {
	told, over, rested := d.told, d.over, (<-chan time.Time)(nil)
	for {
		select {
		case <-ctx.Done():
			return
		case <-over:
			a.hub.Leave(who, id)
			over = nil
		case <-rested:
			told, rested = d.told, nil
		case <-told:
			if n := d.shown.Load(); n > 0 {
				a.markShown(ctx, d.room, n)
			}
			told, rested = nil, time.After(readPause)
		}
	}
}

// display is a room's messages as a document that never ends. It implements
// comet.Format.
type display struct {
	// Static after construction.
	room    int64
	blocked map[int64]bool // whom the viewer blocked when it began
	begin   []byte
	pages   *template.Template

	// Owned by the goroutine that serves.
	newest int64  // the number of the newest message appended
	ending ending // why nothing more is shown; empty while there is more

	// For accompany.
	shown atomic.Int64  // the number of the newest message written
	told  chan struct{} // one slot: shown is another number; never closed
	over  chan struct{} // closed by Sent when the end was told
	left  bool          // over is closed; owned by the goroutine that serves
}

var _ comet.Format = (*display)(nil)

// Header implements comet.Format.
func (d *display) Header(h http.Header) { plainHeader(h, true) }

// Begin implements comet.Format.
func (d *display) Begin(b []byte) []byte {
	b = append(b, d.begin...)
	if missing := displayBegin - len(d.begin); missing > 0 {
		b = append(append(append(b, "<!--"...), bytes.Repeat([]byte(" "), missing)...), "-->\n"...)
	}
	return b
}

// displayEvent is what a display understands of an event.
type displayEvent struct {
	Event, Why, Reason, Text string
	Denied                   []string
	Payload                  struct {
		Kind        string
		Message     *Message
		User, Actor *User
		At          int64
		Numbers     []int64
	}
}

// Event implements comet.Format.
func (d *display) Event(b, event []byte) []byte {
	var e displayEvent
	if d.ending != "" || json.Unmarshal(event, &e) != nil {
		return b // the hub's events can all be read
	}
	switch e.Event {
	case "heartbeat":
		return append(b, "<!-- -->\n"...)
	case "data":
		return d.data(b, e)
	default:
		d.ending = endingOf(e)
		return b
	}
}

// data appends a message, or a line about somebody who came or left or about
// messages that were deleted.
func (d *display) data(b []byte, e displayEvent) []byte {
	var line bytes.Buffer
	var err error
	switch news := e.Payload; {
	case news.Kind == "message-edited": // the page shows it when it is loaded anew
	case news.Message != nil:
		d.newest = news.Message.Number
		shown := plainLines([]Message{*news.Message}, d.blocked)
		err = d.pages.ExecuteTemplate(&line, "line", shown[0])
	case news.User != nil && d.blocked[news.User.ID]: // nothing is told of them
	case news.User != nil && (news.Kind == "join" || news.Kind == "leave"):
		err = d.pages.ExecuteTemplate(&line, news.Kind, news)
	case news.Kind == "messages-deleted" || news.Kind == "messages-undeleted":
		err = d.pages.ExecuteTemplate(&line, news.Kind, newDeletedContent(d.room, news.Numbers))
	}
	if err != nil {
		d.ending = endGap // a message that cannot be shown may not be passed over
		return b
	}
	return append(b, line.Bytes()...)
}

// End implements comet.Format.
func (d *display) End(b []byte, _ time.Duration) []byte {
	var end bytes.Buffer
	if err := d.pages.ExecuteTemplate(&end, "end", d.ending.content(d.room)); err != nil {
		return b // a buffer takes everything
	}
	return append(b, end.Bytes()...)
}

// Sent implements comet.Format.
func (d *display) Sent() {
	if d.newest != d.shown.Swap(d.newest) {
		poke(d.told)
	}
	if d.ending != "" && !d.left {
		d.left = true
		close(d.over)
	}
}
