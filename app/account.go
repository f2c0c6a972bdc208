package app

import (
	"cmp"
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
// take the same time. Somebody suspended is told why with the right password.
func (a *App) signIn(ctx context.Context, in *signInInput) (*signedInOutput, error) {
	for try := 1; ; try++ {
		out, err := a.trySignIn(ctx, in)
		switch {
		case !errors.Is(err, store.ErrSessionEnded):
			return out, err
		case try == verifyTries:
			return nil, problem(http.StatusUnauthorized, "Your account was changed just now. Sign in again.")
		}
	}
}

// verifyTries is how often a right password is verified again, because the hash
// that it was verified against was replaced meanwhile: by another sign-in with
// the same password, after the cost of hashes was changed, or with a new one.
const verifyTries = 3

// trySignIn is signIn, once. With ErrSessionEnded the password's hash is no
// longer the one that it was verified against.
func (a *App) trySignIn(ctx context.Context, in *signInInput) (*signedInOutput, error) {
	if err := a.store.AdmitAddress(ctx, address(ctx)); err != nil {
		return nil, err
	}
	// An unknown user leaves both empty; the same work is done for it.
	user, encoded, err := a.store.UserByLogin(ctx, in.Body.Login)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	ok, rehash, err := a.verify(ctx, throttledLogin(in.Body.Login), in.Body.Password, encoded)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, problem(http.StatusUnauthorized, "The name or the password is wrong. Check both and try again.")
	}
	if user.Suspended {
		return nil, a.suspensionProblem(ctx, user)
	}
	out, err := a.welcome(ctx, in.Browser, user, encoded)
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

// throttledLogin is what wrong passwords at the sign-in are counted on: the
// login in any of its spellings, whether or not somebody has it. Otherwise the
// waits would tell which names and addresses there are, and whose is whose.
func throttledLogin(login string) string { return cmp.Or(store.LoginKey(login), login) }

// throttledUser is what a signed-in user's wrong current passwords are counted
// on. No login is like it: none has a NUL.
func throttledUser(user int64) string { return "\x00user " + userName(user) }

// checkNewPassword says what is wrong with a new password in a field of the
// request.
func checkNewPassword(field, password string) error {
	if wrong := CheckPassword(password); wrong != "" {
		return fieldProblem(field, wrong)
	}
	return nil
}

// hash hashes a new password from a field of the request, if it will do.
func (a *App) hash(ctx context.Context, field, password string) (string, error) {
	if err := checkNewPassword(field, password); err != nil {
		return "", err
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
