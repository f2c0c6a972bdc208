package app

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatd/store"
)

// audit asks for entries of the audit log.
func (p *person) audit(query string) (entries []AuditEntry) {
	p.t.Helper()
	var page struct {
		Entries []AuditEntry
		Next    *string
	}
	for after := ""; ; after = "&after=" + *page.Next {
		page.Entries, page.Next = nil, nil
		p.must(http.StatusOK, "GET", "/api/v1/audit?"+query+after, nil, &page)
		if entries = append(entries, page.Entries...); page.Next == nil {
			return entries
		}
	}
}

// renames changes the workspace's name n times, each of which is an entry.
func (p *person) renames(n int) {
	p.t.Helper()
	for i := range n {
		name := fmt.Sprintf("Harbour %d", i)
		if _, _, err := p.store.ChangeWorkspace(p.t.Context(), p.me.ID, store.WorkspaceChange{Name: &name}); err != nil {
			p.t.Fatal(err)
		}
	}
}

func TestTheAuditLogTellsWhoDidWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"role": "admin"}, nil)
	ben.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"name": "Quay"}, nil)
	entries := ben.audit("limit=2")
	renamed, promoted := entries[0], entries[1]
	if renamed.Action != "workspace-changed" || renamed.Actor.Username != "ben" || renamed.User != nil || renamed.Room != nil ||
		renamed.Before["name"] != "Harbour" || renamed.After["name"] != "Quay" || renamed.Origin != "person" {
		t.Errorf("%+v", renamed)
	}
	if promoted.Action != "user-role-changed" || promoted.Actor.DisplayName != "Ana" || promoted.User.ID != ben.me.ID || promoted.After["role"] != "admin" {
		t.Errorf("%+v", promoted)
	}
	for query, want := range map[string]int{
		"actor=" + userName(ben.me.ID) + "&action=workspace-changed": 1, "user=" + userName(ben.me.ID) + "&action=user-role-changed": 1,
		"action=workspace-changed&search=quay": 0, "search=ben&action=user-role-changed": 1, "origin=command-line": 0,
		"from=" + url.QueryEscape(time.Now().Add(-time.Hour).Format(time.RFC3339)) + "&action=workspace-changed": 1,
		"to=" + url.QueryEscape(time.Now().Add(-time.Hour).Format(time.RFC3339)):                                 0,
		"to=0001-01-01T00:00:00Z": 0, "from=0001-01-01T00:00:00Z&action=user-role-changed": 1,
	} {
		if got := ana.audit(query); len(got) != want {
			t.Errorf("%s: %d entries, want %d", query, len(got), want)
		}
	}
	for query, want := range map[string]string{
		"action=fly": "knows no such action", "origin=moon": "origin", "from=yesterday": "from", "after=x": "not where a page ended",
		"from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z": "Exchange them", "search=" + strings.Repeat("x", 81): "search",
	} {
		for _, path := range []string{"/api/v1/audit?", exportPath + "?"} {
			if path == exportPath+"?" && strings.HasPrefix(query, "after") {
				continue
			}
			checkProblem(t, ana.do("GET", path+query, nil), http.StatusUnprocessableEntity, want)
		}
	}
}

