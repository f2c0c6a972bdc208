package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// doorbellChannel is what all nodes of a database listen to.
const doorbellChannel = "chatd"

const (
	// ringEvery is the least time between two rings of a node.
	ringEvery = 5 * time.Millisecond
	// pingEvery is the silence after which the doorbell makes sure that the
	// server is still there, and pingWithin how long that may take.
	pingEvery  = 30 * time.Second
	pingWithin = 5 * time.Second
)

// Doorbell tells the nodes of a database of each other's commits by LISTEN and
// NOTIFY. It says that something happened, not what: whoever hears it looks
// ([Store.Look]). It may miss rings while the connection is lost, so nodes
// also look now and then without one.
//
// Besides it carries words, which are stored nowhere.
type Doorbell struct {
	// Static after construction.
	store     *Store
	node      string
	onConnect func()
	onRing    func()
	onWord    func(word string)

	// press holds one entry while there is something to send. Never closed.
	press chan struct{}
	// sent is when the last notes were sent. Owned by Run.
	sent time.Time

	mu      sync.Mutex
	ringing bool     // guarded by mu
	words   []string // guarded by mu; at most maxWords
}

// NewDoorbell makes the doorbell of a node, whose name has no spaces. onRing is
// called when another node rings, onWord when it says something; onConnect each
// time that the connection is there (again), when rings
// may have been missed and the server may have crashed ([Store.LookBack]). The
// calls come one at a time from Run; a slow one delays the next.
func (s *Store) NewDoorbell(node string, onConnect, onRing func(), onWord func(word string)) *Doorbell {
	return &Doorbell{store: s, node: node, onConnect: onConnect, onRing: onRing, onWord: onWord, press: make(chan struct{}, 1)}
}

// Ring tells the other nodes to look, at most once per 5 ms however often it
// is called. It never blocks. Call it after the commit that others should see.
func (d *Doorbell) Ring() {
	d.mu.Lock()
	d.ringing = true
	d.mu.Unlock()
	d.wake()
}

// MaxWord is the length of the longest word, in bytes.
const MaxWord = 7000

// maxWords bounds the words that wait to be sent: at 5 ms between two notes,
// more than this is a flood.
const maxWords = 256

// Say sends a word to the other nodes with the next ring, within about 5 ms. It
// never blocks. Words may be lost: when the connection is, and the oldest ones
// when many wait. It reports false for what cannot be sent: a word that is
// empty, longer than MaxWord or no text.
func (d *Doorbell) Say(word string) bool {
	if word == "" || len(word) > MaxWord || !utf8.ValidString(word) || strings.ContainsRune(word, 0) {
		return false
	}
	d.mu.Lock()
	if len(d.words) == maxWords {
		d.words = append(d.words[:0], d.words[1:]...)
	}
	d.words = append(d.words, word)
	d.mu.Unlock()
	d.wake()
	return true
}

func (d *Doorbell) wake() {
	select {
	case d.press <- struct{}{}:
	default: // it is known already
	}
}

// Run listens and rings on a connection of its own until ctx ends. A lost
// connection is made again.
func (d *Doorbell) Run(ctx context.Context) error {
	cfg, err := pgx.ParseConfig(d.store.url)
	if err != nil {
		return fmt.Errorf("doorbell: %w", err)
	}
	configure(cfg, "chatd doorbell", nil)
	var retry backoff
	for ctx.Err() == nil {
		if err := d.serve(ctx, cfg, &retry); ctx.Err() == nil {
			d.store.log.WarnContext(ctx, "doorbell: connection lost, trying again", "error", err)
		}
		retry.wait(ctx)
	}
	return nil
}

// serve connects, listens and rings until the connection is lost.
func (d *Doorbell) serve(ctx context.Context, cfg *pgx.ConnConfig, retry *backoff) error {
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer closeConn(ctx, conn)
	if _, err := conn.Exec(ctx, `listen `+doorbellChannel); err != nil {
		return err
	}
	retry.reset()
	d.onConnect()
	for {
		note, err := d.waitForNote(ctx, conn)
		switch {
		case err != nil:
			return err
		case note == nil:
			err = d.send(ctx, conn)
		default:
			d.hear(note.Payload)
		}
		if err != nil {
			return err
		}
	}
}

// waitForNote returns the next notification, or nil when there is something to
// send first.
func (d *Doorbell) waitForNote(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	for {
		waiting, stop := context.WithTimeout(ctx, pingEvery)
		pressed := make(chan bool)
		go func() { pressed <- d.awaitPress(waiting, stop) }()
		note, err := conn.WaitForNotification(waiting)
		stop()
		wanted := <-pressed
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case note == nil && wanted && !conn.IsClosed():
			return nil, nil
		case wanted:
			d.wake() // later
		}
		if note != nil || conn.IsClosed() {
			return note, err
		}
		if err := ping(ctx, conn); err != nil {
			return nil, err
		}
	}
}

// awaitPress waits until there is something to send and it may be sent, then ends the wait
// for a notification by calling stop and returns true. It returns false when
// the wait ended before.
func (d *Doorbell) awaitPress(waiting context.Context, stop func()) bool {
	select {
	case <-waiting.Done():
		return false
	case <-d.press:
	}
	pause := time.NewTimer(ringEvery - time.Since(d.sent))
	defer pause.Stop()
	select {
	case <-waiting.Done():
	case <-pause.C:
		stop()
	}
	return true
}

// hear tells what another node has sent: its name is a ring, and what follows
// its name and a space is a word. The version before takes words for rings, which
// does no harm.
func (d *Doorbell) hear(note string) {
	node, word, said := strings.Cut(note, " ")
	switch {
	case node == d.node:
	case said:
		d.onWord(word)
	default:
		d.onRing()
	}
}

// send notifies everybody. A ring that could not be sent stays wanted; words
// are lost.
func (d *Doorbell) send(ctx context.Context, conn *pgx.Conn) error {
	d.sent = time.Now()
	notes, ringing := d.take()
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	_, err := conn.Exec(ctx, `select pg_notify($1, note) from unnest($2::text[]) note`, doorbellChannel, notes)
	if err != nil && ringing {
		d.Ring()
	}
	return err
}

// take returns what there is to send.
func (d *Doorbell) take() (notes []string, ringing bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, word := range d.words {
		notes = append(notes, d.node+" "+word)
	}
	if d.ringing {
		notes = append(notes, d.node)
	}
	ringing = d.ringing
	d.ringing, d.words = false, nil
	return notes, ringing
}

// ping makes sure that the connection still works.
func ping(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	if err := conn.Ping(ctx); err != nil {
		return errors.Join(errors.New("the server does not answer"), err)
	}
	return nil
}
