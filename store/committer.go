package store

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Send is a message on its way into a room.
type Send struct {
	RoomID   int64
	AuthorID int64
	// SessionID is the browser session that must still be live at the moment
	// the message is stored; "" when there is none.
	SessionID string
	// ClientID is a UUID chosen by the sender. A send that is tried again
	// carries the same one and is stored once, for ever.
	ClientID string
	// Body has 1 to MaxBody characters of valid UTF-8 without NUL.
	Body string
	// HTML is what Markdown makes of Body; "" when it is plain text.
	HTML string
	// ReplyTo is the number of the message that it answers, in the same thread or
	// like it in none, and Thread that of the root of its thread; 0 for none.
	ReplyTo, Thread int64
	// Mentions are people of the room who are mentioned. MentionsAll is
	// MentionsRoom or MentionsHere when everybody is; for MentionsHere the Mentions
	// include those who were here.
	Mentions    []int64
	MentionsAll string
}

// What MentionsAll of a message may be, but for "".
const (
	MentionsRoom = "room" // everybody in the room
	MentionsHere = "here" // those of them who were here
)

// Sent is a stored message. Repeated says that an earlier send with the same
// ClientID stored it.
type Sent struct {
	Message  Message
	Repeated bool
}

// CommitterConfig says how a committer works. Zero values mean the defaults.
type CommitterConfig struct {
	// OnCommit receives the events that a transaction has put into the log,
	// after its commit and before the senders have their answers. The events
	// of one topic come in the order of the log; calls for different topics
	// may overlap. It must not block: sends wait meanwhile.
	OnCommit func([]Event)
	// OnBatch receives, after each transaction, how many sends were in it, how
	// long it took and how it failed, if it did. The same holds: do not block.
	OnBatch func(sends int, took time.Duration, err error)
	// BatchMax bounds the messages of one transaction; 0 means 256.
	BatchMax int
	// QueueMax bounds the sends in the committer; 0 means 8192. Further ones
	// wait outside for their turn or their context.
	QueueMax int
}

// Committer numbers events and stores messages: it is the only writer of the
// event log in its node. Sends that arrive while a commit is in flight go
// together in the next one; see committer_statements.go for the transaction itself.
//
// Sends are stored in the order of their arrival in each room. A room whose
// lock is held elsewhere is skipped, so that it does not delay the others, and
// handled alone after three skips. When the database is away, sends are tried
// again until their context ends; they are idempotent, so nothing is stored
// twice. Messages that turn out to be stored by a commit whose answer was lost
// are reported to OnCommit then; other events of such a commit are not, and are
// found by the next [Store.Look].
type Committer struct {
	// Static after construction.
	store    *Store
	onCommit func([]Event)
	onBatch  func(sends int, took time.Duration, err error)
	batchMax int
	log      *slog.Logger

	queue *queue
	// pool is set by Run before any work begins.
	pool *pgxpool.Pool
	// waiters are the goroutines that wait for the locks of skipped topics.
	// Run starts them and waits for them.
	waiters sync.WaitGroup
}

// NewCommitter makes a committer. It works while Run does; what arrives before
// waits.
func (s *Store) NewCommitter(c CommitterConfig) *Committer {
	if c.OnCommit == nil {
		c.OnCommit = func([]Event) {}
	}
	if c.OnBatch == nil {
		c.OnBatch = func(int, time.Duration, error) {}
	}
	return &Committer{
		store:    s,
		onCommit: c.OnCommit,
		onBatch:  c.OnBatch,
		batchMax: orDefault(c.BatchMax, 256),
		log:      s.log,
		queue:    newQueue(orDefault(c.QueueMax, 8192)),
	}
}

// Send stores a message and returns it with its place in the room, once it is
// committed. A repeated send returns what the first one stored.
//
// Errors: ErrInvalid for what can never be stored; ErrNotFound for a room that
// does not exist or is not for this person to know of; ErrNotMember for a
// public room that they are not in; ErrReadOnly; ErrSessionEnded; ErrForbidden
// for those without the right and an author who was deactivated or suspended;
// *InvalidError for a thread or an answered message that does not exist, is deleted
// or is elsewhere; *SanctionError for one who is muted; *SlowModeError for one who has to wait;
// ErrConflict for a ClientID that was used in another room. ErrUnavailable means
// that ctx ended first, or that too many sends wait for this room; the message
// may still be stored, and sending it again is safe.
func (c *Committer) Send(ctx context.Context, in Send) (Sent, error) {
	s, err := newSend(ctx, in)
	if err != nil {
		return Sent{}, err
	}
	if err := c.queue.add(ctx, s); err != nil {
		return Sent{}, err
	}
	o := s.await(ctx)
	return o.sent, o.err
}

// await returns the committer's answer, or ErrUnavailable when ctx ends first.
func (s *send) await(ctx context.Context) outcome {
	select {
	case o := <-s.answer:
		return o
	case <-ctx.Done():
	}
	select {
	case o := <-s.answer: // both at once: the answer counts
		return o
	default:
		return outcome{err: fmt.Errorf("%w: %w", ErrUnavailable, context.Cause(ctx))}
	}
}

// Number says that events of the topics wait in pending_events. They are put
// into the log soon. It never blocks.
func (c *Committer) Number(topics ...int64) { c.queue.kick(topics) }

// send is a Send in the committer.
type send struct {
	Send
	client, session pgtype.UUID
	// gone is closed when nobody waits for the answer any more.
	gone <-chan struct{}
	// answer receives one outcome. Never closed.
	answer chan outcome
	// tried says that an earlier attempt may have stored it. Owned by whoever
	// holds the lane.
	tried bool
}

type outcome struct {
	sent Sent
	err  error
}

// newSend checks what the database would refuse, or worse, what it would not
// understand: a NUL or a broken character makes the whole statement fail.
func newSend(ctx context.Context, in Send) (*send, error) {
	s := &send{Send: in, gone: ctx.Done(), answer: make(chan outcome, 1)}
	if err := s.client.Scan(in.ClientID); err != nil {
		return nil, fmt.Errorf("%w: the client id is not a UUID", ErrInvalid)
	}
	if in.SessionID != "" {
		if err := s.session.Scan(in.SessionID); err != nil {
			return nil, ErrSessionEnded // there never was such a session
		}
	}
	switch {
	case !utf8.ValidString(in.Body):
		return nil, fmt.Errorf("%w: the message is not valid UTF-8", ErrInvalid)
	case strings.ContainsRune(in.Body, 0):
		return nil, fmt.Errorf("%w: the message contains a NUL", ErrInvalid)
	case !utf8.ValidString(in.HTML) || strings.ContainsRune(in.HTML, 0):
		return nil, fmt.Errorf("%w: what is made of the message is no text", ErrInvalid)
	case in.Thread < 0 || in.ReplyTo < 0:
		return nil, fmt.Errorf("%w: messages have numbers from 1 on", ErrInvalid)
	case in.MentionsAll != "" && in.MentionsAll != MentionsRoom && in.MentionsAll != MentionsHere:
		return nil, fmt.Errorf("%w: everybody cannot be mentioned so", ErrInvalid)
	}
	if n := utf8.RuneCountInString(in.Body); n < 1 || n > MaxBody {
		return nil, fmt.Errorf("%w: the message has %d characters; 1 to %d are possible", ErrInvalid, n, MaxBody)
	}
	return s, nil
}
