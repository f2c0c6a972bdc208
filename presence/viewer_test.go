package presence_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"chatd/presence"
)

// event is a presence event, as clients read it.
type event struct {
	Event    string
	Revision string
	Snapshot bool
	States   map[string]string
	Notices  []struct {
		User, Notice string
		Time         int64
	}
	Here map[string]int
}

// viewer is somebody who is told of presence. As every client, they learn
// revisions from events alone.
type viewer struct {
	t testing.TB
	presence.Viewer
	revision  string            // of the last event
	kept      string            // what the connection goes on from
	states    map[string]string // of those who are not offline
	notices   []string
	here      map[string]int
	snapshots int
	last      string
}

// viewer returns somebody whose circle is everybody, and who never comes or
// goes.
func (w *world) viewer() *viewer { return w.viewerOf(onlooker) }

func (w *world) viewerOf(user int64) *viewer {
	return &viewer{t: w.t, Viewer: presence.Viewer{User: user}, states: map[string]string{}}
}

// tracker is whom a viewer asks.
type tracker interface {
	Since(v presence.Viewer, revision string) (event []byte, next string)
}

// poll makes a new request to a node, and says whether something was new.
func (v *viewer) poll(n tracker) bool {
	v.t.Helper()
	v.kept = v.revision
	return v.ask(n)
}

// ask asks a node what is new, as a connection that goes on.
func (v *viewer) ask(n tracker) bool {
	v.t.Helper()
	encoded, next := n.Since(v.Viewer, v.kept)
	v.kept = next
	if v.last = string(encoded); encoded == nil {
		if number(next) != number(v.revision) {
			v.t.Fatalf("the connection is at %q, the client at %q", next, v.revision)
		}
		return false
	}
	v.revision = next
	var e event
	if err := json.Unmarshal(encoded, &e); err != nil {
		v.t.Fatalf("event %s: %v", encoded, err)
	}
	if e.Event != "presence" || e.Revision != next || len(next) > 200 {
		v.t.Fatalf("event %s goes with %q", encoded, next)
	}
	if e.Snapshot {
		v.snapshots++
		clear(v.states)
	}
	for user, state := range e.States {
		if v.states[user] = state; state == presence.StateOffline {
			delete(v.states, user)
		}
	}
	for _, n := range e.Notices {
		v.notices = append(v.notices, n.User+" "+n.Notice)
	}
	if e.Here != nil {
		v.here = e.Here
	}
	return true
}

// sees compares whom the viewer sees after asking a node: people who are
// online, or "12 away".
func (v *viewer) sees(n *node, want ...string) {
	v.t.Helper()
	v.poll(n)
	got := make([]string, 0, len(v.states))
	for _, user := range slices.Sorted(maps.Keys(v.states)) {
		if v.states[user] != presence.StateOnline {
			user += " " + v.states[user]
		}
		got = append(got, user)
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		v.t.Fatalf("viewer sees %q, want %q", got, want)
	}
}
