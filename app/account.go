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
	if wait := a.throttle.Try(in.Body.Login, address(ctx)); wait > 0 {
		return nil, waitProblem(http.StatusTooManyRequests,
			"There were too many tries with a wrong password. Wait a little and try again.", wait)
	}
	user, ok, err := a.checkPassword(ctx, in.Body.Login, in.Body.Password)
	if err != nil {
		a.throttle.Cancel(in.Body.Login, address(ctx))
		return nil, err
	}
	if !ok {
		return nil, problem(http.StatusUnauthorized, "The name or the password is wrong. Check both and try again.")
	}
	a.throttle.Succeeded(in.Body.Login, address(ctx))
	return a.welcome(ctx, in.Browser, user)
}

// checkPassword does the same work whether or not there is such a user.
func (a *App) checkPassword(ctx context.Context, login, password string) (store.User, bool, error) {
	user, encoded, err := a.store.UserByLogin(ctx, login)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.User{}, false, err
	}
	ok, _, err := a.hasher.Verify(ctx, password, encoded)
	if err != nil {
		return store.User{}, false, fmt.Errorf("verify password: %w", err)
	}
	return user, ok, nil
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
