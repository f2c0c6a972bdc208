package app

import (
	"chatd/comet"
	"chatd/presence"
)

// attendance tells presence who is connected, and the hub who is here. A script
// with an access token is nobody being here.
type attendance struct{ tracker *presence.Tracker }

var _ comet.Presence = attendance{}

// Opened implements comet.Presence.
func (t attendance) Opened(s comet.SessionInfo) {
	if !isScript(s.Login) {
		t.tracker.Opened(s.ID, userID(s.User))
	}
}

// Closed implements comet.Presence. Both packages use the same words for
// their reasons.
func (t attendance) Closed(s comet.SessionInfo, why comet.Reason) {
	if !isScript(s.Login) {
		t.tracker.Closed(s.ID, presence.Reason(why))
	}
}

// Since implements comet.Presence.
func (t attendance) Since(viewer comet.Principal, revision string) ([]byte, string) {
	return t.tracker.Since(userID(viewer.User), revision)
}
