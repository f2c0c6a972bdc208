package app

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"chatd/store"
)

// begins is do without reading the body of an answer that does not end.
func (p *person) begins(method, path string) answer {
	p.t.Helper()
	if !strings.HasSuffix(path, "/display") {
		return p.do(method, path, nil)
	}
	resp, err := p.client.Do(p.request(method, path, nil))
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	resp.Body.Close()
	return answer{resp, ""}
}

// submits sends a form as a browser without scripts does.
func (p *person) submits(path string, fields ...string) answer {
	p.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	req := p.request("POST", path, form.Encode())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.client.Do(req)
	if err != nil {
		p.t.Fatalf("POST %s: %v", path, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatalf("POST %s: %v", path, err)
	}
	return answer{resp, string(raw)}
}

// formID is what makes the form on a page unique.
func (got answer) formID() string {
	found := regexp.MustCompile(`name="client_id" value="([^"]+)"`).FindStringSubmatch(got.body)
	if found == nil {
		return ""
	}
	return found[1]
}

// bodies are the texts of a room's messages.
func (p *person) bodies(room int64) []string {
	p.t.Helper()
	var out struct{ Messages []Message }
	p.must(http.StatusOK, "GET", roomPath(room)+"/messages?limit=200", nil, &out)
	var texts []string
	for _, m := range out.Messages {
		texts = append(texts, m.Body)
	}
	return texts
}

// saysWhenever sends a message as soon as the limit of sends lets it.
func (p *person) saysWhenever(room int64, text string) {
	p.t.Helper()
	p.eventually("it is sent", func() bool {
		return p.do("POST", roomPath(room)+"/messages", map[string]any{"body": text}).StatusCode == http.StatusCreated
	})
}

func wantParts(t *testing.T, got answer, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got.body, part) {
			t.Errorf("%s %s lacks %q:\n%s", got.Request.Method, got.Request.URL.Path, part, got.body)
		}
	}
}

func TestPeopleSignInWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wantParts(t, w.visitor().do("GET", "/plain", nil), "Not set up yet", `<a href="/?full">`)
	ana := w.owner()
	room := ana.room("general")
	p := w.visitor()
	wantParts(t, p.do("GET", "/plain", nil), "Sign in to <bdi>Harbour</bdi>", `action="/plain/sign-in"`)

	wrong := p.submits("/plain/sign-in", "login", `a"na<b>`, "password", "wrong")
	// Lynx does not show what comes with a 401.
	if wrong.StatusCode != http.StatusForbidden || wrong.Header.Get("WWW-Authenticate") != "" || strings.Contains(wrong.body, "wrong\"") {
		t.Errorf("%s %s", wrong.Status, wrong.body)
	}
	wantParts(t, wrong, "The name or the password is wrong", `value="a&#34;na&lt;b&gt;"`, `role="alert"`)
	wantParts(t, p.submits("/plain/sign-in", "password", password), "Enter your user name")
	wantParts(t, p.submits("/plain/sign-in", "login", "ana", "password", strings.Repeat("x", 1001)), "too long", `value="ana"`)

	if got := p.do("GET", plainRoomPath(room.ID), nil); got.Header.Get("Location") != fmt.Sprintf("/plain?room=%d", room.ID) {
		t.Errorf("%s %v", got.Status, got.Header)
	}
	wantParts(t, p.do("GET", fmt.Sprintf("/plain?room=%d", room.ID), nil), fmt.Sprintf(`name="room" value="%d"`, room.ID))
	got := p.submits("/plain/sign-in", "login", "ana", "password", password, "room", fmt.Sprint(room.ID))
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != plainRoomPath(room.ID) {
		t.Fatalf("%s %v", got.Status, got.Header)
	}
	wantParts(t, p.do("GET", "/plain", nil), "You are signed in as <bdi>Ana</bdi>", `href="`+plainRoomPath(room.ID)+`"`)
	elsewhere := p.submits("/plain/sign-in", "login", "ana", "password", password, "room", "//evil.example")
	if elsewhere.Header.Get("Location") != "/plain" {
		t.Errorf("it leads to %s", elsewhere.Header.Get("Location"))
	}
	for range freeTries {
		w.visitor().submits("/plain/sign-in", "login", "ana", "password", "wrong")
	}
	w.waitsLonger(w.app.throttle, throttledLogin("ana"), "127.0.0.1")
	late := w.visitor().submits("/plain/sign-in", "login", "ana", "password", password)
	if late.StatusCode != http.StatusTooManyRequests || late.Header.Get("Retry-After") == "" {
		t.Errorf("%s %v", late.Status, late.Header)
	}
	wantParts(t, late, "too many tries", `value="ana"`)
}

