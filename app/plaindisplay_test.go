package app

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chatd/comet"
	"chatd/store"
	"chatd/store/storetest"
)

// A displayed is the display of a room as a browser gets it.
type displayed struct {
	*person
	header http.Header
	hangUp func()

	mu    sync.Mutex
	text  bytes.Buffer
	ended bool
}

// displays opens the display of a room.
func (p *person) displays(room int64) *displayed {
	p.t.Helper()
	return p.shows(p.request("GET", plainRoomPath(room, "display"), nil))
}

func (p *person) shows(req *http.Request) *displayed {
	p.t.Helper()
	resp, err := p.client.Do(req) //nolint:bodyclose // hangUp does, at the latest in the clean-up
	if err != nil {
		p.t.Fatal(err)
	}
	d := &displayed{person: p, header: resp.Header, hangUp: func() { _ = resp.Body.Close() }}
	done := make(chan struct{})
	go func() {
		defer close(done)
		chunk := make([]byte, 4096)
		for {
			n, err := resp.Body.Read(chunk)
			d.mu.Lock()
			d.text.Write(chunk[:n])
			d.ended = err == io.EOF
			d.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	p.t.Cleanup(func() {
		d.hangUp()
		<-done
	})
	return d
}

func (d *displayed) soFar() (text string, ended bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.String(), d.ended
}

// has waits until the display shows a text.
func (d *displayed) has(text string) {
	d.t.Helper()
	d.eventually("the display shows "+text, func() bool {
		shown, _ := d.soFar()
		return strings.Contains(shown, text)
	})
}

var shownWords = regexp.MustCompile(`(?s)<p class="words" dir="auto">(.*?)</p>`)

// words are the messages shown, in the order of the screen.
func (d *displayed) words() []string {
	text, _ := d.soFar()
	var words []string
	for _, found := range shownWords.FindAllStringSubmatch(text, -1) {
		words = append(words, html.UnescapeString(found[1]))
	}
	return words
}

// ends waits until the document is closed, and wants a sentence and a link at
// its end, and nothing that would load it again.
func (d *displayed) ends(sentence, link string) {
	d.t.Helper()
	d.eventually("the display ends", func() bool {
		_, ended := d.soFar()
		return ended
	})
	text, _ := d.soFar()
	end := text[strings.LastIndex(text, "</ul>"):]
	if !strings.Contains(end, sentence) || !strings.Contains(end, link) || !strings.HasSuffix(text, "</main>\n</body>\n</html>\n") {
		d.t.Errorf("the end is %q, want %q and %q", end, sentence, link)
	}
	if strings.Contains(text, "http-equiv") || strings.Contains(text, "<script") || d.header.Get("Refresh") != "" {
		d.t.Errorf("the display may load itself again: %v %s", d.header, text)
	}
}

func TestTheDisplayShowsEachMessageOnceAndInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	var said []string
	for i := range 60 { // more than a page
		said = append(said, fmt.Sprint("before ", i))
		ana.tells(room, said[i])
	}
	first := ben.displays(room)
	first.has("before 59")
	if shown, _ := first.soFar(); !strings.Contains(shown, plainRoomPath(room, "page")+"?before=11") {
		t.Errorf("there is no way to earlier messages: %.2000s", shown)
	}
	w.eventually("what was shown is read", func() bool {
		entry := ben.room("general")
		return entry.ReadNumber == entry.LastNumber
	})
	// It is loaded again and again while Ana goes on.
	var talking sync.WaitGroup
	for i := range 40 {
		said = append(said, fmt.Sprint("while ", i))
	}
	talking.Go(func() {
		for _, text := range said[60:] {
			ana.saysWhenever(room, text)
		}
	})
	reloads := []*displayed{first}
	for range 5 {
		d := ben.displays(room)
		reloads = append(reloads, d)
		d.has("while")
	}
	talking.Wait()
	for i, d := range reloads {
		if i < len(reloads)-2 {
			continue // more than two are not held; the others show what they could
		}
		d.has("while 39<")
		words := d.words()
		begin := slices.Index(said, words[0])
		if begin < 0 || !slices.Equal(words, said[begin:]) {
			t.Errorf("display %d shows %q", i, words)
		}
	}
	for _, d := range reloads[:len(reloads)-2] {
		d.ends("too many windows", `<a href="`+plainRoomPath(room, "display")+`" target="_self">`)
		words := d.words()
		begin := slices.Index(said, words[0])
		if begin < 0 || !slices.Equal(words, said[begin:begin+len(words)]) {
			t.Errorf("a display that ended shows %q", words)
		}
	}
}

func TestTheDisplayTellsWhoComesAndGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	boats := ana.creates("public", "boats").ID
	d := ana.displays(boats)
	d.has("Nothing has been said yet")
	if text, _ := d.soFar(); len(text) < displayBegin {
		t.Errorf("it begins with %d bytes only", len(text))
	}
	ben.submits(plainRoomPath(boats, "join"))
	d.has("<bdi>Ben</bdi> joined.")
	ben.submits(plainRoomPath(boats, "leave"))
	d.has("<bdi>Ben</bdi> left.")
	ana.must(http.StatusNoContent, "POST", roomPath(boats)+"/members", map[string]any{"user_id": ben.me.ID}, nil)
	d.has("<bdi>Ben</bdi> was added by <bdi>Ana</bdi>.")
	ana.must(http.StatusNoContent, "DELETE", memberPath(boats, ben), nil, nil)
	d.has("<bdi>Ben</bdi> was removed by <bdi>Ana</bdi>.")
}

