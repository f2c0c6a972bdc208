package app

import (
	"context"
	"errors"
	"net/http"

	"chatd/store"
)

type signUpInput struct {
	Browser
	Body struct {
		Invite string `json:"invite,omitempty" maxLength:"200" doc:"The token at the end of the invite's link. Not needed where everybody may sign up."`
		Account
	}
}

// signUp makes an account for somebody who was invited, or for anybody where
// sign-up is open, and signs them in.
func (a *App) signUp(ctx context.Context, in *signUpInput) (*signedInOutput, error) {
	// Hashing is dear, so it is only done for somebody who may come in with an
	// account that can be made, and not often from one network. The store judges
	// the account and the invite again.
	if err := a.store.AdmitAddress(ctx, address(ctx)); err != nil {
		return nil, err
	}
	if err := a.admit(ctx, in.Body.Invite); err != nil {
		return nil, signUpProblem(err)
	}
	if err := a.checkAccount(ctx, in.Body.Account); err != nil {
		return nil, err
	}
	if err := a.allowSignUp(ctx, in.Body.Invite); err != nil {
		return nil, err
	}
	hash, err := a.hash(ctx, "password", in.Body.Password)
	if err != nil {
		return nil, err
	}
	user, pending, err := a.store.SignUp(ctx, in.Body.Invite, in.Body.newUser(hash))
	if err != nil {
		return nil, signUpProblem(err)
	}
	a.committer.Number(pending...)
	return a.welcome(ctx, in.Browser, user, "")
}

// admit lets in whoever has an invite and, where sign-up is open, others too.
func (a *App) admit(ctx context.Context, invite string) error {
	if invite != "" {
		_, err := a.store.InviteByToken(ctx, invite)
		return err
	}
	workspace, err := a.store.Workspace(ctx)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if !workspace.SignUpOpen {
		return store.ErrSignUpClosed
	}
	return nil
}

// checkAccount says what is wrong with a new account. Many may be tried, so
// that people can correct themselves, but not all names and addresses.
func (a *App) checkAccount(ctx context.Context, account Account) error {
	if wait := a.signUpTries.Wait(network(address(ctx))); wait > 0 {
		return waitProblem(http.StatusTooManyRequests, "Many accounts were tried from your address just now. Wait a minute and try again.", wait)
	}
	if err := checkNewPassword("password", account.Password); err != nil {
		return err
	}
	return a.store.Available(ctx, account.newUser(""))
}

// allowSignUp lets one network make some accounts at once and then a few a
// minute; without an invite fewer.
func (a *App) allowSignUp(ctx context.Context, invite string) error {
	limit := a.signUps
	if invite != "" {
		limit = a.invitedSignUps
	}
	if wait := limit.Wait(network(address(ctx))); wait > 0 {
		return waitProblem(http.StatusTooManyRequests, "Many accounts were made from your address just now. Wait a minute and try again.", wait)
	}
	return nil
}

// signUpProblem explains why somebody cannot come in.
func signUpProblem(err error) error {
	if errors.Is(err, store.ErrSignUpClosed) {
		return problem(http.StatusForbidden, "It takes an invite to make an account here. Ask somebody who is in for one.")
	}
	return inviteProblem(err)
}