func TestOldBrowsersAreToldWhyAndOfferedTheFullPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for from, full := range map[string]string{
		"/join/ABC": "/join/ABC?full", "": "/?full", "//evil.example": "/?full", "https://evil.example": "/?full", `/\evil.example`: "/?full",
	} {
		for _, p := range []*person{ana, w.visitor()} {
			wantParts(t, p.do("GET", "/plain?why=old&from="+url.QueryEscape(from), nil), "too old for the full page", `<a href="`+full+`">`)
		}
	}
	shell := w.visitor().opens("/")
	wantParts(t, shell, `<noscript><meta http-equiv="refresh" content="0; url=/plain"></noscript>`, `<a href="/plain">`)
	script := regexp.MustCompile(`<script src="(/assets/old-[0-9A-F]{8}\.js)"></script>\n<script type="module"`).FindStringSubmatch(shell.body)
	if script == nil {
		t.Fatalf("the shell does not test the browser first: %s", shell.body)
	}
	got := w.visitor().must(http.StatusOK, "GET", script[1], nil, nil)
	if !strings.Contains(got.Header.Get("Cache-Control"), "immutable") || !strings.Contains(got.body, "/plain?why=old") {
		t.Errorf("%v %s", got.Header, got.body)
	}
	if strings.Contains(w.visitor().opens("/nonsense").body, "<script") {
		t.Error("the page of a problem has a script")
	}
}

func TestTheListShowsRoomsUnreadAndWhatThereIsToJoin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	general, boats := ana.room("general"), ana.creates("public", `Boats & "sails" <b>`)
	var direct RoomEntry
	ana.must(http.StatusCreated, "POST", "/api/v1/direct", map[string]any{"user_ids": []int64{ben.me.ID}}, &direct)
	ana.says(general.ID, "one")
	ana.says(general.ID, "two")

	home := ben.do("GET", "/plain", nil)
	wantParts(t, home, "2 unread", "Boats &amp; &#34;sails&#34; &lt;b&gt;", plainRoomPath(boats.ID)+"/join", `<bdi class="name">Ana</bdi>`)
	if got := ben.submits(plainRoomPath(boats.ID, "join")); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != plainRoomPath(boats.ID) {
		t.Errorf("%s %v", got.Status, got.Header)
	}
	wantParts(t, ben.do("GET", "/plain", nil), `href="`+plainRoomPath(boats.ID)+`"`)
	wantParts(t, ben.do("GET", plainRoomPath(direct.ID, "page"), nil), "<h1><bdi>Ana</bdi></h1>")

	wantParts(t, ben.do("GET", plainRoomPath(general.ID, "page"), nil), "one", "two")
	if got := ben.do("GET", "/plain", nil); strings.Contains(got.body, "unread") {
		t.Errorf("what was shown is still unread: %s", got.body)
	}
	if got := ben.submits(plainRoomPath(boats.ID, "leave")); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/plain" {
		t.Errorf("%s %v", got.Status, got.Header)
	}
	wantParts(t, ben.do("GET", "/plain", nil), plainRoomPath(boats.ID)+"/join")
	hidden := ana.creates("private", "hidden")
	for _, path := range []string{"", "page", "display", "control"} {
		got := ben.do("GET", strings.TrimSuffix(plainRoomPath(hidden.ID, path), "/"), nil)
		if got.StatusCode != http.StatusNotFound || strings.Contains(got.body, "hidden</") {
			t.Errorf("%s: %s %s", path, got.Status, got.body)
		}
	}
	wantParts(t, ben.do("GET", plainRoomPath(boats.ID), nil), "You are not a member of this room. Join it first.", `href="/plain"`)
	ben.must(http.StatusNotFound, "GET", "/plain/rooms/99999999999999999999", nil, nil)
}

func TestGuestsAreOfferedNoRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ana.creates("public", "boats")
	ben := ana.brings("ben")
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"role": "guest"}, nil)
	got := ben.must(http.StatusOK, "GET", "/plain", nil, nil)
	if strings.Contains(got.body, "boats") || strings.Contains(got.body, "Rooms to join") {
		t.Errorf("%s", got.body)
	}
}

func TestAFormSentTwiceIsOneMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	for _, part := range []string{"control", "page"} {
		path := plainRoomPath(room, part)
		form := ana.must(http.StatusOK, "GET", path, nil, nil)
		id := form.formID()
		if id == "" || id == ana.must(http.StatusOK, "GET", path, nil, nil).formID() {
			t.Fatalf("the form of %s has no id of its own: %q", part, id)
		}
		var sending sync.WaitGroup
		for range 5 {
			sending.Go(func() { ana.submits(path, "client_id", id, "body", "twice by "+part) })
		}
		sending.Wait()
		// Going back in a text browser shows the old form, for new words.
		if got := ana.submits(path, "client_id", id, "body", "then by "+part); got.StatusCode != http.StatusSeeOther {
			t.Errorf("%s %s", got.Status, got.body)
		}
	}
	want := []string{"twice by control", "then by control", "twice by page", "then by page"}
	if got := ana.bodies(room); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWhatIsRefusedComesBackWithTheWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	long := strings.Repeat("é", 20_001)
	for _, part := range []string{"control", "page"} {
		path := plainRoomPath(room, part)
		refused := func(status int, sentence, body string, kept ...string) {
			t.Helper()
			id := newUUID()
			got := ben.submits(path, "client_id", id, "body", body)
			if got.StatusCode != status || got.formID() != id {
				t.Errorf("%s: %s, form %q", part, got.Status, got.formID())
			}
			action := map[string]string{"control": path + "#body", "page": path}[part]
			wantParts(t, got, append(kept, sentence, `role="alert"`, `action="`+action+`"`)...)
		}
		refused(422, "There is nothing to send", "  ", `value="  "`)
		refused(422, "up to 20,000 characters", long, long)
		huge := strings.Repeat("語", 60_000) // 540 KB as a form
		refused(422, "up to 20,000 characters", huge, huge)
		cut := ben.submits(path, "body", huge+huge)
		checkStatus(t, cut, http.StatusRequestEntityTooLarge)
		wantParts(t, cut, "only its beginning arrived", huge)
		refused(422, "NUL", "a\x00b", `value="ab"`)
		refused(400, "not valid UTF-8", "a\xffb", "a\uFFFDb")
		ana.must(http.StatusOK, "PATCH", roomPath(room), map[string]any{"state": "read-only"}, nil)
		refused(403, "read-only", `"quoted" <b>`+"\r\nand more", "&#34;quoted&#34; &lt;b&gt;\r\nand more</textarea>")
		wantParts(t, ben.do("GET", path, nil), "This room is read-only")
		ana.must(http.StatusOK, "PATCH", roomPath(room), map[string]any{"state": "open"}, nil)
		ana.must(http.StatusNoContent, "DELETE", memberPath(room, ben), nil, nil)
		refused(403, "not a member", "left out", `value="left out"`)
		ben.must(http.StatusOK, "PUT", roomPath(room)+"/membership", nil, nil)
		ben = ben.signsOutAnd(func(out *person) {
			got := out.submits(path, "client_id", newUUID(), "body", "signed out")
			wantParts(t, got, `value="signed out"`, "You are signed out", fmt.Sprintf(`href="/plain?room=%d" target="_blank"`, room))
		})
	}
	if got := ana.bodies(room); len(got) > 0 {
		t.Errorf("%q was stored", got)
	}
	// One after the other a busy machine may take longer than the usual limit asks for.
	ana.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"flood_messages": 40, "flood_seconds": 3600}, nil)
	for range 60 { // more than the limit lets through
		if got := ben.submits(plainRoomPath(room, "control"), "client_id", newUUID(), "body", "fast"); got.StatusCode == http.StatusTooManyRequests {
			wantParts(t, got, "sending too fast", `value="fast"`)
			return
		}
	}
	t.Error("nobody is held back")
}

