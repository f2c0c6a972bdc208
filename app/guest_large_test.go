package app

import (
	"net/http"
	"testing"

	"chatd/store"
	"chatd/store/storetest"
)

// The stream goes on while somebody joins: no new request tells the hub of it.
func TestAGuestSeesWhoJoinsALargeRoomOnEveryNode(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	general := ana.room("general").ID
	here.crowd(ana, store.SmallRoom)
	gus := ana.bringsGuest("gus", general)
	for _, p := range []*person{ben, cleo} {
		p.must(http.StatusNoContent, "DELETE", roomPath(general)+"/membership", nil, nil)
		p.streams("ndjson")
	}
	streams := []*listener{gus.watches(ben, cleo, ana), gus.at(there).watches(ben, cleo, ana)}
	ana.streams("ndjson")
	for _, l := range streams {
		l.learns(ana, "online")
		if l.sees(ben) != "offline" || l.sees(cleo) != "offline" {
			t.Errorf("he is told %v of people with whom he shares no room", l.states)
		}
	}
	ben.must(http.StatusOK, "PUT", roomPath(general)+"/membership", nil, nil)
	for _, l := range streams {
		l.learns(ben, "online")
		if l.sees(cleo) != "offline" {
			t.Errorf("he is told of more: %v", l.states)
		}
	}
	// And when a guest is the one who joins.
	gil := ana.bringsGuest("gil", ana.creates("private", "quay").ID)
	streams = []*listener{gil.watches(ben, ana), gil.at(there).watches(ben, ana)}
	for _, l := range streams {
		l.learns(ana, "online")
		if l.sees(ben) != "offline" {
			t.Errorf("gil is told %v of somebody with whom he shares no room", l.states)
		}
	}
	ana.adds(general, gil)
	for _, l := range streams {
		l.learns(ben, "online")
	}
}
