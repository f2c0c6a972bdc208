package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	ok, rehash, err := a.verify(ctx, throttledAccount(user.ID, in.Body.Login), in.Body.Password, encoded)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, problem(http.StatusUnauthorized, "The name or the password is wrong. Check both and try again.")
	}
	out, err := a.welcome(ctx, in.Browser, user, encoded)
	if errors.Is(err, store.ErrSessionEnded) {
		return nil, problem(http.StatusUnauthorized, "Your account was changed just now. Sign in again.")
	}
	if err == nil && rehash {
		a.rehash(ctx, user.ID, in.Body.Password, encoded)
	}
	return out, err
}

// verify checks a password, as often as the throttle lets an account be tried
// from an address.
func (a *App) verify(ctx context.Context, account, password, encoded string) (ok, rehash bool, err error) {
	if wait := a.throttle.Try(account, address(ctx)); wait > 0 {
		return false, false, waitProblem(http.StatusTooManyRequests,
			"There were too many tries with a wrong password. Wait a little and try again.", wait)
	}
	ok, rehash, err = a.hasher.Verify(ctx, password, encoded)
	if err != nil {
		a.throttle.Cancel(account, address(ctx))
		return false, false, fmt.Errorf("verify password: %w", err)
	}
	if ok {
		a.throttle.Succeeded(account, address(ctx))
	}
	return ok, rehash, nil
}

// rehash stores a password that was just verified under a hash of today's
// cost. Without it the old one goes on to work, so nobody is told of a failure.
func (a *App) rehash(ctx context.Context, user int64, password, encoded string) {
	hash, err := a.hasher.Hash(ctx, password)
	if err == nil {
		err = a.store.Rehash(ctx, user, encoded, hash)
	}
	if err != nil {
		a.log.WarnContext(ctx, "a password was not hashed anew; it will be at the next sign-in",
			slog.Int64("user", user), slog.Any("error", err))
	}
}

// throttledAccount is what wrong passwords are counted on: the user, by
// whatever name they were tried, or the login as typed when there is none. No
// login is like a user's: none has a NUL.
func throttledAccount(user int64, login string) string {
	if user == 0 {
		return login
	}
	return "\x00user " + userName(user)
}

// hash hashes a new password from a field of the request, if it will do.
func (a *App) hash(ctx context.Context, field, password string) (string, error) {
	if wrong := CheckPassword(password); wrong != "" {
		return "", fieldProblem(field, wrong)
	}
	hash, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// welcome signs a user in, who has shown the password with the hash encoded
// unless that is empty.
func (a *App) welcome(ctx context.Context, b Browser, user store.User, encoded string) (*signedInOutput, error) {
	if err := a.startSession(ctx, b, user.ID, encoded); err != nil {
		return nil, err
	}
	out := &signedInOutput{}
	out.Body.User = renderUser(user)
	return out, nil
}
