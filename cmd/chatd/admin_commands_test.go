package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"chatd/app"
	"chatd/store/storetest"
)

// reads decodes what a command answers machines with.
func reads[T any](t *testing.T, args []string, settings ...string) (answer T) {
	t.Helper()
	text := does(t, "", append(args, "--json"), settings...)
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&answer); err != nil {
		t.Fatalf("%v: %v in %s", args, err, text)
	}
	return answer
}

// words is a command line with words that have no spaces.
func words(line string) []string { return strings.Fields(line) }

type entries struct{ Entries []app.AuditEntry }

// acts are the actions in the audit log, the oldest first. All are the command
// line's but those that a person did.
func acts(t *testing.T, settings ...string) (list []string) {
	t.Helper()
	log := reads[entries](t, words("admin audit list --limit 1000"), settings...).Entries
	for i := len(log) - 1; i >= 0; i-- {
		e := log[i]
		if e.Origin != "command-line" {
			continue
		}
		if e.Actor != nil {
			t.Errorf("the log names %v for an act of the command line", e.Actor)
		}
		list = append(list, e.Action)
	}
	return list
}

func TestPeopleAreLookedAfterWhileChatdRuns(t *testing.T) {
	t.Parallel()
	database := "CHATD_DATABASE_URL=" + storetest.URL(t)
	chatd := serving(t, database)
	page := chatd.setUp(t).page(t)
	person := func(line string) app.AdminPerson {
		t.Helper()
		return reads[app.AdminPerson](t, words(line), database)
	}

	said := does(t, "a good password\n", words("admin users make ben Ben --email ben@example.org"), database)
	if said != "Ben (ben) has an account, with the password that you gave.\n" {
		t.Errorf("it says %q", said)
	}
	page.shows(t, "user-added")
	made := reads[struct {
		app.AdminPerson
		Password string
	}](t, words("admin users make cleo Cleo --role guest"), database)
	if made.Role != "guest" || made.Password == "" || made.Rooms != 0 {
		t.Errorf("made %+v", made)
	}
	chatd.browser(t).signIn(t, "cleo", made.Password)
	ben := chatd.browser(t)
	ben.signIn(t, "ben@example.org", "a good password")
	his := ben.page(t)

	if p := person("admin users role ben admin"); p.Role != "admin" || p.Sessions != 1 {
		t.Errorf("ben is %+v", p)
	}
	page.shows(t, "user-changed")
	his.shows(t, "me-changed")
	if p := person("admin users suspend ben --until 3d --reason spam"); p.State != "suspended" || p.SuspendedUntil == nil || p.Sessions != 0 {
		t.Errorf("ben is %+v", p)
	}
	his.shows(t, "abort")
	if status, text := chatd.browser(t).do(t, http.MethodPost, "/api/v1/sign-in", map[string]any{"login": "ben", "password": "a good password"}); status != http.StatusForbidden || !strings.Contains(text, "spam") {
		t.Errorf("ben signs in although suspended: %d %s", status, text)
	}
	if p := person("admin users unsuspend ben"); p.State != "active" {
		t.Errorf("ben is %+v", p)
	}
	if p := person("admin users deactivate ben"); p.State != "deactivated" || p.DeactivatedAt == nil {
		t.Errorf("ben is %+v", p)
	}
	if p := person("admin users reactivate ben"); p.State != "active" {
		t.Errorf("ben is %+v", p)
	}
	if p := person("admin users sign-out cleo"); p.Sessions != 0 {
		t.Errorf("cleo is %+v", p)
	}
	said = does(t, "", words("admin users sign-out cleo"), database) // there is nothing to end any more
	if said != "Cleo (cleo) is signed out everywhere. There was no session and no access token to end.\n" {
		t.Errorf("it says %q", said)
	}
	want := "user-added user-added user-role-changed user-suspended suspension-ended user-deactivated user-reactivated user-signed-out"
	if got := strings.Join(acts(t, database), " "); got != want {
		t.Errorf("the log has %s\nwant %s", got, want)
	}

	people := reads[struct{ People []app.AdminPerson }](t, words("admin users list --order newest --limit 2"), database).People
	if len(people) != 2 || people[0].Username != "cleo" || people[1].Username != "ben" {
		t.Errorf("the list is %+v", people)
	}
	table := does(t, "", words("admin users list --role owner"), database)
	if !strings.HasPrefix(table, "LOGIN") || !strings.Contains(table, "ana ") || strings.Count(table, "\n") != 2 {
		t.Errorf("the table is %s", table)
	}
	if shown := does(t, "", words("admin users show ben"), database); !strings.HasPrefix(shown, "Ben (ben), admin, active\n") || !strings.Contains(shown, "ben@example.org") {
		t.Errorf("it shows %s", shown)
	}
	if text := chatd.stderr.String(); strings.Contains(text, made.Password) {
		t.Error("the log holds a password")
	}
}