// parseCSV reads a file as RFC 4180 has it.
func parseCSV(t *testing.T, file string) [][]string {
	t.Helper()
	if strings.Count(file, "\n") != strings.Count(file, "\r\n") {
		t.Error("there are ends of lines that are not CRLF")
	}
	lines, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestTheAuditLogIsExportedWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	ben.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"display_name": `=HYPERLINK("http://x"),"`}, nil)
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"role": "admin"}, nil)
	ana.renames(450)
	var want []string
	for _, e := range ana.audit("limit=200") {
		want = append(want, strconv.FormatInt(e.ID, 10))
	}
	file := ben.do("GET", exportPath, nil)
	if disposition := file.Header.Get("Content-Disposition"); file.StatusCode != http.StatusOK || file.Header.Get("Cache-Control") != "no-store" ||
		!strings.HasPrefix(disposition, "attachment; filename=\"chatd-audit-20") || !strings.HasSuffix(disposition, ".csv\"") ||
		file.Header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" {
		t.Errorf("%s %v", file.Status, file.Header)
	}
	lines := parseCSV(t, file.body)
	if !slices.Equal(lines[0], auditColumns) {
		t.Errorf("the first line is %q", lines[0])
	}
	if e := lines[1]; e[6] != "audit-exported" || e[4] != "ben" || e[5] != `'=HYPERLINK("http://x"),"` || e[15] != `{"format":"csv"}` {
		t.Errorf("the export is noted as %q", e)
	}
	var got []string
	for _, line := range lines[2:] {
		got = append(got, line[0])
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d entries are exported, there are %d", len(got), len(want))
	}
	if e := lines[2]; e[6] != "workspace-changed" || e[14] != `{"name":"Harbour 448"}` || e[15] != `{"name":"Harbour 449"}` {
		t.Errorf("%q", e)
	}

	var all []AuditEntry
	ana.must(http.StatusOK, "GET", exportPath+"?format=json&action=user-role-changed", nil, &all)
	if len(all) != 1 || all[0].User.Username != "ben" {
		t.Errorf("%+v", all)
	}
	ana.must(http.StatusOK, "GET", exportPath+"?format=json&action=room-deleted", nil, &all)
	if len(all) != 0 {
		t.Errorf("%+v", all)
	}
	noted := len(ana.audit("action=audit-exported"))
	if got := ana.do("HEAD", exportPath, nil); got.StatusCode != http.StatusOK || noted != 3 || len(ana.audit("action=audit-exported")) != noted {
		t.Errorf("%s; %d exports are noted", got.Status, noted)
	}
}

func TestFormulasInAnExportAreHarmless(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "Ana": "Ana", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t'=1", "\r=1": "'\r'=1", "a=1": "a=1", "'=1": "'=1", "ä": "ä",
		"a;b": "a;b", "x;=1+1": "x;'=1+1", "x;;-1": "x;;'-1", "x\t@A1": "x\t'@A1", "x; +1": "x; '+1", "x\n=1": "x\n'=1", " =1": " '=1", "a + b": "a + b",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
	}
}

