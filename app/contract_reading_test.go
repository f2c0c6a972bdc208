package app

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"chatd/store"
	"chatd/store/storetest"
)

// byItselfWritten are the tables that a node writes to by itself, and is written
// to by nobody's request.
var byItselfWritten = []string{"nodes", "presence_leases"}

// What only reads changes nothing, so that it needs no entry in the audit log; but
// for the export of that.
func TestWhatOnlyReadsChangesNothing(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	h := newHeistIn(newWorldAt(t, store.Config{URL: url}))
	contents := storetest.Contents(t, url, byItselfWritten...)
	gone := h.keeper.creates("public", "Gone").ID
	h.keeper.must(http.StatusOK, "DELETE", roomPath(gone), nil, nil)
	var link, invite struct{ URL string }
	h.keeper.must(http.StatusCreated, "POST", userPath(h.mate.me.ID)+"/reset-link", nil, &link)
	h.keeper.must(http.StatusCreated, "POST", "/api/v1/invites", map[string]any{}, &invite)
	special := map[string]string{
		"/api/v1/rooms/{room}/deletion":            roomPath(gone) + "/deletion",
		"/api/v1/password-resets/by-token/{token}": "/api/v1/password-resets/by-token/" + inviteToken(link.URL),
		"/api/v1/invites/by-token/{token}":         "/api/v1/invites/by-token/" + inviteToken(invite.URL),
	}
	before := contents()
	h.eventually("all news is numbered", func() bool {
		last := before
		before = contents()
		return maps.Equal(last, before)
	})
	read := 0
	for _, o := range h.spec.operations() {
		if o.method != http.MethodGet || o.path == exportPath {
			continue
		}
		target := special[o.path]
		if target == "" {
			target, _ = h.request(o, nil, place{}, nil)
		}
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			got := h.keeper.do(method, target, nil)
			// Nobody has suspended the keeper.
			if got.StatusCode >= 400 && !strings.HasSuffix(o.path, "/suspension") {
				t.Errorf("%s %s: %s %s; it proves nothing", method, target, got.Status, got.body)
			}
			after := contents()
			for table := range after {
				if after[table] != before[table] {
					t.Errorf("%s %s has changed something in %s", method, target, table)
				}
			}
			before = after
			read++
		}
	}
	if read < 40 {
		t.Errorf("only %d requests", read)
	}
}
