package presence

// Reason says why a comet session ended.
type Reason string

// The reasons that presence treats apart. Every other one means that the
// person is no longer there: others see them go offline.
const (
	// SignedOut is the person's own log-out.
	SignedOut Reason = "signed-out"
	// Removed is a login that somebody in charge has ended.
	Removed Reason = "removed"
	// Revoked is a login that the person has ended from another one.
	Revoked Reason = "revoked"
	// PasswordChanged is a login that ended with the password it was made with.
	PasswordChanged Reason = "password-changed"
	// Deactivated is an account that was closed.
	Deactivated Reason = "deactivated"
	// Suspended is a person who may not sign in for now.
	Suspended Reason = "suspended"
	// Replaced is a login that a newer one of the same browser follows.
	Replaced Reason = "replaced"
	// Shutdown is a node that stops. Its people stay online while its lease
	// lasts, for they come back to another node or to the next start.
	Shutdown Reason = "shutdown"
)

// How others are told that a person came or went.
const (
	noticeSignedIn    = "signed-in"
	noticeSignedOut   = "signed-out"
	noticeWentOffline = "went-offline"
)

// The states of a person, as others see them.
const (
	StateOnline       = "online"
	StateAway         = "away" // no input for a while on any device
	StateDoNotDisturb = "do-not-disturb"
	StateOffline      = "offline"
)

// notice is how others are told when this was a person's last session.
func (r Reason) notice() string {
	switch r {
	case SignedOut, Removed, Revoked, PasswordChanged, Deactivated, Suspended:
		return noticeSignedOut
	default:
		return noticeWentOffline
	}
}
