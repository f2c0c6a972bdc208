package app

import (
	"context"
	"io"

	"chatd/store"
)

// RenderAuditEntry is how the API and the command line show an entry of the audit
// log.
func RenderAuditEntry(e store.AuditEntry) AuditEntry { return renderAuditEntry(e) }

// WriteAudit writes all entries of the audit log that are asked for, the newest
// first: as CSV, or as one JSON list when format is "json".
func WriteAudit(ctx context.Context, s *store.Store, by int64, filter store.AuditFilter, format string, w io.Writer) error {
	out := newAuditCSV(w)
	if format == "json" {
		out = newAuditJSON(w)
	}
	if err := out.begin(); err != nil {
		return err
	}
	page := store.AuditPage{Page: store.Page{Limit: store.MaxPage}, AuditFilter: filter}
	for {
		entries, next, err := s.AuditLog(ctx, by, page)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := out.entry(renderAuditEntry(e)); err != nil {
				return err
			}
		}
		if next == "" {
			return out.end()
		}
		page.After = next
	}
}
