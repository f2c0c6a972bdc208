package presence

import (
	"context"
	"time"
)

// Leases is where the trackers of all nodes meet: a database that serialises
// their changes and whose clock alone decides when a lease has run out.
//
// A node has one lease; a comet session has a row under the node it is
// connected to. A person is online while one of their rows exists. Whatever
// adds a person's first row or removes their last one records a change in the
// same transaction. Changes are numbered 1, 2, 3, … without gaps, in commit
// order over all nodes; that number is the revision.
//
// After an error nobody knows whether a call took effect, or will do so later.
type Leases interface {
	// SettlePresence extends the node's lease to the given time from now and
	// opens and closes sessions of the node, all in one transaction.
	//
	// Session rows[i] (a number of the node's own choice) belongs to users[i].
	// It opens when notices[i] is empty, else it closes, and notices[i] says
	// how others are told if that was the person's last one (the last of
	// several counts). What is open already or gone stays so; users who do not
	// exist are passed over.
	//
	// The calls of a node carry turns that grow. An ordinary call takes effect
	// only while the node's lease holds, and if the call before it, turn-1,
	// was the last to take effect. A whole one takes effect after any lower
	// turn, and also if the database does not know the node; it names all of
	// the node's sessions, and what it does not name closes. A call that does
	// not take effect returns known = false.
	//
	// changed is how many people came online or went offline.
	SettlePresence(ctx context.Context, node string, turn int64, whole bool, lease time.Duration,
		rows, users []int64, notices []string) (known bool, changed int, err error)

	// ExpirePresence removes all other nodes whose lease has run out, with
	// their sessions, and reports how many people went offline by that.
	ExpirePresence(ctx context.Context, node string) (changed int, err error)

	// LoadPresence returns who is online, the revision this is true at, and
	// the epoch of the numbering.
	LoadPresence(ctx context.Context) (epoch, revision int64, online []int64, err error)

	// LookPresence hands over the changes that follow revision after, in
	// order. It also tells the epoch and the newest revision, whether the
	// node's own lease still holds (alive), and whether the lease of any
	// other node has run out (lapsed).
	LookPresence(ctx context.Context, node string, after int64,
		change func(revision, user int64, state, notice string, at time.Time),
	) (epoch, newest int64, alive, lapsed bool, err error)
}
