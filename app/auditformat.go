package app

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

// auditCSV writes entries as CSV (RFC 4180). Spreadsheets may take semicolons and
// tabs for the ends of cells too, so cells with these are in quotes, and what
// follows them is harmless.
type auditCSV struct{ w io.Writer }

func newAuditCSV(w io.Writer) auditFormat { return auditCSV{w} }

// auditColumns are the names of the cells of a line.
var auditColumns = []string{
	"id", "at", "origin", "actor_id", "actor_username", "actor_name", "action", "user_id", "user_username", "user_name",
	"room_id", "room_name", "object", "reason", "before", "after", "withheld",
}

func (c auditCSV) begin() error { return c.line(auditColumns) }

func (c auditCSV) line(cells []string) error {
	quoted := make([]string, len(cells))
	for i, cell := range cells {
		if quoted[i] = cell; strings.ContainsAny(cell, ",;\t\r\n\"") {
			quoted[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
	}
	_, err := io.WriteString(c.w, strings.Join(quoted, ",")+"\r\n")
	return err
}

func (c auditCSV) entry(e AuditEntry) error {
	before, err := factsCell(e.Before)
	if err != nil {
		return err
	}
	after, err := factsCell(e.After)
	if err != nil {
		return err
	}
	cells := []string{strconv.FormatInt(e.ID, 10), e.At, e.Origin}
	cells = append(cells, personCells(e.Actor)...)
	cells = append(cells, e.Action)
	cells = append(cells, personCells(e.User)...)
	cells = append(cells, roomCells(e.Room)...)
	cells = append(cells, harmless(e.Object), harmless(e.Reason), before, after, strconv.FormatBool(e.Withheld))
	return c.line(cells)
}

func (c auditCSV) end() error { return nil }

func personCells(p *AuditPerson) []string {
	if p == nil {
		return []string{"", "", ""}
	}
	return []string{strconv.FormatInt(p.ID, 10), harmless(p.Username), harmless(p.DisplayName)}
}

func roomCells(r *AuditRoom) []string {
	switch {
	case r == nil:
		return []string{"", ""}
	case r.Name == nil:
		return []string{strconv.FormatInt(r.ID, 10), ""}
	}
	return []string{strconv.FormatInt(r.ID, 10), harmless(*r.Name)}
}

// factsCell is what changed as JSON, "" for nothing. It begins with a brace, and
// has no end of a cell in it: a semicolon is in a text, where JSON spells it out.
func factsCell(facts map[string]any) (string, error) {
	if facts == nil {
		return "", nil
	}
	raw, err := json.Marshal(facts)
	return strings.ReplaceAll(string(raw), ";", `\u003b`), err
}

// harmless keeps a spreadsheet from taking what somebody wrote for a formula,
// whether it begins a cell or what some take for one.
func harmless(cell string) string {
	var b strings.Builder
	begins := true
	for _, r := range cell {
		if begins && strings.ContainsRune("=+-@\t\r", r) {
			b.WriteByte('\'')
		}
		b.WriteRune(r)
		begins = strings.ContainsRune(";\t\r\n", r) || begins && r == ' '
	}
	return b.String()
}

// auditJSON writes entries as one JSON list, each on a line of its own. A file
// that was cut off is no JSON.
type auditJSON struct {
	w       io.Writer
	between string
}

func newAuditJSON(w io.Writer) auditFormat { return &auditJSON{w: w, between: "[\n"} }

func (j *auditJSON) begin() error { return nil }

func (j *auditJSON) entry(e AuditEntry) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = io.WriteString(j.w, j.between+string(raw))
	j.between = ",\n"
	return err
}

func (j *auditJSON) end() error {
	end := "\n]\n"
	if j.between != ",\n" {
		end = "[]\n"
	}
	_, err := io.WriteString(j.w, end)
	return err
}
