package app

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

// auditCSV writes entries as CSV (RFC 4180).
type auditCSV struct{ w *csv.Writer }

func newAuditCSV(w io.Writer) auditFormat {
	lines := csv.NewWriter(w)
	lines.UseCRLF = true
	return auditCSV{lines}
}

// auditColumns are the names of the cells of a line.
var auditColumns = []string{
	"id", "at", "origin", "actor_id", "actor_username", "actor_name", "action", "user_id", "user_username", "user_name",
	"room_id", "room_name", "object", "reason", "before", "after",
}

func (c auditCSV) begin() error { return c.w.Write(auditColumns) }

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
	cells = append(cells, harmless(e.Object), harmless(e.Reason), before, after)
	if err := c.w.Write(cells); err != nil {
		return err
	}
	c.w.Flush()
	return c.w.Error()
}

func (c auditCSV) end() error {
	c.w.Flush()
	return c.w.Error()
}

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

// factsCell is what changed as JSON, "" for nothing. It begins with a brace.
func factsCell(facts map[string]any) (string, error) {
	if facts == nil {
		return "", nil
	}
	raw, err := json.Marshal(facts)
	return string(raw), err
}

// harmless keeps a spreadsheet from taking what somebody wrote for a formula.
func harmless(cell string) string {
	if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") {
		return "'" + cell
	}
	return cell
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
