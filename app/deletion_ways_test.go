package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestPagesWithoutScriptsDoNotShowADeletedMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	ben.says(room, "unspeakable")
	ben.says(room, "fine")
	display := ana.displays(room)
	display.has("fine")
	d := ana.deletes(room, 1)
	style := plainPath + "/deleted.css?numbers=1"
	display.has(`<link rel="stylesheet" href="` + style + `">A message was deleted.`)
	if shown, _ := display.soFar(); !strings.Contains(shown, `<li class="message" id="m1">`) {
		t.Errorf("there is nothing that the style takes away: %s", shown)
	}
	got := w.visitor().do("GET", style, nil)
	if got.StatusCode != http.StatusOK || got.body != "#m1{display:none}\n" || got.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%s %v %q", got.Status, got.Header, got.body)
	}
	for _, page := range []string{"page", "page?after=0", "page?before=2"} {
		got := ana.do("GET", plainRoomPath(room, page), nil)
		if strings.Contains(got.body, "unspeakable") || !strings.Contains(got.body, "A message was deleted here.") {
			t.Errorf("%s: %s", page, got.body)
		}
	}
	later := ana.displays(room)
	later.has("fine")
	if shown, _ := later.soFar(); strings.Contains(shown, "unspeakable") || !strings.Contains(shown, "A message was deleted here.") {
		t.Errorf("a display that begins later shows %s", shown)
	}
	ana.undoes(d)
	display.has("A deleted message is back.")
	ana.displays(room).has("unspeakable")
}

func TestTheStyleThatTakesMessagesAwayHoldsNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	many := newDeletedContent(1, make([]int64, 250))
	if len(many.Styles) != 3 || many.Count != 250 {
		t.Errorf("%d styles for %d messages", len(many.Styles), many.Count)
	}
	for _, query := range []string{"", "?numbers=", "?numbers=0", "?numbers=1,", "?numbers=x", "?numbers=1{}body", "?numbers=-1", "?numbers=" + strings.Repeat("1,", 100) + "1"} {
		if got := w.visitor().do("GET", plainPath+"/deleted.css"+query, nil); got.StatusCode != http.StatusNotFound || strings.Contains(got.body, "display") {
			t.Errorf("%s: %s", query, got.Status)
		}
	}
}

func TestPushletClientsAreToldOfDeletedMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	for _, format := range []string{"xml", "js"} {
		away, here := ben.joinsPushlet(format), ben.joinsPushlet(format)
		subject := "/chat/" + userName(room)
		stream := here.streams(subject)
		away.asks("listen", "p_mode", "pull", "p_subject", subject)
		said := ana.says(room, "unspeakable")
		stream.hears("unspeakable")
		d := ana.deletes(room, said.Number)
		numbers := fmt.Sprint(said.Number)
		if e := stream.next("messages-deleted"); e["numbers"] != numbers || e["p_subject"] != subject || e["msg"] != "" {
			t.Errorf("%q", e)
		}
		heard := away.asks("refresh")
		for _, e := range heard {
			if strings.Contains(fmt.Sprint(e), "unspeakable") {
				t.Errorf("who comes later is told %q", heard)
			}
		}
		ana.undoes(d)
		if e := stream.next("messages-undeleted"); e["numbers"] != numbers {
			t.Errorf("%q", e)
		}
		stream.hangUp()
	}
}
