package app

import (
	"net/http"
	"testing"
	"time"

	"chatd/comet"
	"chatd/store"
	"chatd/store/storetest"
)

// What is kept no longer is in no history and told to nobody again, on no node,
// whatever the hub still had.
func TestOldMessagesAreGoneOnEveryNode(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	here, there := newWorldAt(t, store.Config{URL: url}), newWorldAt(t, store.Config{URL: url})
	ana := here.owner()
	boats := ana.creates("public", "boats")
	streams := []*listener{ana.streams("ndjson"), ana.at(there).streams("ndjson")}
	ana.says(boats.ID, "old")
	ana.says(boats.ID, "older than that")
	for _, l := range streams {
		for len(l.texts[roomTopic(boats.ID)]) < 2 {
			l.news(roomTopic(boats.ID), "message")
		}
	}
	storetest.Age(t, url, boats.ID, 8*24*time.Hour)
	ana.says(boats.ID, "new")
	for _, l := range streams {
		l.news(roomTopic(boats.ID), "message", func(n News) bool { return n.Message.Body == "new" })
	}
	if err := here.app.retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kept := ana.history(boats.ID, "").Messages; len(kept) != 3 {
		t.Fatalf("nobody asked for it, and %d are left", len(kept))
	}
	ana.must(http.StatusOK, "PATCH", roomPath(boats.ID), map[string]any{"retention_days": 7}, nil)
	if err := here.app.retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kept := ana.history(boats.ID, "").Messages; len(kept) != 1 || kept[0].Body != "new" || kept[0].Number != 3 {
		t.Errorf("kept: %+v", kept)
	}
	for _, w := range []*world{here, there} {
		w.eventually("the hub tells nothing of them", func() bool {
			late := ana.at(w).listener()
			late.have = map[string]comet.Position{roomTopic(boats.ID): {Epoch: boats.Position.Epoch}}
			late.open("ndjson")
			late.news(roomTopic(boats.ID), "message", func(n News) bool { return n.Message.Body == "new" })
			late.hangUp()
			return len(late.texts[roomTopic(boats.ID)]) == 1
		})
	}
	entry := ana.room("boats")
	if entry.LastNumber != 3 || entry.ReadNumber < 2 {
		t.Errorf("the entry is %+v", entry)
	}
}
