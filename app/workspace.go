package app

import (
	"context"

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
		Name   *string `json:"name,omitempty" doc:"1 to 80 characters on one line."`
		SignUp *string `json:"sign_up,omitempty" enum:"invite,open" doc:"Who may make an account: those with an invite, or everybody who can open the page."`
	}
}

type changeWorkspaceOutput struct {
	Body struct {
		Name   string `json:"name"`
		SignUp string `json:"sign_up" enum:"invite,open"`
	}
}

// changeWorkspace changes the workspace's name and who may make an account.
func (a *App) changeWorkspace(ctx context.Context, in *changeWorkspaceInput) (*changeWorkspaceOutput, error) {
	change := store.WorkspaceChange{Name: in.Body.Name}
	if in.Body.SignUp != nil {
		open := *in.Body.SignUp == signUpOpen
		change.SignUpOpen = &open
	}
	workspace, pending, err := a.store.ChangeWorkspace(ctx, userOf(ctx), change)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	out := &changeWorkspaceOutput{}
	out.Body.Name, out.Body.SignUp = workspace.Name, signUpWord(workspace)
	return out, nil
}
