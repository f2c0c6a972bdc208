package app

import (
	"maps"
	"net/http"
	"slices"
	"testing"
)

// auditNames are the words that come with the newest entries.
func (p *person) auditNames() (names AuditNames) {
	p.t.Helper()
	var page struct{ Names AuditNames }
	p.must(http.StatusOK, "GET", "/api/v1/audit", nil, &page)
	return page.Names
}

func TestTheAuditLogNamesWhatItsFactsAreAboutAsFarAsTheReaderKnowsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	ana.gives(ben.me.ID, "admin")
	harbour, vault := ana.creates("public", "harbour").ID, ana.creates("private", "vault").ID
	ana.bringsGuest("gus", harbour, vault)
	// Whoever names a room by its number does not learn its name by that.
	ben.must(http.StatusOK, "GET", exportPath+"?room="+userName(vault), nil, nil)
	if names := ana.auditNames(); !slices.Equal(roomNames(names), []string{"harbour", "vault"}) {
		t.Errorf("whoever is in both is told %q", roomNames(names))
	}
	names := ben.auditNames()
	if !slices.Equal(roomNames(names), []string{"harbour"}) {
		t.Errorf("whoever is in neither is told %q", roomNames(names))
	}
	if len(names.People) != 1 || names.People[0].DisplayName != "Ana" {
		t.Errorf("who invited: %+v", names.People)
	}
	if len(names.Browsers) != 0 {
		t.Errorf("browsers: %v", names.Browsers)
	}

	const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	visitor := w.visitor()
	visitor.header.Set("User-Agent", agent)
	visitor.must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
	var signedIn struct{ Sessions []Session }
	visitor.must(http.StatusOK, "GET", "/api/v1/sessions", nil, &signedIn)
	i := slices.IndexFunc(signedIn.Sessions, func(s Session) bool { return s.Current })
	ana.must(http.StatusNoContent, "DELETE", "/api/v1/sessions/"+signedIn.Sessions[i].ID, nil, nil)
	if told := ben.auditNames().Browsers; !maps.Equal(told, map[string]string{agent: "Firefox on Linux"}) {
		t.Errorf("browsers: %v", told)
	}
}

func roomNames(names AuditNames) (all []string) {
	for _, room := range names.Rooms {
		all = append(all, *room.Name)
	}
	return all
}
