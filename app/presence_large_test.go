package app

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"chatd/store"
)

// crowd has as many people join the workspace, and with it its first room.
func (w *world) crowd(owner *person, n int) {
	w.t.Helper()
	owner.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"sign_up": "open"}, nil)
	for i := range n {
		name := fmt.Sprint("crew", i)
		if _, _, err := w.store.SignUp(w.t.Context(), "", store.NewUser{Username: name, DisplayName: name, PasswordHash: "none"}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestALargeRoomIsToldInNumbersAndOfThoseOnTheScreen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo, dan := ana.brings("ben"), ana.brings("cleo"), ana.brings("dan")
	general := ana.room("general")
	w.crowd(ana, store.SmallRoom)
	hers := ana.watches(ben)
	hers.does(map[string]any{"op": "view", "people": []string{userName(ben.me.ID)}, "room": userName(general.ID)})
	hers.until("she alone is here", func() bool { return hers.here[userName(general.ID)] == 1 })
	ben.streams("ndjson")
	hers.learns(ben, "online")
	hidden := cleo.streams("ndjson")
	hers.until("three are here", func() bool { return hers.here[userName(general.ID)] == 3 })
	if hers.sees(cleo) != "offline" || len(hers.notices) > 0 {
		t.Errorf("of a large room she is told %v %q", hers.states, hers.notices)
	}
	if hidden.next("presence"); hidden.sees(ben) != "offline" {
		t.Errorf("of a large room Cleo is told %v", hidden.states)
	}
	// Scrolling shows others, with their states of now.
	hers.does(map[string]any{"op": "view", "people": []string{userName(cleo.me.ID), userName(dan.me.ID)}, "room": userName(general.ID)})
	if e := hers.next("presence"); e.Snapshot || e.States[userName(cleo.me.ID)] != "online" || e.States[userName(dan.me.ID)] != "offline" {
		t.Errorf("after scrolling she is told %+v", e)
	}
	// Whoever is not in a room is not told how many are there.
	secret := ana.creates("private", "secret")
	hidden.does(map[string]any{"op": "view", "room": userName(secret.ID)})
	dan.streams("ndjson")
	hers.until("four are here", func() bool { return hers.here[userName(general.ID)] == 4 })
	w.eventually("it was asked", func() bool {
		w.app.headcount.mu.Lock()
		defer w.app.headcount.mu.Unlock()
		room := w.app.headcount.rooms[secret.ID]
		if room == nil {
			return false
		}
		allowed, asked := room.viewers[cleo.me.ID]
		return asked && !allowed && len(w.app.headcount.unasked) == 0
	})
	cleo.must(http.StatusNoContent, "DELETE", roomPath(general.ID)+"/membership", nil, nil)
	hers.until("three are here", func() bool { return hers.here[userName(general.ID)] == 3 })
	hidden.does(map[string]any{"op": "view", "people": []string{userName(dan.me.ID)}, "room": userName(general.ID)})
	hidden.learns(dan, "online")
	if len(hidden.here) > 0 {
		t.Errorf("Cleo is told %v", hidden.here)
	}
	cleo.must(http.StatusOK, "PUT", roomPath(general.ID)+"/membership", nil, nil)
	hidden.until("she is told again", func() bool { return hidden.here[userName(general.ID)] == 4 })
	var page struct {
		Members      []Member
		MembersTotal int `json:"members_total"`
		HereTotal    int `json:"here_total"`
	}
	ana.must(http.StatusOK, "GET", roomPath(general.ID)+"/members?here=true&limit=3", nil, &page)
	if names := usernames(usersOf(page.Members)); !slices.Equal(names, []string{"ana", "ben", "cleo"}) || page.MembersTotal != 104 || page.HereTotal != 4 {
		t.Errorf("here are %q, %d of %d", names, page.HereTotal, page.MembersTotal)
	}
	ana.must(http.StatusOK, "GET", roomPath(general.ID)+"/members?search=LE", nil, &page)
	if names := usernames(usersOf(page.Members)); !slices.Equal(names, []string{"cleo"}) || page.Members[0].State != "online" || page.Members[0].LastSeenAt != nil {
		t.Errorf("found %q: %+v", names, page.Members)
	}
}

func TestWhatIsNoRoomIsNotCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	hers := ana.watches()
	for _, topic := range []int64{ana.me.ID, store.WorkspaceTopic} {
		hers.does(map[string]any{"op": "view", "room": userName(topic)})
		w.eventually("it was asked", func() bool {
			w.app.headcount.mu.Lock()
			defer w.app.headcount.mu.Unlock()
			room := w.app.headcount.rooms[topic]
			if room == nil {
				return false
			}
			allowed, asked := room.viewers[ana.me.ID]
			if allowed {
				t.Fatalf("she may know who is in %d", topic)
			}
			return asked && w.app.headcount.waiting == 0
		})
	}
	ana.brings("ben").streams("ndjson")
	hers.until("Ben is here", func() bool { return len(hers.notices) > 0 })
	if len(hers.here) > 0 {
		t.Errorf("she is told %v", hers.here)
	}
}