func TestInvitesAreLookedAfterWhileChatdRuns(t *testing.T) {
	t.Parallel()
	database := "CHATD_DATABASE_URL=" + storetest.URL(t)
	chatd := serving(t, database)
	chatd.setUp(t)
	type made struct {
		ID        int64
		URL       string
		ExpiresAt string `json:"expires_at"`
	}
	invite := reads[made](t, words("admin invites make --days 2 --uses 1 --role guest --rooms general --public-url https://chat.example.org/x"), database)
	token, ok := strings.CutPrefix(invite.URL, "https://chat.example.org/x/join/")
	if !ok {
		t.Fatalf("the link is %s", invite.URL)
	}
	signUp := func(name string) int {
		status, _ := chatd.browser(t).do(t, http.MethodPost, "/api/v1/sign-up",
			map[string]any{"invite": token, "username": name, "display_name": name, "password": anasPassword})
		return status
	}
	if status := signUp("ben"); status != http.StatusCreated {
		t.Errorf("the first one: %d", status)
	}
	if status := signUp("cleo"); status != http.StatusGone {
		t.Errorf("the second one: %d", status)
	}
	other := reads[made](t, words("admin invites make"), database)
	if token, ok = strings.CutPrefix(other.URL, "/join/"); !ok {
		t.Errorf("the link is %s", other.URL)
	}
	does(t, "", words(fmt.Sprint("admin invites revoke ", other.ID)), database)
	if status := signUp("dan"); status != http.StatusGone {
		t.Errorf("with the revoked one: %d", status)
	}
	table := does(t, "", words("admin invites list"), database)
	if !hasLine(table, "ID MADE BY EXPIRES ROLE USED OF STATE") || !strings.Contains(table, "used up") || !strings.Contains(table, "revoked") || strings.Contains(table, token) {
		t.Errorf("the table is %s", table)
	}
	list := reads[struct{ Invites []app.Invite }](t, words("admin invites list"), database).Invites
	if len(list) != 2 || !list[0].Revoked || list[1].Uses != 1 || list[1].MaxUses == nil {
		t.Errorf("the list is %+v", list)
	}
}

func TestRoomsAreLookedAfterWhileChatdRuns(t *testing.T) {
	t.Parallel()
	database := "CHATD_DATABASE_URL=" + storetest.URL(t)
	chatd := serving(t, database)
	ana := chatd.setUp(t)
	does(t, anasPassword+"\n", words("admin users make ben Ben"), database)
	for _, room := range []map[string]any{{"kind": "private", "name": "Secrets"}, {"kind": "public", "name": "Boats"}} {
		if status, body := ana.do(t, http.MethodPost, "/api/v1/rooms", room); status != http.StatusCreated {
			t.Fatalf("%d %s", status, body)
		}
	}
	room := func(line string) app.AdminRoom {
		t.Helper()
		return reads[app.AdminRoom](t, words(line), database)
	}
	page := ana.page(t)
	if r := room("admin rooms rename boats Ships"); r.Name == nil || *r.Name != "Ships" || r.OwnerCount != 1 {
		t.Errorf("renamed: %+v", r)
	}
	page.shows(t, `"Ships"`)
	if r := room("admin rooms archive ships"); r.State != "archived" {
		t.Errorf("archived: %+v", r)
	}
	if r := room("admin rooms unarchive ships"); r.State != "open" {
		t.Errorf("taken back: %+v", r)
	}
	if r := room("admin rooms owner secrets ben"); r.OwnerCount != 2 || r.Members != 2 || len(r.Owners) != 2 {
		t.Errorf("ben's: %+v", r)
	}
	if r := room("admin rooms delete secrets --reason old"); r.State != "deleted" || r.UndeleteUntil == nil {
		t.Errorf("deleted: %+v", r)
	}
	page.shows(t, "room-removed")
	if list := reads[struct{ Rooms []app.AdminRoom }](t, words("admin rooms list --state deleted"), database).Rooms; len(list) != 1 || *list[0].Name != "Secrets" {
		t.Errorf("the deleted ones are %+v", list)
	}
	if r := room("admin rooms undelete secrets --name Mysteries"); r.State != "open" || *r.Name != "Mysteries" || r.Members != 2 {
		t.Errorf("back: %+v", r)
	}
	page.shows(t, `"Mysteries"`)
	want := "user-added room-changed room-archived room-unarchived member-added member-role-changed room-deleted room-undeleted"
	if got := strings.Join(acts(t, database), " "); got != want {
		t.Errorf("the log has %s\nwant %s", got, want)
	}
	table := does(t, "", words("admin rooms list --order newest"), database)
	if !strings.HasPrefix(table, "ID ") || !strings.Contains(table, "Mysteries") || !strings.Contains(table, "Ships") || !strings.Contains(table, "general") {
		t.Errorf("the table is %s", table)
	}
	if shown := does(t, "", words("admin rooms show mysteries"), database); !strings.HasPrefix(shown, "Mysteries, private, open\n") || !strings.Contains(shown, "Ben (ben)") {
		t.Errorf("it shows %s", shown)
	}
}

