package app

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chatd/store/storetest"
)

func TestDoNotDisturbEndsByItself(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	hers := ana.at(there).streams("ndjson")
	his := ben.streams("ndjson")
	hers.hears(ben, "signed-in")
	until := time.Now().Add(3 * time.Second)
	me := ben.chooses("do-not-disturb", until)
	if me.Presence.Choice != "do-not-disturb" || me.Presence.Until == nil {
		t.Errorf("he is told %+v", me.Presence)
	}
	his.news(userTopic(ben.me.ID), "me-changed")
	hers.learns(ben, "do-not-disturb")
	his.does(map[string]any{"op": "activity", "state": "idle"})
	hers.learns(ben, "away")
	if early := time.Until(until); early > 0 {
		t.Errorf("it ended %v too early", early)
	}
	his.news(userTopic(ben.me.ID), "me-changed")
	ben.must(http.StatusOK, "GET", "/api/v1/me", nil, &me)
	if me.Presence.Choice != "automatic" || me.Presence.Until != nil {
		t.Errorf("after its end he is told %+v", me.Presence)
	}
	hers.heardNothing(ben)
}

// Of two people one is invisible and one is gone. Whatever somebody else looks
// at, it is the same.
func TestSomebodyInvisibleCannotBeToldFromSomebodyWhoIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shortLeases)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	general := ana.room("general")
	hers := ana.watches(ben, cleo)
	his, away := ben.streams("ndjson"), cleo.streams("ndjson")
	for _, one := range []*person{ben, cleo} {
		hers.hears(one, "signed-in")
	}
	ben.chooses("invisible", nil)
	away.hangUp()
	for _, one := range []*person{ben, cleo} {
		hers.hears(one, "went-offline")
		if hers.sees(one) != "offline" {
			t.Errorf("%s is %s", one.me.Username, hers.sees(one))
		}
	}

	shown := func() (all []string) {
		for _, one := range []*person{ben, cleo} {
			var profile Profile
			ana.must(http.StatusOK, "GET", userPath(one.me.ID), nil, &profile)
			if profile.LastSeenAt == nil {
				t.Fatalf("%s was never here: %+v", one.me.Username, profile)
			}
			all = append(all, profile.State, *profile.LastSeenAt)
		}
		var page struct {
			Members   []Member
			HereTotal int `json:"here_total"`
		}
		ana.must(http.StatusOK, "GET", roomPath(general.ID)+"/members", nil, &page)
		for _, m := range page.Members[1:] {
			all = append(all, m.State, *m.LastSeenAt)
		}
		ana.must(http.StatusOK, "GET", roomPath(general.ID)+"/members?here=true", nil, &page)
		return append(all, usernames(usersOf(page.Members))...)
	}
	before := shown()
	if before[0] != "offline" || before[2] != "offline" || before[4] != "offline" || len(before) != 9 || before[8] != "ana" {
		t.Errorf("shown is %v", before)
	}

	// Whatever an invisible person does with their devices is seen by nobody else.
	his.learns(ana, "online")
	his.does(map[string]any{"op": "activity", "state": "typing", "topic": roomTopic(general.ID)})
	his.does(map[string]any{"op": "activity", "state": "idle"})
	his.does(map[string]any{"op": "activity", "state": "active"})
	second := ben.signsInAgain()
	second.streams("ndjson").learns(ana, "online")
	second.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	fresh := ana.watches(ben, cleo)
	fresh.learns(ana, "online")
	if fresh.sees(ben) != "offline" {
		t.Errorf("a new page shows him %s", fresh.sees(ben))
	}
	if after := shown(); !slices.Equal(after, before) {
		t.Errorf("before %v, after %v", before, after)
	}

	// Giving it up is coming.
	ben.chooses("automatic", nil)
	hers.hears(ben, "signed-in")
	ben.chooses("invisible", nil)
	hers.hears(ben, "went-offline")
	ben.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	his.ends("signed-out")
	back := cleo.streams("ndjson")
	back.learns(ana, "online")
	hers.hears(cleo, "signed-in")
	hers.heardNothing(ben) // of the log-out, and of the typing
	if len(hers.hints) > 0 {
		t.Errorf("she is told %s", hers.hints[0].Payload)
	}
}

