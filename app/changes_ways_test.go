package app

import (
	"net/http"
	"strings"
	"testing"
)

// A page without scripts cannot change a line that it has shown: it tells of an
// edit when it is loaded anew.
func TestPagesWithoutScriptsShowRepliesInThreadsAndEdits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	display := ana.displays(room)
	root := ben.says(room, "as it was")
	ben.replies(room, root.Number, "the reply")
	ben.must(http.StatusOK, "PATCH", messagePath(room, root.Number), map[string]any{"body": "as it is"}, nil)
	ben.says(room, "the last")
	display.has("the last")
	shown, ended := display.soFar()
	if ended || strings.Contains(shown, "as it is") || strings.Count(shown, "as it was") != 1 || strings.Count(shown, "the reply") != 1 || strings.Count(shown, "in a thread") != 1 {
		t.Errorf("ended: %t; the display shows %s", ended, shown)
	}
	page := ana.do("GET", plainRoomPath(room, "page"), nil).body
	again := ana.displays(room)
	again.has("the last")
	anew, _ := again.soFar()
	for where, shown := range map[string]string{"page": page, "display": anew} {
		if strings.Contains(shown, "as it was") || !strings.Contains(shown, "as it is") || !strings.Contains(shown, `<span class="quiet">edited</span>`) ||
			!strings.Contains(shown, "the reply") || !strings.Contains(shown, `<span class="quiet">in a thread</span>`) {
			t.Errorf("loaded anew the %s shows %s", where, shown)
		}
	}
}

func TestPushletClientsAreToldOfRepliesInThreadsAndEdits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	subject := "/chat/" + userName(room)
	for _, format := range []string{"xml", "js"} {
		away, here := ben.joinsPushlet(format), ben.joinsPushlet(format)
		stream := here.streams(subject)
		away.asks("listen", "p_mode", "pull", "p_subject", subject)
		root := ana.says(room, "as it *was*")
		if e := stream.next("data"); e["msg"] != root.Body || e["thread"] != "" || e["number"] != decimal(root.Number) {
			t.Errorf("%s: the root is told as %q", format, e)
		}
		reply := ana.replies(room, root.Number, "the reply")
		if e := stream.next("data"); e["msg"] != "the reply" || e["thread"] != decimal(root.Number) || e["number"] != decimal(reply.Number) {
			t.Errorf("%s: a reply is told as %q", format, e)
		}
		ana.must(http.StatusOK, "PATCH", messagePath(room, root.Number), map[string]any{"body": "as it *is*"}, nil)
		e := stream.next("message-edited")
		if e["msg"] != "as it *is*" || e["number"] != decimal(root.Number) || e["id"] != decimal(root.ID) || e["p_subject"] != subject || e["p_from"] != "ana" || e["thread"] != "" {
			t.Errorf("%s: an edit is told as %q", format, e)
		}
		var kinds []string
		for _, e := range away.asks("refresh") {
			if e["number"] != "" {
				kinds = append(kinds, e["p_event"]+" "+e["number"])
			}
		}
		want := "data " + decimal(root.Number) + ", data " + decimal(reply.Number) + ", message-edited " + decimal(root.Number)
		if got := strings.Join(kinds, ", "); got != want {
			t.Errorf("%s: who pulls later is told %s, want %s", format, got, want)
		}
		stream.hangUp()
	}
}
