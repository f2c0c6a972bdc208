package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"chatd/store"
)

// Account is what a person chooses for their own account.
type Account struct {
	Username    string `json:"username" doc:"1 to 40 letters, digits, dots, dashes and underscores."`
	DisplayName string `json:"display_name" doc:"1 to 80 characters on one line."`
	Email       string `json:"email,omitempty" maxLength:"254"`
	Password    string `json:"password" doc:"At least 8 characters."`
}

func (a Account) newUser(passwordHash string) store.NewUser {
	return store.NewUser{Username: a.Username, DisplayName: a.DisplayName, Email: a.Email, PasswordHash: passwordHash}
}

type signedInOutput struct {
	Body struct {
		User User `json:"user"`
	}
}

type signInInput struct {
	Browser
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"254" doc:"User name or e-mail address."`
		Password string `json:"password" maxLength:"1000"`
	}
}

// signIn begins a session. Unknown users and wrong passwords look the same and
// take the same time.
func (a *App) signIn(ctx context.Context, in *signInInput) (*signedInOutput, error) {
	// An unknown user leaves both empty; the same work is done for it.
	user, encoded, err := a.store.UserByLogin(ctx, in.Body.Login)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	account := throttledAccount(user, in.Body.Login)
	if wait := a.throttle.Try(account, address(ctx)); wait > 0 {
		return nil, waitProblem(http.StatusTooManyRequests,
			"There were too many tries with a wrong password. Wait a little and try again.", wait)
	}
	ok, _, err := a.hasher.Verify(ctx, in.Body.Password, encoded)
	if err != nil {
		a.throttle.Cancel(account, address(ctx))
		return nil, fmt.Errorf("verify password: %w", err)
	}
	if !ok {
		return nil, problem(http.StatusUnauthorized, "The name or the password is wrong. Check both and try again.")
	}
	a.throttle.Succeeded(account, address(ctx))
	return a.welcome(ctx, in.Browser, user)
}

// throttledAccount is what wrong passwords are counted on: the user, by
// whatever name they were tried, or the login as typed when there is none. No
// login is like a user's: none has a NUL.
func throttledAccount(user store.User, login string) string {
	if user.ID == 0 {
		return login
	}
	return "\x00user " + userName(user.ID)
}

// hash hashes a new password, if it will do.
func (a *App) hash(ctx context.Context, password string) (string, error) {
	if wrong := CheckPassword(password); wrong != "" {
		return "", fieldProblem("password", wrong)
	}
	hash, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// welcome signs a user in.
func (a *App) welcome(ctx context.Context, b Browser, user store.User) (*signedInOutput, error) {
	if err := a.startSession(ctx, b, user.ID); err != nil {
		return nil, err
	}
	out := &signedInOutput{}
	out.Body.User = renderUser(user)
	return out, nil
}