func TestTheAuditLogAndTheFiguresAreReadAtTheTerminal(t *testing.T) {
	t.Parallel()
	database := "CHATD_DATABASE_URL=" + storetest.URL(t)
	chatd := serving(t, database)
	chatd.setUp(t)
	does(t, anasPassword+"\n", words("admin users make ben Ben"), database)
	does(t, "", append(words("admin users suspend ben --reason"), "too many “jokes”"), database)
	does(t, "", words("admin users unsuspend ben"), database)
	filtered := reads[entries](t, words("admin audit list --user ben --action user-suspended --origin command-line --from 2020-01-01 --to 2999-12-31T00:00:00Z"), database).Entries
	if len(filtered) != 1 || filtered[0].Reason != "too many “jokes”" || filtered[0].User == nil || filtered[0].User.Username != "ben" {
		t.Errorf("found %+v", filtered)
	}
	if list := does(t, "", words("admin audit list --search jok"), database); strings.Count(list, "\n") != 2 || !strings.Contains(list, "(command-line)") || !strings.Contains(list, "too many “jokes”") {
		t.Errorf("the list is %s", list)
	}
	if none := reads[entries](t, words("admin audit list --to 0001-01-01"), database).Entries; len(none) != 0 {
		t.Errorf("before all time there is %+v", none)
	}
	if csv := does(t, "", words("admin audit export --user ben"), database); !strings.HasPrefix(csv, "id,at,origin,") || strings.Count(csv, "\n") != 4 {
		t.Errorf("the export is %s", csv)
	}
	var all []app.AuditEntry
	if err := json.Unmarshal([]byte(does(t, "", words("admin audit export --format json"), database)), &all); err != nil || len(all) < 5 || all[0].Action != "audit-exported" {
		t.Errorf("%d entries, %v: %+v", len(all), err, all)
	}
	stats := reads[app.Figures](t, words("admin stats"), database)
	if stats.People.Active != 2 || stats.Rooms.Public != 1 || stats.Nodes != 1 || stats.Bytes == 0 {
		t.Errorf("the figures are %+v", stats)
	}
	if text := does(t, "", words("admin stats"), database); !strings.Contains(text, "2 active (0 guests)") || !strings.Contains(text, "nodes") {
		t.Errorf("it says %s", text)
	}
}

