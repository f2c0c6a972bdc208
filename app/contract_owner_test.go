package app

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"chatd/store/rights"
)

func TestTheLastOwnerCannotGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	last := func() {
		t.Helper()
		for _, body := range []map[string]any{{"role": "admin"}, {"role": "member"}, {"role": "guest"}, {"deactivated": true}} {
			checkProblem(t, ana.do("PATCH", userPath(ana.me.ID), body), http.StatusConflict, "Make somebody else owner first")
		}
	}
	last()
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"role": "admin"}, nil)
	last()
	// An owner who is deactivated is none.
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"role": "owner"}, nil)
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"deactivated": true}, nil)
	last()
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"deactivated": false}, nil)
	ana.must(http.StatusOK, "PATCH", userPath(ana.me.ID), map[string]any{"role": "member"}, nil)
}

// Two owners who act at the same moment, on themselves or on each other, never
// leave the workspace without one.
func TestTwoOwnersAtOnceNeverLeaveNone(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]map[string]any{"demote": {"role": "member"}, "deactivate": {"deactivated": true}} {
		for _, each := range []string{"themselves", "the other"} {
			t.Run(name+" "+each, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				owners := []*person{w.owner(), nil}
				owners[1] = owners[0].brings("ben")
				owners[0].must(http.StatusOK, "PATCH", userPath(owners[1].me.ID), map[string]any{"role": "owner"}, nil)
				for range 8 {
					raceOwners(t, owners, body, each == "themselves")
				}
			})
		}
	}
}

// raceOwners lets both act at once, and then makes both owners again.
func raceOwners(t *testing.T, owners []*person, body map[string]any, themselves bool) {
	t.Helper()
	statuses := make([]string, 2)
	var group sync.WaitGroup
	for i, p := range owners {
		target := owners[i]
		if !themselves {
			target = owners[1-i]
		}
		group.Go(func() {
			err := p.try("PATCH", userPath(target.me.ID), body, nil)
			if err != nil {
				statuses[i] = err.Error()
			}
		})
	}
	group.Wait()
	left, other := owners[0], owners[1]
	if !left.isOwner() {
		left, other = other, left
	}
	if !left.isOwner() {
		t.Fatalf("there is no owner left: %q", statuses)
	}
	if other.isOwner() {
		t.Fatalf("nobody could go: %q", statuses)
	}
	for _, status := range statuses {
		if strings.Contains(status, " 5") {
			t.Errorf("the server failed: %s", status)
		}
	}
	left.must(http.StatusOK, "PATCH", userPath(other.me.ID), map[string]any{"deactivated": false}, nil)
	left.must(http.StatusOK, "PATCH", userPath(other.me.ID), map[string]any{"role": "owner"}, nil)
	if !other.isOwner() { // signed out
		*other = *other.signsInAgain()
	}
}

// isOwner reports whether somebody is signed in and an owner.
func (p *person) isOwner() bool {
	got := p.do("GET", "/api/v1/me", nil)
	return got.StatusCode == http.StatusOK && strings.Contains(got.body, `"role":"`+string(rights.Owner)+`"`)
}