// What somebody invisible does with chatd a minute later moves nothing that others
// see of when they were last here.
func TestTheInvisibleAreNotSeenToUseChatd(t *testing.T) {
	t.Parallel()
	w, url := newLockableWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	general := ana.room("general")
	hers, his := ana.streams("ndjson"), ben.streams("ndjson")
	hers.hears(ben, "signed-in")
	ben.chooses("invisible", nil)
	hers.hears(ben, "went-offline")
	shown := func() [3]string {
		var page struct{ Members []Member }
		ana.must(http.StatusOK, "GET", roomPath(general.ID)+"/members?search=ben", nil, &page)
		var people struct{ Users []Person }
		ana.must(http.StatusOK, "GET", "/api/v1/users", nil, &people)
		i := slices.IndexFunc(people.Users, func(u Person) bool { return u.ID == ben.me.ID })
		return [3]string{*ana.profile(ben).LastSeenAt, *page.Members[0].LastSeenAt, *people.Users[i].LastSeenAt}
	}
	before := shown()

	unused := storetest.LeaveUnused(t, url, ben.me.ID)
	w.app.touches.mu.Lock()
	clear(w.app.touches.last)
	w.app.touches.mu.Unlock()
	ben.says(general.ID, "nobody is here")
	w.eventually("his use is noted", func() bool { return unused() == 0 })
	if after := shown(); after != before {
		t.Errorf("before %v, after %v", before, after)
	}
	his.hangUp()
}

func usersOf(members []Member) (users []User) {
	for _, m := range members {
		users = append(users, m.User)
	}
	return users
}

func TestTheOwnSettingsOfPresenceAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	var me Me
	ana.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"time_zone": "Europe/Vienna", "notices": "hide"}, &me)
	if me.TimeZone != "Europe/Vienna" || me.Notices != "hide" || me.Presence.Choice != "automatic" {
		t.Errorf("she is %+v", me)
	}
	if got := ana.brings("ben").profile(ana); got.TimeZone != "Europe/Vienna" || got.State != "offline" || got.LastSeenAt != nil || got.CreatedAt == "" {
		t.Errorf("her profile is %+v", got)
	}
	tomorrow, soon := time.Now().Add(24*time.Hour), time.Now().Add(time.Hour)
	for body, says := range map[string]string{
		`{"presence":{"choice":"gone"}}`: "one of",
		`{"presence":{}}`:                "choice is missing",
		`{"presence":{"choice":"invisible","until":"2001-01-01T00:00:00Z"}}`: "within the next year",
		`{"presence":{"choice":"invisible","until":"9001-01-01T00:00:00Z"}}`: "within the next year",
		`{"presence":{"choice":"invisible","until":"tomorrow"}}`:             "until",
		`{"presence":{"choice":"invisible","until":"0000-00-00T00:00:00Z"}}`: "until",
		`{"presence":{"choice":"automatic"},"notices":"show"}`:               "one after the other",
		`{"presence":{"choice":"automatic"},"status":null}`:                  "one after the other",
		`{"status":{"emoji":"no emoji"}}`:                                    "one emoji",
		`{"status":{"text":"` + strings.Repeat("x", 101) + `"}}`:             "100 characters",
		`{"status":{"text":"a\u0007b"}}`:                                     "write it anew",
		`{"status":{"text":"a\u202eb"}}`:                                     "write it anew",
		`{"status":{"text":"x","until":"2001-01-01T00:00:00Z"}}`:             "within the next year",
		`{"presence":null}`:                       "Check the presence: it may be left out, but not be null",
		`{"notices":null}`:                        "Check the notices: it may be left out",
		`{"time_zone":null}`:                      "Check the time zone: it may be left out",
		`{"display_name":null}`:                   "not be null",
		`{"email":null}`:                          "not be null",
		`{"presence":null,"status":{"text":"x"}}`: "not be null",
		`{"status":"x"}`:                          "object",
		`{"status":{"colour":"red"}}`:             "not known here",
		`{"time_zone":"../etc/passwd"}`:           "time zone",
		`{"notices":"loud"}`:                      "one of",
	} {
		got := ana.must(http.StatusUnprocessableEntity, "PATCH", "/api/v1/me", body, nil)
		checkProblem(t, got, http.StatusUnprocessableEntity, says)
	}
	ana.chooses("do-not-disturb", tomorrow)
	if me = ana.chooses("do-not-disturb", soon); me.Presence.Until == nil || *me.Presence.Until != renderTime(soon) {
		t.Errorf("her choice is %+v", me.Presence)
	}
	var limited sync.Once
	for range 30 {
		if got := ana.do("PATCH", "/api/v1/me", map[string]any{"presence": map[string]any{"choice": "automatic"}}); got.StatusCode == http.StatusTooManyRequests {
			limited.Do(func() { checkProblem(t, got, http.StatusTooManyRequests, "very often") })
		}
	}
	limited.Do(func() { t.Error("the choice may be changed without end") })
}