func TestTheDisplayEndsWithASentenceAndALink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	boats := ana.creates("public", "boats").ID
	again := `<a href="` + plainRoomPath(boats, "display") + `" target="_self">`
	home := `<a href="/plain" target="_top">`
	newcomer := func(name string) (*person, *displayed) {
		p := ana.brings(name)
		p.submits(plainRoomPath(boats, "join"))
		d := p.displays(boats)
		d.has("<ul")
		return p, d
	}

	var ben *person
	quickly(t, "the end of the display", atOnce, func(i int) time.Duration {
		var d *displayed
		ben, d = newcomer(fmt.Sprint("ben", i))
		start := time.Now()
		if got := ben.submits("/plain/sign-out"); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/plain?why=signed-out" {
			t.Errorf("%s %v", got.Status, got.Header)
		}
		d.ends("You have signed out.", fmt.Sprintf(`<a href="/plain?room=%d" target="_top">Sign in</a>`, boats))
		return time.Since(start)
	})
	wantParts(t, ben.do("GET", "/plain?why=signed-out", nil), "You are signed out.", `name="login"`)
	wantParts(t, ben.do("GET", plainRoomPath(boats, "display"), nil), "You are signed out.", `target="_top">Sign in</a>`)

	cem, d := newcomer("cem")
	ana.must(http.StatusNoContent, "DELETE", memberPath(boats, cem), nil, nil)
	d.ends("You are no longer in this room.", home)

	dan, d := newcomer("dan")
	dan.submits(plainRoomPath(boats, "leave"))
	d.ends("You have left this room.", home)

	eve, d := newcomer("eve")
	for range 2 {
		eve.displays(boats).has("<ul")
	}
	d.ends("too many windows", again)

	_, d = newcomer("fay")
	w.app.Drain(t.Context())
	d.ends("The server is being restarted.", again)
}

func TestADisplayThatIsSupersededLoadsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	// Each display has a session of its own; here two share one.
	var n atomic.Int64
	shared := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		ctx, err := loadSession(r.Context(), r, w.app.sessions)
		if err != nil {
			t.Error(err)
			return
		}
		d, _, err := w.app.newDisplay(ctx, room)
		if err != nil {
			t.Error(err)
			return
		}
		w.app.serveDisplay(rw, r.WithContext(ctx), comet.Listen{ID: "one", N: n.Add(1), Mode: "stream"}, d)
	})
	server := httptest.NewServer(shared)
	t.Cleanup(server.Close)
	open := func() *displayed {
		req := ana.request("GET", "/", nil)
		req.URL.Host = strings.TrimPrefix(server.URL, "http://")
		return ana.shows(req)
	}
	first := open()
	first.has("<ul")
	open().has("<ul")
	first.ends("The messages go on in another window.", `<a href="`+plainRoomPath(room, "display")+`" target="_self">Show them here</a>`)
}

func TestEveryEndOfADisplayHasASentenceAndALink(t *testing.T) {
	t.Parallel()
	pages := template.Must(plainTemplates.Clone())
	for event, want := range map[string]ending{
		`{"event":"gap","topic":"room:3"}`:                                        endGap,
		`{"event":"refresh","in":0,"why":"recycle"}`:                              endRecycled,
		`{"event":"refresh","in":0,"why":"end"}`:                                  endUnknown,
		`{"event":"abort","reason":"expired","text":"Your sign-in has expired."}`: "Your sign-in has expired.",
		`{"event":"listen-ack","denied":["room:3"]}`:                              endRemoved,
		`{"event":"listen-ack"}`:                                                  "",
		`{"event":"hint","key":"read:3"}`:                                         "",
		`{"event":"presence"}`:                                                    "",
		`{"event":"skip"}`:                                                        "",
	} {
		d := &display{room: 3, pages: pages, told: make(chan struct{}, 1), over: make(chan struct{})}
		if b := d.Event(nil, []byte(event)); len(b) > 0 || d.ending != want {
			t.Errorf("%s: %q, ends with %q", event, b, d.ending)
		}
		message := `{"event":"data","payload":{"kind":"message","message":{"number":9,"body":"late"}}}`
		if b := d.Event(nil, []byte(message)); (len(b) > 0) != (want == "") {
			t.Errorf("after %s comes %q", event, b)
		}
		d.Sent()
		if end := string(d.End(nil, 0)); !strings.Contains(end, "<a href=") || !strings.Contains(end, string(want)) {
			t.Errorf("%s: %s", event, end)
		}
	}
}

// Every connection of the main pool is taken, and two displays are held.
func TestTheControlFrameNeverWaitsBehindTheDisplay(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	w := newWorldAt(t, store.Config{URL: url, MainConns: 3})
	ana := w.owner()
	boats := ana.creates("public", "boats").ID
	displays := []*displayed{ana.displays(boats), ana.displays(ana.room("general").ID)}
	for _, d := range displays {
		d.has("<ul")
	}
	release := w.exhausted(url)
	start := time.Now()
	wantParts(t, ana.must(http.StatusOK, "GET", plainRoomPath(boats, "control"), nil, nil), `name="body"`)
	if got := ana.submits(plainRoomPath(boats, "leave")); got.StatusCode != http.StatusSeeOther {
		t.Errorf("%s %s", got.Status, got.body)
	}
	displays[0].ends("You have left this room.", "/plain")
	if got := ana.submits("/plain/sign-out"); got.StatusCode != http.StatusSeeOther {
		t.Errorf("%s %s", got.Status, got.body)
	}
	displays[1].ends("You have signed out.", "Sign in")
	// Whoever waits for a connection for data waits 20 s and is refused.
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("control took %v", took)
	}
	release()
}
