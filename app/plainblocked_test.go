package app

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// blocks has somebody no longer see another.
func (p *person) blocks(who *person) {
	p.t.Helper()
	p.must(http.StatusNoContent, "PUT", "/api/v1/me/blocks/"+userName(who.me.ID), nil, nil)
}

func TestThePageWithoutScriptsShowsNothingOfPeopleWhomOneBlocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	general := ana.room("general").ID
	ben.says(general, "secret one")
	ben.says(general, "secret two")
	cleo.says(general, "hello")
	ben.says(general, "secret three")
	ana.blocks(ben)

	const joined, alone = `<li class="quiet event">2 messages from somebody you blocked</li>`, `<li class="quiet event">1 message from somebody you blocked</li>`
	page := ana.must(http.StatusOK, "GET", plainRoomPath(general, "page"), nil, nil)
	wantParts(t, page, joined, "hello", alone)
	display := ana.displays(general)
	display.has(joined)
	if strings.Contains(page.body, "secret") {
		t.Errorf("the page shows %s", page.body)
	}

	ben.says(general, "secret four")
	ben.must(http.StatusNoContent, "DELETE", roomPath(general)+"/membership", nil, nil)
	cleo.must(http.StatusNoContent, "DELETE", roomPath(general)+"/membership", nil, nil)
	display.has(`<bdi>Cleo</bdi> left.`)
	shown, _ := display.soFar()
	if strings.Contains(shown, "secret") || strings.Contains(shown, "<bdi>Ben</bdi> left.") {
		t.Errorf("the display shows %s", shown)
	}
	if n := strings.Count(shown, alone); n != 2 || !slices.Equal(display.words(), []string{"hello"}) {
		t.Errorf("the display has %d lines for one message, and %q", n, display.words())
	}
	cleo.must(http.StatusOK, "PUT", roomPath(general)+"/membership", nil, nil)
	wantParts(t, cleo.must(http.StatusOK, "GET", plainRoomPath(general, "page"), nil, nil), "secret three")
}

func TestDirectMessagesOfPeopleWhomOneBlockedWaitForNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	opens := func(others ...int64) {
		t.Helper()
		var room RoomEntry
		ben.must(http.StatusCreated, "POST", "/api/v1/direct", map[string]any{"user_ids": others}, &room)
		ben.says(room.ID, "are you there?")
	}
	opens(ana.me.ID)
	opens(ana.me.ID, cleo.me.ID)
	unread := func() int {
		t.Helper()
		return strings.Count(ana.must(http.StatusOK, "GET", plainPath, nil, nil).body, `<span class="unread">1 unread</span>`)
	}
	if n := unread(); n != 2 {
		t.Errorf("before: %d rooms wait", n)
	}
	ana.blocks(ben)
	if n := unread(); n != 1 {
		t.Errorf("with him blocked: %d rooms wait", n)
	}
	ana.blocks(cleo)
	if n := unread(); n != 0 {
		t.Errorf("with both blocked: %d rooms wait", n)
	}
}
