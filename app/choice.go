package app

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"chatd/store"
)

// presenceChange is what somebody wants to be for others from now on.
type presenceChange struct {
	Choice string     `json:"choice" enum:"automatic,do-not-disturb,invisible" doc:"Whoever is invisible is offline for all others."`
	Until  *time.Time `json:"until,omitempty" nullable:"true" doc:"When it is automatic again, within a year; null for no end."`
}

// changePresence makes the viewer's choice felt at once, here and on other
// nodes.
func (a *App) changePresence(ctx context.Context, user int64, to presenceChange) (*meOutput, error) {
	if wait := a.choices.Wait(user); wait > 0 {
		return nil, waitProblem(http.StatusTooManyRequests, "You are changing your presence very often. Wait a moment and try again.", wait)
	}
	pending, err := a.store.SetPresence(ctx, user, to.Choice, to.Until)
	if err != nil {
		return nil, ownAccount(err)
	}
	a.tracker.Refresh()
	a.doorbell.Ring()
	a.committer.Number(pending...)
	return a.showMe(ctx, nil)
}

// statusChange is what somebody says of themselves from now on.
type statusChange struct {
	Emoji string     `json:"emoji,omitempty" maxLength:"32" doc:"One emoji."`
	Text  string     `json:"text,omitempty" maxLength:"200" doc:"Up to 100 characters on one line."`
	Until *time.Time `json:"until,omitempty" nullable:"true" doc:"From when it is no longer true, within a year; null for no end."`
}

// givenStatus is a field that may be left out, to leave the status as it is, or
// be null, to take it away.
type givenStatus struct {
	given bool
	to    statusChange
}

var _ huma.SchemaProvider = givenStatus{}

// Schema implements huma.SchemaProvider.
func (givenStatus) Schema(r huma.Registry) *huma.Schema {
	schema := *r.Schema(reflect.TypeFor[statusChange](), false, "")
	schema.Nullable = true
	schema.Description = "What the viewer says of themselves; null takes it away."
	return &schema
}

// UnmarshalJSON implements json.Unmarshaler. Null leaves an empty status.
func (g *givenStatus) UnmarshalJSON(raw []byte) error {
	g.given = true
	return json.Unmarshal(raw, &g.to)
}

// change is the new status, nil to leave the one that there is.
func (g givenStatus) change() *store.Status {
	if !g.given {
		return nil
	}
	return &store.Status{Emoji: g.to.Emoji, Text: g.to.Text, Until: g.to.Until}
}
