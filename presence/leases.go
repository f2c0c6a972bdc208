package presence

import (
	"context"
	"time"
)

// Leases is where the trackers of all nodes meet: a database that serialises
// their changes and whose clock alone decides when a lease has run out.
//
// A node has one lease; a comet session has a row under the node it is
// connected to. From the rows of a person and from what they chose to be, until
// the choice ends, follows the state that others see:
//
//   - offline when no row exists, or the choice is invisible;
//   - do-not-disturb when that is the choice;
//   - else away when each row is idle, and online when one is not.
//
// Whatever changes the state of a person records that in the same transaction.
// Changes are numbered 1, 2, 3, … without gaps, in commit order over all nodes,
// those of one transaction by user; that number is the revision. A change has
// the notice signed-in when the person was offline before, and an empty one
// when they were not and are not. When they are offline now it has the notice
// that a session of theirs closes with in the same call, that of the last one
// if there are several, and else went-offline.
//
// After an error nobody knows whether a call took effect, or will do so later.
type Leases interface {
	// SettlePresence extends the node's lease to the given time from now and
	// opens, updates and closes sessions of the node, all in one transaction.
	// What is open already takes over everything but its user; what is gone
	// stays so; users who do not exist are passed over. What closes with
	// signed-out closes at the other nodes too, for its login has ended; and of
	// a login that has ended nothing opens.
	//
	// The calls of a node carry turns that grow. An ordinary call takes effect
	// only while the node's lease holds, and if the call before it, turn-1,
	// was the last to take effect. A whole one takes effect after any lower
	// turn, and also if the database does not know the node; it names all of
	// the node's sessions, what it does not name closes, and the states of
	// everybody are derived anew. A call that does not take effect returns
	// known = false.
	//
	// changed is how many people's states changed.
	SettlePresence(ctx context.Context, node string, turn int64, whole bool, lease time.Duration,
		sessions []Session) (known bool, changed int, err error)

	// ExpirePresence removes all other nodes whose lease has run out, with
	// their sessions, and reports how many people's states changed by that.
	ExpirePresence(ctx context.Context, node string) (changed int, err error)

	// LapsePresence makes choices automatic whose time is over, and reports how
	// many people's states changed by that.
	LapsePresence(ctx context.Context) (changed int, err error)

	// LoadPresence returns who is not offline, the revision this is true at,
	// and the epoch of the numbering.
	LoadPresence(ctx context.Context) (epoch, revision int64, states []PersonState, err error)

	// LookPresence hands over the changes that follow revision after, in order.
	LookPresence(ctx context.Context, node string, after int64,
		change func(revision, user int64, state, notice string, at time.Time)) (Looked, error)
}

// Session is one comet session of a node, as the database is told of it.
type Session struct {
	Row       int64 // a number of the node's own choice
	User      int64
	Login     string // the sign-in it belongs to, a UUID
	Device    string
	Transport string        // such as iframe; "" when it is not known
	RoundTrip time.Duration // whole milliseconds; 0 when it is not known
	Idle      bool
	Lag       int // events that it lacked at the last two renewals
	// Notice is empty while the session is open. Else it closes, and this is
	// how others are told if the person is offline by that.
	Notice string
}

// PersonState is the state of somebody who is not offline.
type PersonState struct {
	User  int64
	State string
}

// Looked is what LookPresence tells besides the changes.
type Looked struct {
	Epoch, Newest int64
	Alive         bool // the node's own lease still holds
	Lapsed        bool // the lease of another node has run out
	Ending        bool // the time of somebody's choice is over
}
