package app

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"chatd/comet"
	"chatd/presence"
	"chatd/store"
)

// Why logins end that people end on purpose, beside the reasons of the hub.
const (
	reasonRevoked         = comet.Reason(store.ReasonRevoked)
	reasonPasswordChanged = comet.Reason(store.ReasonPasswordChanged)
)

// tokenLogin stands before the id of an access token where the hub knows it as
// a login. So presence can tell a script, which is nobody being here, from a
// browser.
const tokenLogin = "token-"

// loginOf is how the hub knows the login behind a request.
func loginOf(v viewer) string {
	if v.token() {
		return tokenLogin + v.session
	}
	return v.session
}

// loginsOf are the names that a session's login may have. Whoever ends it ends
// both and need not know of which kind it is.
func loginsOf(session string) []string { return []string{session, tokenLogin + session} }

// sessionOf is the id of the session behind a login.
func sessionOf(login string) string { return strings.TrimPrefix(login, tokenLogin) }

// isScript reports whether a login is an access token's.
func isScript(login string) bool { return strings.HasPrefix(login, tokenLogin) }

// sessionID is how ids of sessions are written. The database would take others
// for the same, but the hub would not.
var sessionID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// endLogins ends everything of sessions of a user that are over in the database:
// their connections here at once, and those on other nodes with the doorbell.
// It does not wait: presence tells others in the background, also of connections
// to a node that died.
func (a *App) endLogins(user int64, sessions []string, reason comet.Reason) {
	a.dropLogins(sessions, reason)
	for _, session := range sessions {
		a.tracker.LoginEnded(user, session, presence.Reason(reason))
	}
	a.doorbell.Ring()
}

// dropLogins ends the connections that sessions have here. They are forgotten
// first: a request that was recognized just before is ended by the hub, or
// begins a comet session, for which the hub makes sure of the login.
func (a *App) dropLogins(sessions []string, reason comet.Reason) {
	a.known.Forget(sessions)
	for _, session := range sessions {
		for _, login := range loginsOf(session) {
			a.pushlets.EndLogin(login)
			a.hub.EndLogin(login, reason)
		}
		if reason != comet.ReasonReplaced { // then the browser goes on with its next login
			a.typing.EndLogin(session)
		}
	}
}

// loginLives is the fresh look-up with which the hub makes sure of a login
// after a data request of it was registered. It finds out what the user may see
// of others, too.
func (a *App) loginLives(ctx context.Context, who comet.Principal) error {
	session := sessionOf(who.Login)
	err := a.refreshSight(ctx, a.store, userID(who.User), func() (store.Role, error) {
		return a.store.LiveRole(ctx, session)
	})
	if errors.Is(err, store.ErrSessionEnded) {
		return &comet.EndedError{Reason: a.endReason(ctx, session)}
	}
	return err
}

// seesAll reports whether the person is no guest, as far as is known here. What
// a guest sees is found out with each data request: others may have joined.
func (a *App) seesAll(who comet.Principal) bool {
	_, limited := a.sights.Of(userID(who.User))
	return !limited
}

// endReason is why a session is no longer live.
func (a *App) endReason(ctx context.Context, session string) comet.Reason {
	ended, err := a.store.Session(ctx, session)
	if err != nil {
		return comet.ReasonExpired
	}
	return reasonOf(ended)
}

// reasonOf is why a session is no longer live. One without a reason of its own
// that has not expired is over because its user may not come in.
func reasonOf(ended store.Session) comet.Reason {
	switch {
	case ended.EndReason != "":
		return comet.Reason(ended.EndReason)
	case ended.ExpiresAt.After(time.Now()):
		return comet.ReasonDeactivated
	default:
		return comet.ReasonExpired
	}
}