// Whatever a program takes for the end of a cell, it finds no formula after it, and
// the file says what the log does.
func TestAnExportIsHarmlessHoweverItsCellsAreFound(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	hostile := []string{"x;=1+1", "x\t=1+1", `x";=1+1`, "x,=1+1", "=1;=1", "x;y", "a\"b"}
	out := newAuditCSV(&file)
	if err := out.begin(); err != nil {
		t.Fatal(err)
	}
	for _, text := range hostile {
		person := &AuditPerson{ID: 1, Username: text, DisplayName: text}
		facts := map[string]any{"name": text, "topic": text}
		err := out.entry(AuditEntry{ID: 1, Actor: person, User: person, Room: &AuditRoom{ID: 1, Name: &text}, Object: text, Reason: text, Before: facts, After: facts})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, cells := range parseCSV(t, file.String())[1:] {
		if len(cells) != len(auditColumns) {
			t.Fatalf("%q has %d cells, want %d", hostile[i], len(cells), len(auditColumns))
		}
		for _, cell := range []int{4, 5, 8, 9, 11, 12, 13} {
			if strings.ReplaceAll(cells[cell], "'", "") != hostile[i] {
				t.Errorf("%s of %q is %q", auditColumns[cell], hostile[i], cells[cell])
			}
		}
		for _, cell := range []int{14, 15} {
			var facts map[string]string
			if err := json.Unmarshal([]byte(cells[cell]), &facts); err != nil || facts["name"] != hostile[i] {
				t.Errorf("%s of %q is %q: %v", auditColumns[cell], hostile[i], cells[cell], err)
			}
		}
	}
	formula := regexp.MustCompile("(?m)(^|[;\t])[\" ]*[=+\\-@]")
	if found := formula.FindString(file.String()); found != "" {
		t.Errorf("%q begins a formula", found)
	}
	for _, cell := range []string{`,"x;y",`, ",\"x\t'=1+1\","} {
		if !strings.Contains(file.String(), cell) {
			t.Errorf("there is no %q in quotes: %s", cell, file.String())
		}
	}
}

func TestOnlyThoseWithTheRightExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	for _, path := range []string{"/api/v1/audit", exportPath} {
		checkProblem(t, ben.do("GET", path, nil), http.StatusForbidden, "not allowed")
	}
	if got := ben.do("HEAD", exportPath, nil); got.StatusCode != http.StatusForbidden {
		t.Errorf("HEAD: %s", got.Status)
	}
	if got := ana.audit("action=audit-exported"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// A taker is a client of an export that does something at each part of it.
type taker struct {
	header    http.Header
	taken     func(part int) error
	parts     int
	deadlines int
	text      strings.Builder
}

func (k *taker) Header() http.Header { return k.header }
func (k *taker) WriteHeader(int)     {}
func (k *taker) Flush()              {}

func (k *taker) SetWriteDeadline(at time.Time) error {
	if left := time.Until(at); left > 0 && left <= exportWrite {
		k.deadlines++
	}
	return nil
}

func (k *taker) Write(part []byte) (int, error) {
	k.parts++
	k.text.Write(part)
	if err := k.taken(k.parts); err != nil {
		return 0, err
	}
	return len(part), nil
}

// takes exports the audit log to somebody until that ends, by itself or cut off.
func (p *person) takes(taken func(part int) error) (k *taker, cut bool) {
	p.t.Helper()
	export := &auditExport{app: p.app, page: store.AuditPage{Page: store.Page{Limit: store.MaxPage}}, format: newAuditJSON}
	sessions, err := p.store.Sessions(p.t.Context(), p.me.ID)
	if err != nil {
		p.t.Fatal(err)
	}
	export.viewer = viewer{user: p.me.ID, session: sessions[0].ID}
	if err := export.read(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	k = &taker{header: http.Header{}, taken: taken}
	defer func() {
		if cause := recover(); cause != nil {
			if err, _ := cause.(error); !errors.Is(err, http.ErrAbortHandler) {
				panic(cause)
			}
			cut = true
		}
	}()
	export.send(p.t.Context(), k, p.request("GET", exportPath, nil))
	return k, false
}

func TestAnExportEndsWithWhoeverTakesIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at    func(ana, ben *person) error // what happens when the first part is taken
		parts int
		cut   bool
	}{
		"nothing happens":                {func(*person, *person) error { return nil }, 3, false},
		"the client is gone or too slow": {func(*person, *person) error { return errors.New("broken pipe") }, 1, true},
		"the session ends": {func(_, ben *person) error {
			ben.must(http.StatusNoContent, "POST", "/logout", nil, nil)
			return nil
		}, 1, true},
		"the right is taken away": {func(ana, ben *person) error {
			ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"role": "member"}, nil)
			return nil
		}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ana := w.owner()
			ben := ana.brings("ben")
			ben.header.Set("Accept", "application/json")
			ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"role": "admin"}, nil)
			ana.renames(450)
			k, cut := ben.takes(func(part int) error {
				if part > 1 {
					return nil
				}
				return c.at(ana, ben)
			})
			if cut != c.cut || k.parts != c.parts {
				t.Errorf("cut off: %v after %d parts", cut, k.parts)
			}
			if k.deadlines != k.parts {
				t.Errorf("%d of %d parts have a deadline", k.deadlines, k.parts)
			}
			if whole := json.Valid([]byte(k.text.String())); whole == cut {
				t.Errorf("what was taken is a whole file: %v", whole)
			}
		})
	}
}
