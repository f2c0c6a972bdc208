package app

import (
	"net/http"
	"testing"
	"time"

	"chatd/store/storetest"
)

func TestNoticesGoToThoseWhoShareASmallRoom(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared, shortLeases), newWorldOn(t, shared, shortLeases)
	ana := here.owner()
	ben, cleo, dan := ana.brings("ben"), ana.brings("cleo"), ana.brings("dan")
	boats, quay := ana.creates("public", "boats"), ana.creates("public", "quay")
	ben.leavesFor(boats.ID)
	cleo.leavesFor(quay.ID)
	// Ana shares a room with both, Cleo has Ben on her screen only.
	hers, far, aside := ana.streams("ndjson"), ana.at(there).streams("iframe"), cleo.watches(ben)
	aside.learns(ana, "online")

	his := ben.at(there).streams("ndjson")
	for _, l := range []*listener{hers, far} {
		l.hears(ben, "signed-in")
	}
	aside.learns(ben, "online")
	his.learns(ana, "online")
	if his.sees(cleo) != "offline" {
		t.Errorf("Ben is told of Cleo, with whom he shares no room: %v", his.states)
	}

	// A second device, and the first one gone: nothing to tell.
	second := ben.streams("ndjson")
	his.hangUp()
	began := time.Now()
	ben.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	second.ends("signed-out")
	for _, l := range []*listener{hers, far} {
		l.hears(ben, "signed-out")
	}
	t.Logf("the log-out is heard of after %v", time.Since(began).Round(time.Millisecond))
	aside.learns(ben, "offline")

	// A lost connection, after its lease.
	again := ben.signsInAgain()
	again.streams("ndjson").hangUp()
	for _, l := range []*listener{hers, far} {
		l.hears(ben, "signed-in")
		l.hears(ben, "went-offline")
		l.heardNothing(ben)
	}
	aside.learns(ben, "offline")

	// Dan comes last, so that all that was before has been told.
	dan.leavesFor(quay.ID)
	dan.streams("ndjson")
	aside.hears(dan, "signed-in")
	aside.heardNothing(ben)
	aside.heardNothing(cleo)
}

func TestSomebodyIsAwayWhenAllTheirDevicesAreIdle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	hers := ana.streams("ndjson")
	phone := ben.signsInAgain()
	one, two := ben.streams("ndjson"), phone.streams("iframe")
	hers.hears(ben, "signed-in")
	one.does(map[string]any{"op": "activity", "state": "idle"})
	two.does(map[string]any{"op": "activity", "state": "idle"})
	hers.learns(ben, "away")
	two.does(map[string]any{"op": "activity", "state": "active"})
	hers.learns(ben, "online")
	one.learns(ben, "online") // one is told of oneself, too
	// Somebody comes back with a request that says so.
	two.hangUp()
	two.idle = true
	two.open("ndjson")
	hers.learns(ben, "away")
	phone.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	two.ends("signed-out")
	one.does(map[string]any{"op": "activity", "state": "active"})
	hers.learns(ben, "online")
	hers.heardNothing(ben)
}

func TestWhoJoinsASmallRoomIsSeenByItsMembersAtOnce(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	boats := ana.creates("public", "boats")
	ben.leavesFor(0)
	// He is here before she looks: a circle that grows brings the notices since
	// her last one.
	his := ben.at(there).streams("ndjson")
	his.learns(ben, "online")
	here.eventually("both nodes know that he is here", func() bool {
		return here.app.tracker.State(ben.me.ID) == "online" && there.app.tracker.State(ben.me.ID) == "online"
	})
	near, far := ana.streams("ndjson"), ana.at(there).streams("ndjson")
	for _, l := range []*listener{near, far} {
		l.learns(ana, "online")
		if l.sees(ben) != "offline" {
			t.Errorf("she is told of Ben, with whom she shares no room: %v", l.states)
		}
	}
	began := time.Now()
	ben.must(http.StatusOK, "PUT", roomPath(boats.ID)+"/membership", nil, nil)
	for _, l := range []*listener{near, far} {
		l.learns(ben, "online")
	}
	his.learns(ana, "online")
	took := time.Since(began)
	ben.must(http.StatusNoContent, "DELETE", roomPath(boats.ID)+"/membership", nil, nil)
	for _, l := range []*listener{near, far} {
		l.learns(ben, "offline")
		l.heardNothing(ben)
	}
	his.learns(ana, "offline")
	t.Logf("he was seen after %v", took.Round(time.Millisecond))
}

// Whoever asks again needs no look at rooms: while nobody can read memberships,
// others still come and go before everybody's eyes.
func TestAPollDoesNotAskWhoSharesARoom(t *testing.T) {
	t.Parallel()
	w, url := newLockableWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	poll := ana.listener()
	his := ben.streams("ndjson")
	his.learns(ben, "online")
	for poll.sees(ben) != "online" {
		poll.polls()
	}
	storetest.Lock(t, url, "memberships")
	his.does(map[string]any{"op": "activity", "state": "idle"})
	for poll.sees(ben) != "away" {
		poll.polls()
	}
	his.does(map[string]any{"op": "activity", "state": "active"})
	for poll.sees(ben) != "online" {
		poll.polls()
	}
}

// Whatever somebody chose to be and however idle they are: they are told what is
// new as always.
func TestPresenceKeepsNothingFromAnybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	general := ana.room("general")
	for _, choice := range []string{"automatic", "do-not-disturb", "invisible"} {
		ben.chooses(choice, nil)
		for _, idle := range []bool{false, true} {
			l := ben.listener()
			l.idle = idle
			l.open("ndjson")
			l.next("listen-ack")
			sent := ana.says(general.ID, choice)
			if news := l.news(roomTopic(general.ID), "message"); news.Message.ID != sent.ID {
				t.Errorf("%s, idle %v: %+v", choice, idle, news.Message)
			}
			if o := ben.room("general"); o.LastNumber != sent.Number || o.ReadNumber >= sent.Number {
				t.Errorf("%s, idle %v: unread is not what it should be: %+v", choice, idle, o)
			}
			l.hangUp()
		}
	}
}
