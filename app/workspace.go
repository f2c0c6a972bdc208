package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"chatd/store"
)

// Who may make an account.
const (
	signUpInvite = "invite"
	signUpOpen   = "open"
)

// signUpWord says who may make an account in the workspace.
func signUpWord(w store.Workspace) string {
	if w.SignUpOpen {
		return signUpOpen
	}
	return signUpInvite
}

type changeWorkspaceInput struct {
	Body struct {
		Name   given[string] `json:"name,omitempty" doc:"1 to 80 characters on one line."`
		SignUp given[string] `json:"sign_up,omitempty" enum:"invite,open" doc:"Who may make an account: those with an invite, or everybody who can open the page."`

		Retention     workspaceRetention `json:"retention_days,omitempty"`
		FloodMessages given[int]         `json:"flood_messages,omitempty" minimum:"1" maximum:"1000" doc:"How many messages a person sends at most in flood_seconds, in all rooms together."`
		FloodSeconds  given[int]         `json:"flood_seconds,omitempty" minimum:"1" maximum:"3600"`
	}
}

// workspaceRetention is a field that may be left out, to leave it as it is, or be
// null, to keep messages for ever.
type workspaceRetention struct {
	given bool
	days  int
}

var _ huma.SchemaProvider = workspaceRetention{}

// Schema implements huma.SchemaProvider.
func (workspaceRetention) Schema(huma.Registry) *huma.Schema {
	least, most := 0.0, float64(store.MaxRetentionDays)
	return &huma.Schema{
		Type: huma.TypeInteger, Minimum: &least, Maximum: &most, Nullable: true,
		Description: "For how many days messages are kept where the room says nothing else; null or 0 for ever.",
	}
}

// UnmarshalJSON implements json.Unmarshaler. Null leaves 0.
func (r *workspaceRetention) UnmarshalJSON(raw []byte) error {
	r.given = true
	return json.Unmarshal(raw, &r.days)
}

// WorkspaceSettings are what those who look after the workspace change about it.
type WorkspaceSettings struct {
	Name          string `json:"name"`
	SignUp        string `json:"sign_up" enum:"invite,open" doc:"Who may make an account."`
	RetentionDays *int   `json:"retention_days" doc:"For how many days messages are kept where the room says nothing else; null for ever."`
	FloodMessages int    `json:"flood_messages" doc:"How many messages a person sends at most in flood_seconds, in all rooms together."`
	FloodSeconds  int    `json:"flood_seconds"`
}

type settingsOutput struct {
	Body WorkspaceSettings
}

func renderSettings(w store.Workspace) *settingsOutput {
	out := &settingsOutput{Body: WorkspaceSettings{
		Name: w.Name, SignUp: signUpWord(w), FloodMessages: w.FloodMessages, FloodSeconds: w.FloodSeconds,
	}}
	if w.RetentionDays > 0 {
		out.Body.RetentionDays = &w.RetentionDays
	}
	return out
}

// showSettings shows the settings to those who may see the administration.
func (a *App) showSettings(ctx context.Context, _ *struct{}) (*settingsOutput, error) {
	workspace, err := a.store.WorkspaceSettings(ctx, userOf(ctx))
	if err != nil {
		return nil, err
	}
	return renderSettings(workspace), nil
}

// changeWorkspace changes the workspace's name and settings.
func (a *App) changeWorkspace(ctx context.Context, in *changeWorkspaceInput) (*settingsOutput, error) {
	change := store.WorkspaceChange{Name: in.Body.Name.to, FloodMessages: in.Body.FloodMessages.to, FloodSeconds: in.Body.FloodSeconds.to}
	if in.Body.Retention.given {
		change.RetentionDays = &in.Body.Retention.days
	}
	if in.Body.SignUp.to != nil {
		open := *in.Body.SignUp.to == signUpOpen
		change.SignUpOpen = &open
	}
	workspace, pending, err := a.store.ChangeWorkspace(ctx, userOf(ctx), change)
	if err != nil {
		return nil, err
	}
	a.limitFloods(workspace)
	a.committer.Number(pending...)
	return renderSettings(workspace), nil
}

// readSettings learns what another node has changed about the workspace.
func (a *App) readSettings(ctx context.Context) error {
	workspace, err := a.store.Control().Workspace(ctx)
	if errors.Is(err, store.ErrNotFound) { // before the set-up
		workspace.WorkspaceLimits, err = store.DefaultLimits, nil
	}
	if err != nil {
		return err
	}
	a.limitFloods(workspace)
	return nil
}

// limitFloods lets each person send so many messages in the time of the settings,
// on this node.
func (a *App) limitFloods(w store.Workspace) {
	a.sends.Set(time.Duration(w.FloodSeconds)*time.Second/time.Duration(w.FloodMessages), w.FloodMessages)
}
