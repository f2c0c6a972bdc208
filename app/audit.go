package app

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"chatd/store"
)

// AuditFilter says which entries of the audit log are wanted.
type AuditFilter struct {
	Actor  int64     `query:"actor" minimum:"1" doc:"Only what this user did."`
	User   int64     `query:"user" minimum:"1" doc:"Only what was done to this user and is not withheld."`
	Room   int64     `query:"room" minimum:"1" doc:"Only what was done in this room."`
	Action string    `query:"action" maxLength:"40" doc:"Only this, such as member-banned."`
	Origin string    `query:"origin" enum:"person,command-line,chatd" doc:"Only what came about in this way."`
	From   time.Time `query:"from" maxLength:"40" doc:"Only from then on."`
	To     time.Time `query:"to" maxLength:"40" doc:"Only before then."`
	Search string    `query:"search" maxLength:"80" doc:"Only with words that begin so in the reason, with this in the name of a person or of a room that the viewer knows, or about what has this id. What is withheld is not found by what is not shown of it."`
}

// Resolve implements huma.Resolver. The first moment that there is, is a time like
// others, but stands for none where none is given.
func (f *AuditFilter) Resolve(ctx huma.Context) []error {
	if ctx.Query("to") != "" && f.To.IsZero() {
		f.To = f.To.Add(1)
	}
	return nil
}

func (f AuditFilter) filter() store.AuditFilter {
	return store.AuditFilter{
		Actor: f.Actor, User: f.User, Room: f.Room, Action: store.AuditAction(f.Action), Origin: f.Origin,
		From: f.From, To: f.To, Search: f.Search,
	}
}

// AuditEntry is one act in the audit log.
type AuditEntry struct {
	ID     int64          `json:"id"`
	At     string         `json:"at" format:"date-time"`
	Origin string         `json:"origin" enum:"person,command-line,chatd" doc:"Whether a person did it in the page or over the API, somebody with access to the machine, or chatd itself because a time was over."`
	Actor  *AuditPerson   `json:"actor" doc:"Who did it; null unless it was a person."`
	Action string         `json:"action" doc:"What was done, such as member-banned."`
	User   *AuditPerson   `json:"user" doc:"To whom; null when it concerns nobody."`
	Room   *AuditRoom     `json:"room" doc:"Where; null when it concerns no room."`
	Object string         `json:"object" doc:"What else it is about: the id of an invite, a token, a message or a report. Empty for nothing."`
	Reason string         `json:"reason" doc:"Why, in the words of whoever did it. May be empty."`
	Before map[string]any `json:"before,omitempty" doc:"What of it changed, as it was."`
	After  map[string]any `json:"after,omitempty" doc:"What of it changed, as it is since, and what the act brought about."`

	Withheld bool `json:"withheld" doc:"It was in a private room that the viewer is not in, not their own act, and not about them: to whom, what else it is about, why, before and after are left out."`
}

var _ huma.SchemaTransformer = AuditEntry{}

// TransformSchema implements huma.SchemaTransformer.
func (AuditEntry) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return nullable[AuditRoom](nullable[AuditPerson](s, r, "actor", "user"), r, "room")
}

// AuditPerson is somebody in the audit log.
type AuditPerson struct {
	ID          int64  `json:"id"`
	Username    string `json:"username" doc:"As it is today."`
	DisplayName string `json:"display_name" doc:"As it is today."`
}

// AuditRoom is a room in the audit log.
type AuditRoom struct {
	ID   int64   `json:"id"`
	Name *string `json:"name" doc:"As it is today; null for a room without one, and for private rooms that the viewer is not in."`
}

type auditInput struct {
	PageQuery
	AuditFilter
}

type auditOutput struct {
	Body struct {
		Entries []AuditEntry `json:"entries" doc:"The newest first."`
		Names   AuditNames   `json:"names" doc:"Words for what stands in before and after."`
		NextPage
	}
}

// listAudit shows a page of the audit log.
func (a *App) listAudit(ctx context.Context, in *auditInput) (*auditOutput, error) {
	entries, next, err := a.store.AuditLog(ctx, userOf(ctx), store.AuditPage{Page: in.page(), AuditFilter: in.filter()})
	if err != nil {
		return nil, err
	}
	out := &auditOutput{}
	if out.Body.Names, err = a.auditNames(ctx, entries); err != nil {
		return nil, err
	}
	out.Body.NextPage = nextPage(next)
	out.Body.Entries = renderAll(entries, renderAuditEntry)
	return out, nil
}

func renderAuditEntry(e store.AuditEntry) AuditEntry {
	entry := AuditEntry{
		ID: e.ID, At: renderTime(e.At), Origin: e.Origin, Actor: renderAuditPerson(e.Actor), Action: string(e.Action),
		User: renderAuditPerson(e.Person), Object: e.Object, Reason: e.Reason, Before: e.Before, After: e.After, Withheld: e.Withheld,
	}
	if e.Room != nil {
		entry.Room = &AuditRoom{ID: e.Room.ID}
		if e.Room.Name != "" {
			entry.Room.Name = &e.Room.Name
		}
	}
	return entry
}

func renderAuditPerson(p *store.AuditPerson) *AuditPerson {
	if p == nil {
		return nil
	}
	return &AuditPerson{ID: p.ID, Username: p.Username, DisplayName: p.DisplayName}
}
