package app

import (
	"context"
	"errors"
	"net/http"

	"chatd/store"
)

type resetLinkInput struct {
	UserPath
	Browser
}

type resetLinkOutput struct {
	Body struct {
		URL       string `json:"url" doc:"The link for the person. It is shown only once, and an earlier one is no longer good."`
		ExpiresAt string `json:"expires_at" format:"date-time"`
	}
}

// createResetLink makes a link with which somebody sets a new password.
func (a *App) createResetLink(ctx context.Context, in *resetLinkInput) (*resetLinkOutput, error) {
	reset, err := a.store.CreateReset(ctx, userOf(ctx), in.User)
	if errors.Is(err, store.ErrDeactivated) {
		return nil, problem(http.StatusConflict, "This account is closed. Open it again first.")
	}
	if err != nil {
		return nil, err
	}
	out := &resetLinkOutput{}
	out.Body.URL = a.baseURL(in.r).JoinPath("reset", reset.Token).String()
	out.Body.ExpiresAt = renderTime(reset.ExpiresAt)
	return out, nil
}

type resetTokenInput struct {
	Token string `path:"token" doc:"The end of the link."`
}

type resetOutput struct {
	Body struct {
		Workspace   string `json:"workspace"`
		Username    string `json:"username" doc:"Whose password it sets."`
		DisplayName string `json:"display_name"`
		ExpiresAt   string `json:"expires_at" format:"date-time"`
	}
}

// showReset shows the holder of a link whose password it sets.
func (a *App) showReset(ctx context.Context, in *resetTokenInput) (*resetOutput, error) {
	reset, err := a.findReset(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	workspace, err := a.store.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	out := &resetOutput{}
	out.Body.Workspace = workspace.Name
	out.Body.Username, out.Body.DisplayName = reset.User.Username, reset.User.DisplayName
	out.Body.ExpiresAt = renderTime(reset.ExpiresAt)
	return out, nil
}

// resetAccount is what wrong tokens of links are counted on. No login is like it.
const resetAccount = "\x00reset"

// findReset looks a link up, as often as the throttle lets an address guess.
func (a *App) findReset(ctx context.Context, token string) (store.Reset, error) {
	if wait := a.throttle.Wait(resetAccount, address(ctx)); wait > 0 {
		return store.Reset{}, waitProblem(http.StatusTooManyRequests, "There were too many wrong links. Wait a little and try again.", wait)
	}
	reset, err := a.store.ResetByToken(ctx, token)
	if errors.Is(err, store.ErrNotFound) {
		a.throttle.Failed(resetAccount, address(ctx))
	}
	return reset, resetProblem(err)
}

type resetInput struct {
	Browser
	Body struct {
		Token    string `json:"token" minLength:"1" maxLength:"200" doc:"The end of the link."`
		Password string `json:"password" doc:"At least 8 characters."`
	}
}

// resetPassword sets the password of whoever was given the link, and signs them
// out everywhere. They sign in with it then.
func (a *App) resetPassword(ctx context.Context, in *resetInput) (*struct{}, error) {
	// Hashing is dear, so it is only done for a link that is good.
	if _, err := a.findReset(ctx, in.Body.Token); err != nil {
		return nil, err
	}
	hash, err := a.hash(ctx, "password", in.Body.Password)
	if err != nil {
		return nil, err
	}
	user, ended, err := a.store.UseReset(ctx, in.Body.Token, hash)
	if err != nil {
		return nil, resetProblem(err)
	}
	a.endLogins(user.ID, ended, reasonPasswordChanged)
	return nil, nil
}

// resetProblem explains why a link does not work.
func resetProblem(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return problem(http.StatusNotFound, "This link does not exist. Check it, or ask whoever gave it to you for a new one.")
	case errors.Is(err, store.ErrResetUsed):
		return problem(http.StatusGone, "This link was used already: the password is set. Sign in with it, or ask for a new link.")
	case errors.Is(err, store.ErrResetExpired):
		return problem(http.StatusGone, "This link has expired: it was good for a day. Ask for a new one.")
	case errors.Is(err, store.ErrResetRevoked):
		return problem(http.StatusGone, "This link is no longer good. Ask for a new one.")
	}
	return err
}
