package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/storetest"
)

// A room of which the first messages are kept no longer begins with the others.
func TestPlainPagesBeginWithTheFirstMessageThatIsKept(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	w := newWorldAt(t, store.Config{URL: url})
	ana := w.owner()
	boats := ana.creates("public", "boats").ID
	for i := range 5 {
		ana.tells(boats, fmt.Sprintf("old %d.", i+1))
	}
	storetest.Age(t, url, boats, 8*24*time.Hour)
	for i := range 60 {
		ana.tells(boats, fmt.Sprintf("line %d.", i+6))
	}
	ana.must(http.StatusOK, "PATCH", roomPath(boats), map[string]any{"retention_days": 7}, nil)
	if err := w.app.retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	const begins, earlier = "This is the beginning of the room.", "Show earlier"
	path := plainRoomPath(boats, "page")
	for _, c := range []struct {
		page          string
		first, beyond string // the first line shown, and the one before or after the page
		begins        bool
	}{
		{path, "line 16.", "line 15.", false},
		{path + "?before=16", "line 6.", "line 16.", true},
		{path + "?after=0", "line 6.", "line 56.", true},
		{path + "?after=5", "line 6.", "line 56.", true},
		{path + "?after=6", "line 7.", "line 6.", false},
	} {
		got := ana.do("GET", c.page, nil)
		wantParts(t, got, c.first)
		if strings.Contains(got.body, c.beyond) {
			t.Errorf("%s has %s", c.page, c.beyond)
		}
		if strings.Contains(got.body, begins) != c.begins || strings.Contains(got.body, earlier) == c.begins {
			t.Errorf("%s: says that it is the beginning, %t; leads further back, %t", c.page,
				strings.Contains(got.body, begins), strings.Contains(got.body, earlier))
		}
	}
}
