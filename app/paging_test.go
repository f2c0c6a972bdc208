package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A name of 80 times U+FDFA has the longest key.
func TestTheDirectoryIsPagedWhateverTheNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for _, end := range []string{"a", "b", "c"} {
		ana.creates("public", strings.Repeat("\ufdfa", 79)+end)
	}
	seen := 0
	for after := ""; ; {
		var page struct {
			Rooms []struct{ Name string }
			Next  *string
		}
		ana.must(http.StatusOK, "GET", "/api/v1/rooms/directory?limit=1&after="+url.QueryEscape(after), nil, &page)
		seen += len(page.Rooms)
		if page.Next == nil {
			break
		}
		after = *page.Next
	}
	if seen != 4 {
		t.Errorf("%d rooms, want 4", seen)
	}
	var page struct{ Next *string }
	ana.must(http.StatusOK, "GET", "/api/v1/rooms/directory?limit=1", nil, &page)
	checkProblem(t, ana.do("GET", "/api/v1/users?after="+*page.Next, nil), http.StatusUnprocessableEntity, "Begin with the first page")
}

func TestTheMostTokensAreAHundred(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for range 100 {
		w.brief(ana, 1<<40)
	}
	checkProblem(t, ana.do("POST", "/api/v1/tokens", map[string]any{"name": "more", "scope": "read"}), http.StatusConflict, "Revoke one that you no longer use")
}
