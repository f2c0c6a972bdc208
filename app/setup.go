package app

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"chatd/store"
)

type workspaceOutput struct {
	Body struct {
		Name         *string `json:"name" doc:"Null before the set-up."`
		State        string  `json:"state" enum:"setup,ready"`
		CodeRequired bool    `json:"code_required" doc:"Whether the set-up needs the code that chatd printed at its start."`
		SignedIn     bool    `json:"signed_in"`
		SignUp       string  `json:"sign_up" enum:"invite,open" doc:"Who may make an account."`
	}
}

// workspaceState tells any visitor what to do first: set up, sign in, or chat.
func (a *App) workspaceState(ctx context.Context, in *struct{ Browser }) (*workspaceOutput, error) {
	out := &workspaceOutput{}
	out.Body.SignUp = signUpInvite
	_, out.Body.SignedIn = viewerOf(ctx)
	workspace, err := a.store.Workspace(ctx)
	switch {
	case errors.Is(err, store.ErrNotFound):
		out.Body.State = "setup"
		out.Body.CodeRequired = !fromThisMachine(in.r)
	case err != nil:
		return nil, err
	default:
		out.Body.State = "ready"
		out.Body.Name, out.Body.SignUp = &workspace.Name, signUpWord(workspace)
	}
	return out, nil
}

type setUpInput struct {
	Browser
	Body struct {
		Workspace string `json:"workspace" doc:"The name of the workspace."`
		Account
		Code string `json:"code,omitempty" maxLength:"200" doc:"The code that chatd printed at its start. Not needed on the machine itself."`
	}
}

// setUp makes the workspace and its owner, and signs the owner in. Of several
// at once one wins.
func (a *App) setUp(ctx context.Context, in *setUpInput) (*signedInOutput, error) {
	if _, err := a.store.Workspace(ctx); err == nil {
		return nil, problem(http.StatusConflict, "This workspace is set up already. Sign in, or ask its owner for an invite.")
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err := a.checkSetupCode(ctx, in.r, in.Body.Code); err != nil {
		return nil, err
	}
	hash, err := a.hash(ctx, "password", in.Body.Password)
	if err != nil {
		return nil, err
	}
	owner, err := a.store.SetUp(ctx, store.SetUp{Workspace: in.Body.Workspace, NewUser: in.Body.newUser(hash)})
	if _, taken := errors.AsType[*store.TakenError](err); !taken && errors.Is(err, store.ErrConflict) {
		return nil, problem(http.StatusConflict, "Somebody else has just set up this workspace. Ask them for an invite.")
	}
	if err != nil {
		return nil, err
	}
	return a.welcome(ctx, in.Browser, owner, "")
}

// checkSetupCode lets only somebody with the code, or on this very machine,
// become the owner.
func (a *App) checkSetupCode(ctx context.Context, r *http.Request, code string) error {
	if fromThisMachine(r) {
		return nil
	}
	if wait := a.throttle.Try(setupAccount, address(ctx)); wait > 0 {
		return waitProblem(http.StatusTooManyRequests, "There were too many wrong codes. Wait a little and try again.", wait)
	}
	if want := plainCode(a.config.SetupCode); want != "" && subtle.ConstantTimeCompare([]byte(plainCode(code)), []byte(want)) == 1 {
		a.throttle.Succeeded(setupAccount, address(ctx))
		return nil
	}
	return problem(http.StatusForbidden,
		"The set-up code is missing or wrong. Each running chatd prints its own when it starts. "+
			"Read the code of the one that answers you, or set up from its machine.")
}

// plainCode is a code without what people change when they copy one by hand.
func plainCode(code string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
}

// setupAccount is what wrong set-up codes are counted on. No login is like it.
const setupAccount = "\x00set-up"