func TestFormsOfOtherSitesAreRefusedInBrowsersOfOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	posts := map[string][]string{
		plainRoomPath(room, "page"): {"body", "forged"}, plainRoomPath(room, "control"): {"body", "forged"},
		plainRoomPath(room, "join"): nil, plainRoomPath(room, "leave"): nil,
		"/plain/sign-in": {"login", "ana", "password", password}, "/plain/sign-out": nil,
	}
	for _, referer := range []string{"http://evil.example/", "http://evil.example/" + strings.TrimPrefix(w.url, "http://"), "about:blank", "%zz"} {
		ana.header.Set("Referer", referer)
		for path, form := range posts {
			got := ana.submits(path, form...)
			checkStatus(t, got, http.StatusForbidden)
			wantParts(t, got, "This request came from another site.")
		}
	}
	for _, referer := range []string{"", w.url + plainRoomPath(room)} {
		ana.header.Set("Referer", referer)
		checkStatus(t, ana.submits(plainRoomPath(room, "page"), "body", "mine"), http.StatusSeeOther)
	}
	if got := ana.bodies(room); !slices.Equal(got, []string{"mine", "mine"}) {
		t.Errorf("%q was stored", got)
	}
}

// What comes after a message leads the focus back to the field.
func TestAfterAMessageTheFieldIsReadyAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	control := plainRoomPath(room, "control")
	for want, form := range map[string][]string{
		control + "#body":                      {"body", "one"},
		control + "?several#body":              {"body", "two", "several", "1"},
		plainRoomPath(room, "page") + "#write": {"body", "three"},
	} {
		path, _, _ := strings.Cut(want, "#")
		path, _, _ = strings.Cut(path, "?")
		if got := ana.submits(path, form...).Header.Get("Location"); got != want {
			t.Errorf("%s leads to %s, want %s", path, got, want)
		}
	}
}

func TestAddressesOfFormsLeadToWhereTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.owner().room("general").ID
	for path, want := range map[string]string{
		"/plain/": "/plain", "/plain/sign-in": "/plain", "/plain/sign-out": "/plain",
		plainRoomPath(room, "join"): plainRoomPath(room), plainRoomPath(room, "leave"): plainRoomPath(room),
	} {
		if got := w.visitor().do("GET", path, nil); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != want {
			t.Errorf("%s: %s %v", path, got.Status, got.Header)
		}
	}
}

func TestTheRoomIsKeptOnTheWayToThePagesWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	shell := w.visitor().opens(fmt.Sprint("/rooms/", room))
	wantParts(t, shell, fmt.Sprintf(`content="0; url=/plain?room=%d"`, room), fmt.Sprintf(`<a href="/plain?room=%d">`, room))
	for _, query := range []string{fmt.Sprint("?room=", room), fmt.Sprint("?why=old&from=/rooms/", room)} {
		wantParts(t, w.visitor().do("GET", "/plain"+query, nil), fmt.Sprintf(`name="room" value="%d"`, room))
		if got := ana.do("GET", "/plain"+query, nil); got.Header.Get("Location") != plainRoomPath(room) {
			t.Errorf("%s: %s %v", query, got.Status, got.Header)
		}
	}
	for _, query := range []string{"?room=x", "?room=-1", "?room=0", "?room=99999999999999999999", "?from=/rooms/x", "?from=/join/3", "?from=3"} {
		checkStatus(t, ana.do("GET", "/plain"+query, nil), http.StatusOK)
		if got := w.visitor().do("GET", "/plain"+query, nil); strings.Contains(got.body, `name="room"`) {
			t.Errorf("%s: %s", query, got.body)
		}
	}
}

// signsOutAnd lets a person do something signed out, and signs them in again.
func (p *person) signsOutAnd(do func(out *person)) *person {
	p.t.Helper()
	p.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	do(p)
	return p.signsInAgain()
}

func TestWithoutTheDatabaseNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	w, cut := newCutWorld(t, store.Config{})
	ana := w.owner()
	room := ana.room("general").ID
	cut.off()
	got := ana.submits(plainRoomPath(room, "control"), "client_id", newUUID(), "body", "my words")
	if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("%s %v", got.Status, got.Header)
	}
	wantParts(t, got, "database cannot be reached", `value="my words"`)
	wantParts(t, w.visitor().submits("/plain/sign-in", "login", "ana", "password", password), "database cannot be reached", `value="ana"`)
	got = ana.do("GET", plainRoomPath(room, "display"), nil)
	wantParts(t, got, "database cannot be reached", `<a class="button" href="`+plainRoomPath(room, "display")+`" target="_self">Try again</a>`)
	wantParts(t, ana.submits("/plain/sign-out"), "You are still signed in")
}

