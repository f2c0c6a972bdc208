package comet

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
)

// Principal is who makes a request. The words are opaque to the hub and are
// only compared.
type Principal struct {
	User  string // whose events they are
	Login string // what is signed in and can end on its own
	// Quota is what comet sessions are counted under for Limits.Sessions. Empty
	// means under User; no other value may be the name of a user.
	Quota string
	// Browser says that the login is a browser's, whose tabs share the few
	// connections that it makes to one server: Limits.Held applies.
	Browser bool
}

// quota is the word that the principal's sessions are counted under.
func (p Principal) quota() string { return cmp.Or(p.Quota, p.User) }

// Position is a place in a topic: events are numbered 1, 2, 3, … without gaps,
// and a new epoch makes all earlier numbers void. Both are below 2^53. In JSON
// it is [epoch, seq].
type Position struct{ Epoch, Seq int64 }

// maxInteger is the greatest number that JavaScript holds exactly.
const maxInteger = 1<<53 - 1

// MarshalJSON writes [epoch, seq].
func (p Position) MarshalJSON() ([]byte, error) { return appendPosition(nil, p), nil }

// Event is one event of a topic. Payload is a JSON value as json.Marshal makes
// it; nil is an event that nobody may see any more, and only its number is told.
type Event struct {
	Seq     int64
	Payload []byte
}

// Page is a part of a topic as the log holds it. Head is the seq of the newest
// event of the topic, read together with Events.
type Page struct {
	Epoch, Head int64
	Events      []Event
	// Withdrawn are the seqs of events, of any page, that may be seen no longer,
	// as the Events tell. The hub withdraws them before it tells that.
	Withdrawn []int64
}

// Log is how the hub reads the truth. It may be called from any goroutine and
// must return when ctx ends.
type Log interface {
	// Positions returns where the topics stand. A topic that the principal may
	// not follow is missing from the answer.
	Positions(ctx context.Context, who Principal, topics []string) (map[string]Position, error)
	// Read returns at most limit events that follow after, in order. The page
	// is the same whoever asks: it is shared among all listeners.
	Read(ctx context.Context, topic string, after int64, limit int) (Page, error)
}

// Presence follows who is connected. Opened and Closed are called one at a
// time, in the order things happened; they must not wait.
type Presence interface {
	// Opened tells of the first data request of a comet session.
	Opened(SessionInfo)
	// Closed tells that an opened comet session is over: its lease ended, or
	// its login did. A session that comes back later is opened under a new ID.
	Closed(SessionInfo, Reason)
	// Since returns what the viewer does not know yet, and the revision that
	// holds after it. The event is the JSON object of one presence event as
	// json.Marshal writes it: it goes out as it is, perhaps to many clients, so
	// nobody may change it afterwards. It is nil when there is nothing new. An
	// empty revision asks for everything. A client learns revisions from events
	// alone, so what follows the last one that it was told must stay known.
	Since(view View, revision string) (event []byte, next string)
}

// View is what of presence a client wants to be told, as it says itself. Which
// of that it may know, and what it is told besides, Presence decides.
type View struct {
	Principal
	People []string // whom the client shows: words, sorted, each once; not to be changed
	Room   string   // the word of the room that the client shows; empty: none
}

// SessionInfo describes a comet session to Presence and Config.Activity. The ID
// is made by the hub, unique among all hubs, and not the one that the client
// uses.
type SessionInfo struct {
	ID string
	Principal
	Device string // what Config.Device or Listen.Device has said when it began
	Idle   bool   // the client has said that its person does nothing
}

// Reason says why something ended. Others than those named here may be given
// to EndLogin, EndUser and Revoke; they are told to the client as they are.
type Reason string

// Reasons that the hub itself knows.
const (
	ReasonSignedOut   Reason = "signed-out"  // the person's own log-out
	ReasonReplaced    Reason = "replaced"    // the same browser signed in anew
	ReasonRemoved     Reason = "removed"     // somebody with the right to ended it
	ReasonDeactivated Reason = "deactivated" // the account is closed
	ReasonSuspended   Reason = "suspended"   // the person may not sign in for now
	ReasonExpired     Reason = "expired"     // the login's time is over
	ReasonLease       Reason = "lease"       // the client did not come back in time
	ReasonLeft        Reason = "left"        // the client said goodbye and did not come back
	ReasonShutdown    Reason = "shutdown"    // the node stops; clients go elsewhere
)

// EndedError is what Config.Check returns for a login that is over.
type EndedError struct{ Reason Reason }

// Error implements error.
func (e *EndedError) Error() string { return fmt.Sprintf("the login has ended (%s)", e.Reason) }

func appendPosition(b []byte, p Position) []byte {
	b = append(b, '[')
	b = strconv.AppendInt(b, p.Epoch, 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, p.Seq, 10)
	return append(b, ']')
}
