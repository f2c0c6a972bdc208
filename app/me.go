package app

import (
	"context"
	"errors"
	"net/http"

	"chatd/store"
)

// Me is the viewer's own account.
type Me struct {
	User
	Email    string   `json:"email" doc:"Empty when there is none."`
	Presence Presence `json:"presence"`
	TimeZone string   `json:"time_zone" doc:"An IANA name, such as Europe/Vienna. Empty when it is not known."`
	Notices  string   `json:"notices" enum:"show,condense,hide" doc:"How they are told of others who come and go."`
	SendWith string   `json:"send_with" enum:"enter,ctrl-enter" doc:"Which key sends what they write."`
	SeenBy   bool     `json:"seen_by" doc:"Whether others are told what they have read, and they what others have."`
}

// Presence is what somebody chose to be for others: what follows from what they
// do, or something else for a while.
type Presence struct {
	Choice string  `json:"choice" enum:"automatic,do-not-disturb,invisible"`
	Until  *string `json:"until" format:"date-time" doc:"When it is automatic again; null when that has no end."`
}

func renderMe(u store.User) Me {
	return Me{
		User: renderUser(u), Email: u.Email, TimeZone: u.TimeZone, Notices: u.Notices, SendWith: u.SendWith, SeenBy: u.SeenBy,
		Presence: Presence{Choice: u.PresenceChoice, Until: optionalTime(u.PresenceUntil)},
	}
}

type meOutput struct {
	Body Me
}

// showMe shows the viewer's own account.
func (a *App) showMe(ctx context.Context, _ *struct{}) (*meOutput, error) {
	user, err := a.store.User(ctx, userOf(ctx))
	if err != nil {
		return nil, err
	}
	return &meOutput{Body: renderMe(user)}, nil
}

type changeMeInput struct {
	Body struct {
		DisplayName     given[string] `json:"display_name,omitempty" doc:"1 to 80 characters on one line."`
		Email           given[string] `json:"email,omitempty" maxLength:"254" doc:"Empty to have none. Needs the current password."`
		CurrentPassword string        `json:"current_password,omitempty" maxLength:"1000"`

		Status   givenStatus           `json:"status,omitempty"`
		Presence given[presenceChange] `json:"presence,omitempty" doc:"Apart from everything else."`
		TimeZone given[string]         `json:"time_zone,omitempty" maxLength:"64" doc:"An IANA name; empty to have none."`
		Notices  given[string]         `json:"notices,omitempty" enum:"show,condense,hide"`
		SendWith given[string]         `json:"send_with,omitempty" enum:"enter,ctrl-enter"`
		SeenBy   given[bool]           `json:"seen_by,omitempty"`
	}
}

// changeMe changes what the viewer is called, what they say of themselves and how
// they are shown to others and, with the current password, their e-mail address,
// which one can sign in with.
func (a *App) changeMe(ctx context.Context, in *changeMeInput) (*meOutput, error) {
	user := userOf(ctx)
	profile := store.Profile{
		DisplayName: in.Body.DisplayName.to, Email: in.Body.Email.to,
		Status: in.Body.Status.change(), TimeZone: in.Body.TimeZone.to, Notices: in.Body.Notices.to,
		SendWith: in.Body.SendWith.to, SeenBy: in.Body.SeenBy.to,
	}
	if choice := in.Body.Presence.to; choice != nil {
		if profile != (store.Profile{}) {
			return nil, problem(http.StatusUnprocessableEntity, "Change either the presence or something else, one after the other.")
		}
		return a.changePresence(ctx, user, *choice)
	}
	if profile.Email != nil {
		if err := requireBrowser(ctx); err != nil {
			return nil, err
		}
		if _, err := a.confirmPassword(ctx, user, in.Body.CurrentPassword); err != nil {
			return nil, err
		}
	}
	changed, pending, err := a.store.ChangeProfile(ctx, user, profile)
	if err != nil {
		return nil, ownAccount(err)
	}
	a.committer.Number(pending...)
	return &meOutput{Body: renderMe(changed)}, nil
}

type changePasswordInput struct {
	Body struct {
		CurrentPassword string `json:"current_password" maxLength:"1000"`
		NewPassword     string `json:"new_password" doc:"At least 8 characters."`
	}
}

type changePasswordOutput struct {
	Body struct {
		Ended  int `json:"ended" doc:"How many other browsers were signed out."`
		Tokens int `json:"tokens" doc:"How many access tokens go on to work."`
	}
}

// changePassword changes the viewer's password and signs them out everywhere
// else. Access tokens go on.
func (a *App) changePassword(ctx context.Context, in *changePasswordInput) (*changePasswordOutput, error) {
	v, _ := viewerOf(ctx)
	if wait := a.newPasswords.Wait(v.user); wait > 0 {
		return nil, waitProblem(http.StatusTooManyRequests, "You are changing your password very often. Wait a moment and try again.", wait)
	}
	encoded, err := a.confirmPassword(ctx, v.user, in.Body.CurrentPassword)
	if err != nil {
		return nil, err
	}
	hash, err := a.hash(ctx, "new_password", in.Body.NewPassword)
	if err != nil {
		return nil, err
	}
	tokens, err := a.store.Tokens(ctx, v.user)
	if err != nil {
		return nil, err
	}
	ended, err := a.store.ChangePassword(ctx, v.user, encoded, hash, v.session)
	for try := 1; errors.Is(err, store.ErrConflict) && try < verifyTries; try++ {
		if encoded, err = a.confirmPassword(ctx, v.user, in.Body.CurrentPassword); err == nil {
			ended, err = a.store.ChangePassword(ctx, v.user, encoded, hash, v.session)
		}
	}
	if err != nil {
		return nil, err
	}
	a.endLogins(v.user, ended, reasonPasswordChanged)
	out := &changePasswordOutput{}
	out.Body.Ended, out.Body.Tokens = len(ended), len(tokens)
	return out, nil
}

// confirmPassword makes sure that it is the person themselves who sits at the
// browser, and returns the hash of their password.
func (a *App) confirmPassword(ctx context.Context, user int64, password string) (encoded string, err error) {
	if password == "" {
		return "", fieldProblem("current_password", "Enter your current password, to show that it is you.")
	}
	if encoded, err = a.store.PasswordHash(ctx, user); err != nil {
		return "", ownAccount(err)
	}
	ok, _, err := a.verify(ctx, throttledUser(user), password, encoded)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fieldProblem("current_password", "This is not your current password. Check it and try again.")
	}
	return encoded, nil
}

// ownAccount is an error of something that is done with the viewer's own
// account. When that is not there, it was closed while the request was under
// way, and with it the session.
func ownAccount(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return store.ErrSessionEnded
	}
	return err
}
