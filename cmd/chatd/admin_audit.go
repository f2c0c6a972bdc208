package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"chatd/app"
	"chatd/store"
)

func auditCommands() []command {
	filters := []option{
		{name: "actor", value: "LOGIN", help: "only what this person did"},
		{name: "user", value: "LOGIN", help: "only what was done to this person"},
		{name: "room", value: "ROOM", help: "only what was done in this room"},
		{name: "action", value: "ACTION", help: "only this, such as member-banned"},
		{name: "origin", value: "ORIGIN", help: "only what came about so: person, command-line or chatd"},
		{name: "from", value: "TIME", help: "only from then on, such as 2030-01-31 or 2030-01-31T12:00:00Z"},
		{name: "to", value: "TIME", help: "only before then"},
		{name: "search", value: "TEXT", help: "only with this in the reason or in a name"},
	}
	return []command{
		adminCommand("audit list", "", "show the audit log, the newest entries first", "Without --limit the last 50 are shown.", listAudit, append(filters, limitOption)...),
		adminCommand("audit export", "", "write the audit log to standard output", auditExportDetails, exportAudit,
			append(filters, option{name: "format", value: "FORMAT", help: "csv (usual) or json"})...),
	}
}

const auditExportDetails = `All entries that are asked for are written, the newest first. That they were
stands in the audit log itself. --json is the same as --format json.`

// filter reads which entries are asked for.
func (d *desk) filter(ctx context.Context) (f store.AuditFilter, err error) {
	asked := d.cfg.asked
	f = store.AuditFilter{Action: store.AuditAction(asked["action"]), Origin: asked["origin"], Search: asked["search"]}
	for login, id := range map[string]*int64{"actor": &f.Actor, "user": &f.User} {
		if asked[login] == "" {
			continue
		}
		p, _, err := d.person(ctx, asked[login])
		if err != nil {
			return f, err
		}
		*id = p.ID
	}
	if asked["room"] != "" {
		r, err := d.room(ctx, asked["room"], undeleted)
		if err != nil {
			return f, err
		}
		f.Room = r.ID
	}
	if f.From, err = moment("from", asked["from"]); err != nil {
		return f, err
	}
	f.To, err = moment("to", asked["to"])
	if asked["to"] != "" && f.To.IsZero() { // the first moment that there is would stand for none
		f.To = f.To.Add(1)
	}
	return f, err
}

// moment reads a day (UTC) or a time.
func moment(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("--%s %s is no time; write it like 2030-01-31 or 2030-01-31T12:00:00Z", name, text)
}

// usualEntries are how many entries audit list shows.
const usualEntries = 50

func listAudit(ctx context.Context, d *desk, _ []string) error {
	by, err := d.actor(ctx, 0)
	if err != nil {
		return err
	}
	filter, err := d.filter(ctx)
	if err != nil {
		return err
	}
	entries, err := collect(d, usualEntries, func(page store.Page) ([]store.AuditEntry, string, error) {
		return d.AuditLog(ctx, by, store.AuditPage{Page: page, AuditFilter: filter})
	})
	if err != nil {
		return err
	}
	list := struct {
		Entries []app.AuditEntry `json:"entries"`
	}{[]app.AuditEntry{}}
	for _, e := range entries {
		list.Entries = append(list.Entries, app.RenderAuditEntry(e))
	}
	return d.answer(list, func(w io.Writer) {
		printTable(w, "AT | WHO | ACTION | WHOM | ROOM | OBJECT | REASON | BEFORE | AFTER", func(add func(...any)) {
			for _, e := range entries {
				add(shortTime(&e.At), whoDid(e), e.Action, auditName(e.Person), auditRoom(e.Room), e.Object, e.Reason, factsText(e.Before), factsText(e.After))
			}
		})
	})
}

func whoDid(e store.AuditEntry) string {
	if e.Actor == nil {
		return "(" + e.Origin + ")"
	}
	return e.Actor.Username
}

func auditName(p *store.AuditPerson) string {
	if p == nil {
		return ""
	}
	return p.Username
}

func auditRoom(r *store.AuditRoom) string {
	switch {
	case r == nil:
		return ""
	case r.Name == "":
		return fmt.Sprint(r.ID)
	}
	return fmt.Sprintf("%d (%s)", r.ID, r.Name)
}

// factsText is what changed, on one line.
func factsText(facts map[string]any) string {
	if len(facts) == 0 {
		return ""
	}
	text, _ := json.Marshal(facts) // they were read as JSON
	return string(text)
}

func exportAudit(ctx context.Context, d *desk, _ []string) error {
	format := d.cfg.asked["format"]
	switch {
	case format == "" && d.cfg.json:
		format = "json"
	case format == "":
		format = "csv"
	case format != "csv" && format != "json":
		return fmt.Errorf("there is no format %q; the formats are csv and json", format)
	case format == "csv" && d.cfg.json:
		return errors.New("--json and --format csv contradict each other; leave one out")
	}
	by, err := d.actor(ctx, 0)
	if err != nil {
		return err
	}
	filter, err := d.filter(ctx)
	if err != nil {
		return err
	}
	if err := d.NoteAuditExport(ctx, by, format, filter); err != nil {
		return err
	}
	return app.WriteAudit(ctx, d.Store, by, filter, format, d.stdout)
}
