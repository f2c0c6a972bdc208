package app

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/storetest"
)

func mutePath(room int64, who *person) string { return memberPath(room, who) + "/mute" }

func banPath(room int64, who *person) string { return roomPath(room) + "/bans/" + userName(who.me.ID) }

func suspensionPath(who *person) string { return userPath(who.me.ID) + "/suspension" }

// inAnHour are terms with a reason.
func inAnHour(reason string) map[string]any {
	return map[string]any{"reason": reason, "until": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}
}

// promotes makes somebody a moderator of a room.
func (p *person) promotes(room int64, who *person) {
	p.t.Helper()
	p.must(http.StatusOK, "PATCH", memberPath(room, who), map[string]any{"role": "moderator"}, nil)
}

// decisions are what the person is told and has not marked as told.
func (p *person) decisions() []Decision {
	p.t.Helper()
	var told struct{ Decisions []Decision }
	p.must(http.StatusOK, "GET", "/api/v1/me/decisions", nil, &told)
	return told.Decisions
}

// entryOf is how a room-role-changed event has the room now.
func entryOf(news News) map[string]any {
	entry, _ := news.Room.(map[string]any)
	return entry
}

func TestWhoIsMutedIsToldAndWritesNothingAnywhere(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	general := ana.room("general").ID
	ana.promotes(general, cleo)
	far := ben.at(there).streams("ndjson")
	token := ben.makesToken("read-write")

	var muted Sanction
	cleo.must(http.StatusOK, "PUT", mutePath(general, ben), inAnHour("too loud"), &muted)
	if muted.User.ID != ben.me.ID || muted.By.ID != cleo.me.ID || muted.Reason != "too loud" || muted.Until == nil {
		t.Errorf("muted: %+v", muted)
	}
	if entry := entryOf(far.news(userTopic(ben.me.ID), "room-role-changed")); entry["muted"] != true || entry["muted_until"] != *muted.Until {
		t.Errorf("his list has %v", entry)
	}
	far.news(userTopic(ben.me.ID), "decided")
	if entry := ben.room("general"); !entry.Muted || *entry.MutedUntil != *muted.Until {
		t.Errorf("his entry is %+v", entry)
	}
	for _, one := range []*person{ben, ben.at(there), token} {
		checkProblem(t, one.do("POST", roomPath(general)+"/messages", map[string]any{"body": "hello"}), http.StatusForbidden, "You are muted in this room until ")
	}
	wantParts(t, ben.submits(plainRoomPath(general, "control"), "client_id", newUUID(), "body", "by form"), "You are muted in this room until", `value="by form"`)
	if e := ben.joinsPushlet("xml").must("nack", "publish", "p_subject", "/chat/general", "msg", "by pushlet"); !strings.Contains(e["p_reason"], "You are muted in this room") {
		t.Errorf("Pushlet: %q", e)
	}
	told := ben.decisions()
	if len(told) != 1 || told[0].Action != "member-muted" || told[0].Reason != "too loud" || *told[0].Until != *muted.Until ||
		told[0].Room.Name != "general" || told[0].By.DisplayName != "Cleo" {
		t.Fatalf("he is told %+v", told)
	}
	ben.must(http.StatusNoContent, "PUT", "/api/v1/me/decisions", map[string]any{"up_to": told[0].ID}, nil)
	var list struct{ Mutes []Sanction }
	ana.must(http.StatusOK, "GET", roomPath(general)+"/mutes", nil, &list)
	if len(list.Mutes) != 1 || list.Mutes[0].User.ID != ben.me.ID {
		t.Errorf("listed: %+v", list)
	}
	for _, viewer := range []*person{cleo, ben} {
		var page struct{ Members []Member }
		viewer.must(http.StatusOK, "GET", roomPath(general)+"/members", nil, &page)
		at := slices.IndexFunc(page.Members, func(m Member) bool { return m.ID == ben.me.ID })
		if got := page.Members[at]; got.Muted != (viewer == cleo) || (got.MutedUntil != nil) != (viewer == cleo) {
			t.Errorf("%s sees %+v", viewer.me.Username, got)
		}
	}
	for range 2 {
		cleo.must(http.StatusNoContent, "DELETE", mutePath(general, ben), nil, nil)
	}
	if entry := entryOf(far.news(userTopic(ben.me.ID), "room-role-changed")); entry["muted"] != false {
		t.Errorf("his list has %v", entry)
	}
	ben.says(general, "again")
	if told := ben.decisions(); len(told) != 1 || told[0].Action != "mute-ended" {
		t.Errorf("he is told %+v", told)
	}
}

// makesToken is a script with an access token of the person.
func (p *person) makesToken(scope string) *person {
	p.t.Helper()
	var made struct{ Token string }
	p.must(http.StatusCreated, "POST", "/api/v1/tokens", map[string]any{"name": "script", "scope": scope}, &made)
	script := p.visitor()
	script.me = p.me
	script.header.Set("Authorization", "Bearer "+made.Token)
	return script
}