func TestNothingThatPeopleWriteBecomesMarkup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	evil := `<script>alert(1)</script> </li></ul><!-- " ' & https://example.org/?a=1&b="x).` + "\u202eabc\u2028\nsecond line"
	ana.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"display_name": `<b title="x">&'`}, nil)
	room := ana.creates("public", `<i title="x">`).ID
	ana.says(room, evil)
	d := ana.displays(room)
	d.has("second line")
	ana.says(room, evil+" live")
	d.has("second line live")
	shown, _ := d.soFar()
	escaped := `&lt;script&gt;alert(1)&lt;/script&gt; &lt;/li&gt;&lt;/ul&gt;&lt;!-- &#34; &#39; &amp; ` +
		`<a href="https://example.org/?a=1&amp;b=" rel="noopener noreferrer nofollow" target="_blank">https://example.org/?a=1&amp;b=</a>` +
		`&#34;x).` + "\u202eabc\u2028<br>second line"
	pages := []string{shown, ana.do("GET", plainRoomPath(room, "page"), nil).body}
	for i, want := range []int{2, 2} {
		if n := strings.Count(pages[i], escaped); n != want {
			t.Errorf("page %d has it %d times: %s", i, n, pages[i])
		}
	}
	pages = append(pages, ana.do("GET", "/plain", nil).body, ana.do("GET", plainRoomPath(room), nil).body, ana.do("GET", plainRoomPath(room, "control"), nil).body)
	for _, page := range pages {
		for _, bad := range []string{"<script", "<b ", "<i ", "javascript:"} {
			if strings.Contains(page, bad) {
				t.Errorf("%q in %s", bad, page)
			}
		}
		if found := inline.FindString(page); found != "" {
			t.Errorf("%q in %s", found, page)
		}
	}
}

func TestPagesWithoutScriptsLetNothingIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	for path, frame := range map[string]bool{
		"/plain": false, plainRoomPath(room): false, plainRoomPath(room, "page"): false,
		plainRoomPath(room, "control"): true, plainRoomPath(room, "display"): true, plainRoomPath(7_777_777, "display"): true,
	} {
		ancestors, frames := "'none'", "DENY"
		if frame {
			ancestors, frames = "'self'", "SAMEORIGIN"
		}
		got := ana.begins("GET", path)
		h := got.Header
		if policy := h.Get("Content-Security-Policy"); policy != plainPolicy+"frame-ancestors "+ancestors || strings.Contains(policy, "script") {
			t.Errorf("%s: %s", path, policy)
		}
		if h.Get("X-Frame-Options") != frames || h.Get("Content-Type") != "text/html; charset=utf-8" || h.Get("Refresh") != "" ||
			!strings.Contains(h.Get("Cache-Control"), "no-store") || h.Get("Cross-Origin-Opener-Policy") != "same-origin" {
			t.Errorf("%s: %v", path, h)
		}
		if head := ana.do("HEAD", path, nil); head.StatusCode != got.StatusCode {
			t.Errorf("HEAD %s: %s", path, head.Status)
		}
	}
	page := ana.do("GET", "/plain", nil)
	style := regexp.MustCompile(`href="(/assets/plain-[0-9A-F]{8}\.css)"`).FindStringSubmatch(page.body)
	if style == nil || strings.Contains(page.body, "<script") {
		t.Fatalf("%s", page.body)
	}
	if got := ana.must(http.StatusOK, "GET", style[1], nil, nil); !strings.HasPrefix(got.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%v", got.Header)
	}
	ana.header.Set("Sec-Fetch-Site", "cross-site")
	checkStatus(t, ana.do("GET", plainRoomPath(room, "display"), nil), http.StatusForbidden)
	checkStatus(t, ana.submits(plainRoomPath(room, "page"), "body", "forged"), http.StatusForbidden)
	ana.header.Del("Sec-Fetch-Site")
	_, secret := ana.newToken("read-write")
	script := ana.script(secret)
	for _, path := range []string{"/plain", plainRoomPath(room, "display"), plainRoomPath(room, "control")} {
		checkStatus(t, script.do("GET", path, nil), http.StatusForbidden)
	}
	if got := ana.bodies(room); len(got) > 0 {
		t.Errorf("%q was stored", got)
	}
}

func checkStatus(t *testing.T, got answer, want int) {
	t.Helper()
	if got.StatusCode != want {
		t.Errorf("%s %s: %s, want %d", got.Request.Method, got.Request.URL.Path, got.Status, want)
	}
}

