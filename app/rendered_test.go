package app

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestWhatPeopleWriteIsRenderedOnceAndForEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general")
	stream := ben.streams("ndjson")
	const body = "**Hi** @Ben, see #General :tada: <script>alert(1)</script>"
	want := `<p><strong>Hi</strong> <span class="mention" data-user="` + decimal(ben.me.ID) + `">@Ben</span>, see <a class="room-link" data-room="` + decimal(room.ID) +
		`">#General</a> <span class="emoji" title=":tada:">🎉</span> &lt;script&gt;alert(1)&lt;/script&gt;</p>`
	sent := ana.says(room.ID, body)
	stream.news(roomTopic(room.ID), "message")
	read := ben.history(room.ID, "").Messages
	last := read[len(read)-1]
	for where, m := range map[string]Message{"answer": sent, "history": last} {
		if m.HTML != want || m.Body != body || !slices.Equal(m.Mentions, []int64{ben.me.ID}) {
			t.Errorf("%s: %q, mentions %v\nwant %q", where, m.HTML, m.Mentions, want)
		}
	}
	if m := ana.says(room.ID, "just words,\non two lines"); m.HTML != "" {
		t.Errorf("plain text has the HTML %q", m.HTML)
	}
}

func TestOnlyPeopleOfTheRoomAreCalled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	room := ana.creates("private", "secret")
	ana.must(http.StatusNoContent, "POST", roomPath(room.ID)+"/members", map[string]any{"user_id": ben.me.ID}, nil)
	m := ana.says(room.ID, "@ben @cleo @nobody `@ben`\n> @ana")
	if !slices.Equal(m.Mentions, []int64{ben.me.ID}) {
		t.Errorf("called are %v", m.Mentions)
	}
	if !strings.Contains(m.HTML, `data-user="`+decimal(cleo.me.ID)+`">@cleo<`) || strings.Contains(m.HTML, "@nobody<") {
		t.Errorf("shown is %s", m.HTML)
	}
}

func TestEverybodyIsCalledByThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	room := ana.room("general")
	ben.streams("ndjson")
	w.eventually("ben is here", func() bool {
		here, err := w.app.store.HereIn(t.Context(), room.ID, ana.me.ID)
		return err == nil && slices.Contains(here, ben.me.ID)
	})
	if m := ana.says(room.ID, "@room"); m.MentionsAll != "room" || m.HTML != `<p><span class="mention" data-everyone="room">@room</span></p>` {
		t.Errorf("@room: %q, %s", m.MentionsAll, m.HTML)
	}
	if m := ana.says(room.ID, "@here @room is quiet, @cleo"); m.MentionsAll != "room" || !slices.Equal(m.Mentions, []int64{cleo.me.ID}) {
		t.Errorf("@here @room: %q %v", m.MentionsAll, m.Mentions)
	}
	if m := ana.says(room.ID, "@here"); m.MentionsAll != "here" || !slices.Equal(m.Mentions, []int64{ben.me.ID}) {
		t.Errorf("@here: %q %v, want ben, %d", m.MentionsAll, m.Mentions, ben.me.ID)
	}
	ana.must(http.StatusOK, "PATCH", "/api/v1/users/"+decimal(ben.me.ID), map[string]any{"role": "guest"}, nil)
	if m := ben.says(room.ID, "@room *please*"); m.MentionsAll != "" || m.HTML != "<p>@room <em>please</em></p>" {
		t.Errorf("a guest: %q, %s", m.MentionsAll, m.HTML)
	}
}

func TestPagesWithoutScriptsShowWhatMarkdownMakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general")
	display := ana.displays(room.ID)
	ana.says(room.ID, "**bold** https://example.org <script>alert(1)</script>")
	ana.says(room.ID, "||hidden||")
	ana.says(room.ID, "plain <b>\nwords")
	page := ana.do("GET", plainRoomPath(room.ID, "page"), nil)
	for _, want := range []string{
		`<div class="words rich" dir="auto"><p><strong>bold</strong> <a href="https://example.org" rel="noopener noreferrer nofollow" target="_blank">https://example.org</a> &lt;script&gt;alert(1)&lt;/script&gt;</p></div>`,
		`<p><span class="spoiler" tabindex="0" title="Spoiler">hidden</span></p>`,
		`<p class="words" dir="auto">plain &lt;b&gt;<br>words</p>`,
	} {
		display.has(want)
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func decimal(id int64) string { return strconv.FormatInt(id, 10) }