func TestWhoIsMutedIsNotShownAsTyping(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	general := ana.room("general").ID
	near, his := ana.streams("ndjson"), ben.streams("ndjson")
	near.learns(ben, "online")
	shown := func(want string) func(event) bool {
		return func(e event) bool {
			return e.Key == typingKey(general) && strings.Contains(string(e.Payload), `"user_ids":`+want)
		}
	}
	his.types(general)
	near.next("hint", shown(fmt.Sprintf("[%d]", ben.me.ID)))
	ana.must(http.StatusOK, "PUT", mutePath(general, ben), inAnHour(""), nil)
	near.next("hint", shown("[]"))
	may, err := w.app.mayWrite(t.Context(), ben.me.ID, general)
	if err != nil || may {
		t.Errorf("he may write: %v, %v", may, err)
	}
	ana.must(http.StatusNoContent, "DELETE", mutePath(general, ben), nil, nil)
	if w.app.typing.refuses(membership{general, ben.me.ID}) {
		t.Error("that he may not write holds on")
	}
	his.types(general)
	near.next("hint", shown(fmt.Sprintf("[%d]", ben.me.ID)))
}

// refuses reports whether a node has found out that somebody may not write, and
// does not ask again yet.
func (t *typing) refuses(m membership) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	right := t.rights[m]
	return !right.may && time.Now().Before(right.until)
}

func TestSlowModeMakesPeopleWaitAndSaysForHowLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	general := ana.room("general").ID
	ana.must(http.StatusOK, "PATCH", roomPath(general), map[string]any{"slow_mode": 30}, nil)
	ben.says(general, "first")
	got := ben.do("POST", roomPath(general)+"/messages", map[string]any{"body": "second"})
	checkProblem(t, got, http.StatusTooManyRequests, "slow mode")
	if wait, err := strconv.Atoi(got.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 30 {
		t.Errorf("Retry-After: %q", got.Header.Get("Retry-After"))
	}
	wantParts(t, ben.submits(plainRoomPath(general, "control"), "client_id", newUUID(), "body", "by form"), "slow mode", `value="by form"`)
	if e := ben.joinsPushlet("xml").must("nack", "publish", "p_subject", "/chat/general", "msg", "by pushlet"); !strings.Contains(e["p_reason"], "slow mode") {
		t.Errorf("Pushlet: %q", e)
	}
	ana.says(general, "one")
	ana.says(general, "two")
}

func TestWhoIsBannedLosesTheRoomAtOnceAndStaysOut(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	boats := ana.creates("public", "boats").ID
	for _, p := range []*person{ben, cleo} {
		p.must(http.StatusOK, "PUT", roomPath(boats)+"/membership", nil, nil)
	}
	streams := []*listener{ben.streams("ndjson"), ben.at(there).streams("iframe")}
	display := ben.displays(boats)
	display.has("<ul")
	bystander := cleo.at(there).streams("ndjson")
	var banned Sanction
	ana.must(http.StatusOK, "PUT", banPath(boats, ben), inAnHour("spam"), &banned)
	for _, l := range streams {
		if e := l.next("unsubscribe-ack"); e.Why != "banned" || string(e.Topics) != `["`+roomTopic(boats)+`"]` {
			t.Errorf("%s: %+v %s", l.url, e, e.Topics)
		}
		if news := l.news(userTopic(ben.me.ID), "room-removed"); news.RoomID != boats {
			t.Errorf("he hears of %+v", news)
		}
		l.news(userTopic(ben.me.ID), "decided")
	}
	display.ends("You are banned from this room.", `<a href="/plain" target="_top">`)
	if news := bystander.news(roomTopic(boats), "leave"); news.User.ID != ben.me.ID || news.Actor.ID != ana.me.ID {
		t.Errorf("she hears of %+v", news)
	}
	checkProblem(t, ben.do("PUT", roomPath(boats)+"/membership", nil), http.StatusForbidden, "banned from this room until ")
	checkProblem(t, ben.do("PUT", roomPath(boats)+"/membership", nil), http.StatusForbidden, "The reason: spam.")
	wantParts(t, ben.submits(plainRoomPath(boats, "join")), "banned from this room until")
	checkProblem(t, cleo.do("POST", roomPath(boats)+"/members", map[string]any{"user_id": ben.me.ID}), http.StatusConflict, "End the ban first")
	checkProblem(t, ben.do("POST", roomPath(boats)+"/messages", map[string]any{"body": "x"}), http.StatusForbidden, "not a member")
	if told := ben.decisions(); len(told) != 1 || told[0].Action != "member-banned" || told[0].Reason != "spam" || told[0].Room.Name != "boats" {
		t.Errorf("he is told %+v", told)
	}
	var list struct{ Bans []Sanction }
	ana.must(http.StatusOK, "GET", roomPath(boats)+"/bans", nil, &list)
	if len(list.Bans) != 1 || list.Bans[0].User.ID != ben.me.ID || list.Bans[0].Reason != "spam" {
		t.Errorf("listed: %+v", list)
	}
	checkProblem(t, cleo.do("GET", roomPath(boats)+"/bans", nil), http.StatusForbidden, "not allowed")
	ana.must(http.StatusNoContent, "DELETE", banPath(boats, ben), nil, nil)
	ben.must(http.StatusOK, "PUT", roomPath(boats)+"/membership", nil, nil)
	ben.says(boats, "back")
}

func TestARemovalIsToldWithItsReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	secret := ana.creates("private", "secret").ID
	gus := ana.bringsGuest("gus", secret)
	ana.must(http.StatusNoContent, "DELETE", memberPath(secret, gus)+"?reason=the+work+is+done", nil, nil)
	if told := gus.decisions(); len(told) != 1 || told[0].Action != "member-removed" || told[0].Reason != "the work is done" || told[0].Room.Name != "secret" {
		t.Errorf("told %+v", told)
	}
	checkProblem(t, ana.do("DELETE", memberPath(secret, gus)+"?reason="+strings.Repeat("x", 501), nil), http.StatusUnprocessableEntity, "")
}

// What nobody can do is told in a sentence, and stands nowhere in the log.
func TestModerationThatCannotBeIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo, dan := ana.brings("ben"), ana.brings("cleo"), ana.brings("dan")
	gus := ana.bringsGuest("gus", ana.room("general").ID)
	general := ana.room("general").ID
	ana.promotes(general, cleo)
	terms := map[string]any{"until": nil}
	nobody := &person{world: w, me: User{ID: 99999}}
	for _, c := range []struct {
		by     *person
		path   string
		body   any
		status int
		says   string
	}{
		{ana, mutePath(general, ana), terms, 422, "Nobody does this to themselves"},
		{ana, banPath(general, ana), terms, 422, "Nobody does this to themselves"},
		{ana, suspensionPath(ana), terms, 422, "Nobody does this to themselves"},
		{cleo, mutePath(general, ana), terms, 403, "not allowed"},
		{cleo, banPath(general, ana), terms, 403, "not allowed"},
		{ben, suspensionPath(dan), terms, 403, "not allowed"},
		{ben, mutePath(general, dan), terms, 403, "not allowed"},
		{gus, banPath(general, dan), terms, 403, "not allowed"},
		{gus, suspensionPath(dan), terms, 403, "not allowed"},
		{ana, mutePath(general, nobody), terms, 404, "no such person"},
		{ana, banPath(general, nobody), terms, 404, "no such person"},
		{ana, suspensionPath(nobody), terms, 404, "no such person"},
		{ana, mutePath(99999, ben), terms, 404, ""},
		{ana, mutePath(general, ben), map[string]any{"until": "2001-01-01T00:00:00Z"}, 422, "lies ahead"},
		{ana, mutePath(general, ben), map[string]any{"until": "soon"}, 422, ""},
		{ana, banPath(general, ben), map[string]any{"until": nil, "reason": "a\x00"}, 422, ""},
		{ana, suspensionPath(ben), map[string]any{"until": nil, "reason": strings.Repeat("x", 501)}, 422, "500 characters"},
		{ana, suspensionPath(ben), map[string]any{"until": nil, "addresses": "yes"}, 422, ""},
		{w.visitor(), mutePath(general, ben), terms, 401, "signed out"},
		{ana.makesToken("read-write"), suspensionPath(ben), terms, 403, "No access token"},
		{ana.makesToken("read"), banPath(general, ben), terms, 403, "may only read"},
	} {
		checkProblem(t, c.by.do("PUT", c.path, c.body), c.status, c.says)
	}
	log, _, err := w.store.AuditLog(t.Context(), ana.me.ID, store.AuditPage{AuditFilter: store.AuditFilter{User: ben.me.ID}})
	if err != nil || slices.ContainsFunc(log, func(e store.AuditEntry) bool {
		return e.Action == store.AuditMemberMuted || e.Action == store.AuditMemberBanned
	}) {
		t.Errorf("the log has %+v, %v", log, err)
	}
	// Ending what is not there changes nothing.
	for _, path := range []string{mutePath(general, ben), banPath(general, ben), suspensionPath(ben)} {
		ana.must(http.StatusNoContent, "DELETE", path, nil, nil)
	}
	if told := ben.decisions(); len(told) != 0 {
		t.Errorf("he is told %+v", told)
	}
}

// Nobody rings and nobody tells the hub: what the store alone has done every
// node finds when it looks.
func TestModerationIsFeltWhenTheDoorbellIsLost(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	general := ana.room("general").ID
	his, hers := ben.at(there).streams("ndjson"), cleo.at(there).streams("iframe")
	if _, _, err := shared.Ban(t.Context(), ana.me.ID, ben.me.ID, general, store.Terms{}); err != nil {
		t.Fatal(err)
	}
	if e := his.next("unsubscribe-ack"); e.Why != "banned" {
		t.Errorf("his subscription ended: %+v", e)
	}
	his.news(userTopic(ben.me.ID), "decided")
	if _, _, err := shared.Suspend(t.Context(), ana.me.ID, cleo.me.ID, store.Terms{}, nil); err != nil {
		t.Fatal(err)
	}
	hers.ends("suspended")
}