func TestTextBrowsersGetThePageWithoutFrames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	for agent, text := range map[string]bool{
		"Lynx/2.9.0dev.12 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.8": true, "w3m/0.5.3+git20230121": true,
		"Links (2.28; Linux 6.1.0 x86_64; GNU C 12.2; text)": true, "ELinks/0.16.1.1 (textmode; Linux; 80x24-2)": true,
		"Dillo/3.0.5": true, "Mozilla/5.0 (X11; Linux) NetSurf/3.11": true,
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": false,
	} {
		ana.header.Set("User-Agent", agent)
		got := ana.do("GET", plainRoomPath(room), nil)
		if led := got.Header.Get("Location") == plainRoomPath(room, "page"); led != text {
			t.Errorf("%s: %s %v", agent, got.Status, got.Header)
		}
		if frames := strings.Count(got.body, "<iframe"); !text && frames != 2 {
			t.Errorf("%s: %d frames", agent, frames)
		}
	}
}

func TestThePagesOfARoomLeadToAllMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	path := plainRoomPath(room, "page")
	wantParts(t, ana.do("GET", path, nil), "Nothing has been said yet")
	for i := range 120 {
		ana.tells(room, fmt.Sprintf("line %d.", i+1))
	}
	link := func(got answer, label string) string {
		t.Helper()
		found := regexp.MustCompile(`<a href="([^"]+)">` + label + `</a>`).FindStringSubmatch(got.body)
		if found == nil {
			t.Fatalf("there is no %q: %s", label, got.body)
		}
		return html.UnescapeString(found[1])
	}
	newest := ana.do("GET", path, nil)
	wantParts(t, newest, "line 71.", "line 120.")
	earlier := ana.do("GET", link(newest, "Show earlier"), nil)
	wantParts(t, earlier, "line 21.", "line 70.")
	first := ana.do("GET", link(earlier, "Show earlier"), nil)
	wantParts(t, first, "line 1.", "line 20.", "This is the beginning of the room.")
	if strings.Contains(first.body, "Show earlier") {
		t.Error("there is something before the beginning")
	}
	next := ana.do("GET", link(first, "Show newer"), nil)
	wantParts(t, next, "line 21.", "line 70.")
	none := ana.do("GET", link(newest, "Show newer"), nil)
	wantParts(t, none, "There is nothing newer yet.")
	ana.tells(room, "at last.")
	wantParts(t, ana.do("GET", link(none, "Show newer"), nil), "at last.")
	wantParts(t, ana.do("GET", link(none, "Show the newest"), nil), "at last.", "line 72.")
	wantParts(t, ana.do("GET", path+"?before=x", nil), "names no message")
}

func TestOnlyWhatWasShownIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cem := ana.brings("ben"), ana.brings("cem")
	general := ben.room("general")
	path := plainRoomPath(general.ID, "page")
	read := func() int64 { return ben.room("general").ReadNumber }
	want := func(what string, number int64) {
		t.Helper()
		if got := read(); got != number {
			t.Errorf("after %s, %d are read, want %d", what, got, number)
		}
	}
	for i := range 120 {
		ana.tells(general.ID, fmt.Sprintf("line %d.", i+1))
	}
	ben.do("HEAD", path, nil)
	want("a HEAD", 0)
	for _, site := range []string{"cross-site", "same-site"} {
		ben.header.Set("Sec-Fetch-Site", site)
		wantParts(t, ben.do("GET", path, nil), "line 120.")
		want("a link from elsewhere", 0)
	}
	ben.header.Set("Sec-Fetch-Site", "same-origin")
	ben.do("GET", path+"?after=119999", nil)
	want("an address beyond the end", 0)
	link := `<a href="` + path + `?after=0">70 unread before these</a>`
	cem.displays(general.ID).has(`?after=0" target="_top">70 unread before these</a>`)
	wantParts(t, ben.do("GET", path, nil), "line 71.", "line 120.", link)
	want("the newest", 120)
	if got := ben.do("GET", path, nil); strings.Contains(got.body, "unread before") {
		t.Errorf("what is read is unread: %s", got.body)
	}
	oldest := ben.do("GET", path+"?after=0", nil)
	wantParts(t, oldest, "line 1.", "line 50.", "Show the newest", path+"?after=50")
	if strings.Contains(oldest.body, "line 51.") {
		t.Error("the first page is too long")
	}
	want("reading back", 120)
}