func TestCommandsOfTheAdministrationSayWhyTheyDoNothing(t *testing.T) {
	t.Parallel()
	database := "CHATD_DATABASE_URL=" + storetest.URL(t)
	if sentence := fails(t, words("admin users list"), database, "CHATD_LOG=error"); !strings.Contains(sentence, "no active owner yet") {
		t.Errorf("before the set-up it says %q", sentence)
	}
	chatd := serving(t, database)
	ana := chatd.setUp(t)
	for range 2 {
		ana.do(t, http.MethodPost, "/api/v1/rooms", map[string]any{"kind": "private", "name": "Twins"})
	}
	ana.do(t, http.MethodPost, "/api/v1/rooms", map[string]any{"kind": "public", "name": "Gone"})
	does(t, "", words("admin rooms delete gone"), database)
	does(t, anasPassword+"\n", words("admin users make ben Ben"), database)
	does(t, "", words("admin users deactivate ben"), database)
	before := len(acts(t, database))
	for line, want := range map[string]string{
		"users":                              "needs to know what to do: list, show, make",
		"users lst":                          "did you mean chatd admin users list?",
		"users show":                         "LOGIN is missing",
		"users show nobody":                  `nobody has the user name or e-mail address "nobody"`,
		"users list --role king":             "The roles are owner, admin, member and guest.",
		"users list --limit none":            "--limit none is no number",
		"users list --uses 3":                "chatd admin users list has no flag --uses",
		"users role ana king":                `there is no role "king"`,
		"users role ana member":              "the last active owner",
		"users deactivate ana":               "the last active owner",
		"users suspend ana":                  "the last active owner",
		"users suspend ben --until tomorrow": "--until is a number",
		"users suspend ben --until 2020-01-01T00:00:00Z": "lies ahead",
		"users make ana Ana":                             "somebody has this user name",
		"users make d@n Dan":                             "A user name has",
		"users make dan Dan --role king":                 `there is no role "king"`,
		"reset-password ben":                             "is deactivated",
		"rooms show nowhere":                             `there is no room with the id or the name "nowhere"`,
		"rooms rename twins One":                         "several rooms are called",
		"rooms rename general Gone --search x":           "has no flag --search",
		"rooms archive gone":                             "is deleted; take that back first",
		"rooms owner general ben":                        "no such active person",
		"rooms list --kind direct":                       "public or private",
		"invites make --uses 0":                          "--uses 0 is no number",
		"invites make --days 366":                        "--days 366 is no number",
		"invites make --role guest":                      "Choose at least one",
		"invites revoke x":                               "is no id of an invite",
		"invites revoke 999":                             "there is no invite 999",
		"audit list --action odd":                        "action",
		"audit list --origin x":                          "by person, command-line or chatd",
		"audit list --from tomorrow":                     "is no time",
		"audit export --format pdf":                      "the formats are csv and json",
	} {
		t.Run(line, func(t *testing.T) {
			sentence := failsWith(t, "a good password\n", append([]string{"admin"}, words(line)...), database, "CHATD_LOG=error")
			if !strings.Contains(sentence, want) {
				t.Errorf("it says %q, want %q", sentence, want)
			}
		})
	}
	if after := len(acts(t, database)); after != before {
		t.Errorf("there are %d new entries in the audit log", after-before)
	}
}

// page is what an open page has been told so far.
type page struct{ said *output }

// page opens one that follows the workspace, the person and their rooms.
func (b *browser) page(t *testing.T) page {
	t.Helper()
	type at struct{ Epoch, Seq int64 }
	var overview struct {
		Me           struct{ ID int64 }
		Workspace    struct{ Position at }
		UserPosition at `json:"user_position"`
	}
	if err := json.Unmarshal([]byte(b.must(t, http.MethodGet, "/api/v1/overview", nil)), &overview); err != nil {
		t.Fatal(err)
	}
	have := map[string]position{
		"workspace":                            {overview.Workspace.Position.Epoch, overview.Workspace.Position.Seq},
		fmt.Sprintf("user:%d", overview.Me.ID): {overview.UserPosition.Epoch, overview.UserPosition.Seq},
	}
	for _, r := range b.rooms(t) {
		have[r.topic()] = position{r.Position.Epoch, r.Position.Seq}
	}
	raw, err := json.Marshal(map[string]any{"event": "listen", "id": newUUID(), "n": 1, "mode": "stream", "have": have})
	if err != nil {
		t.Fatal(err)
	}
	answer := b.opens(t, string(raw))
	p := page{&output{}}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_, _ = io.Copy(p.said, answer)
	}()
	t.Cleanup(func() {
		_ = answer.Close()
		<-over
	})
	return p
}

// shows waits until the page has been told of something, which the running chatd
// finds at its next look.
func (p page) shows(t *testing.T, what string) {
	t.Helper()
	began := time.Now()
	eventually(t, "an open page is told of "+what, func() bool { return strings.Contains(p.said.String(), what) })
	t.Logf("an open page was told of %s after %v", what, time.Since(began).Round(time.Millisecond))
}
