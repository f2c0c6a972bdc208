package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// ledger holds what was said in every topic as the first listener heard it, and
// what was sent. At the end it must be what the database holds.
type ledger struct {
	topics map[string]*topic // static once listeners run

	mu   sync.Mutex
	sent map[string]*sending // by client_id
}

// topic is one topic from where it stood at the beginning.
type topic struct {
	name  string
	start head

	mu    sync.RWMutex
	heard []*heard // of start.Seq+1, …; nil: not yet
}

// heard is an event as its first listener got it; all others must get the same
// bytes.
type heard struct {
	payload  []byte
	kind     string
	message  int64
	clientID string
	body     string
	sent     time.Time // zero when it is no message of ours
}

// sending is a message on its way.
type sending struct {
	at    time.Time
	acked int64 // id, 0 until it is acknowledged
}

func newLedger() *ledger { return &ledger{topics: map[string]*topic{}, sent: map[string]*sending{}} }

func (l *ledger) add(name string, start head) { l.topics[name] = &topic{name: name, start: start} }

// sending notes that a message is sent now.
func (l *ledger) sending(clientID string) *sending {
	s := &sending{at: time.Now()}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent[clientID] = s
	return s
}

// acked notes that a message is acknowledged.
func (l *ledger) acked(s *sending, id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.acked = id
}

func (l *ledger) sentAt(clientID string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.sent[clientID]; s != nil {
		return s.at
	}
	return time.Time{}
}

// hear compares an event with what others heard, or notes it for them.
func (l *ledger) hear(t *topic, seq int64, payload []byte) (*heard, error) {
	i := int(seq - t.start.Seq - 1)
	t.mu.RLock()
	var h *heard
	if i < len(t.heard) {
		h = t.heard[i]
	}
	t.mu.RUnlock()
	if h == nil {
		fresh, err := l.parse(payload)
		if err != nil {
			return nil, err
		}
		h = t.note(i, fresh)
	}
	if !bytes.Equal(h.payload, payload) {
		return nil, fmt.Errorf("one heard %s, another %s", h.payload, payload)
	}
	return h, nil
}

// note keeps an event unless another listener was faster.
func (t *topic) note(i int, fresh *heard) *heard {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.heard) <= i {
		t.heard = append(t.heard, nil)
	}
	if t.heard[i] == nil {
		t.heard[i] = fresh
	}
	return t.heard[i]
}

func (l *ledger) parse(payload []byte) (*heard, error) {
	var news struct {
		Kind    string
		Message struct {
			ID       int64
			ClientID string `json:"client_id"`
			Body     string
		}
	}
	if err := json.Unmarshal(payload, &news); err != nil {
		return nil, fmt.Errorf("the payload %q: %w", payload, err)
	}
	m := news.Message
	return &heard{bytes.Clone(payload), news.Kind, m.ID, m.ClientID, m.Body, l.sentAt(m.ClientID)}, nil
}

// row is an event in the database.
type row struct {
	Topic, Seq int64
	Kind       string
	Message    int64
	ClientID   string
	Body       string
}

// verify compares the ledger with the database: every event of the log was
// heard as it is stored, nothing else was, and every acknowledged message is
// there. It calls violate for what is not so.
func (l *ledger) verify(ctx context.Context, db *pgx.Conn, violate func(string, ...any)) error {
	rows, err := db.Query(ctx, `
		select e.topic_id, e.seq, e.kind, coalesce(m.id, 0), coalesce(m.client_id::text, ''), coalesce(m.body, '')
		from events e
		left join messages m on m.id = e.message_id`)
	if err != nil {
		return err
	}
	stored, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		return err
	}
	log := make(map[[2]int64]row, len(stored))
	known := make(map[string]int64, len(stored))
	for _, r := range stored {
		log[[2]int64{r.Topic, r.Seq}] = r
		known[r.ClientID] = r.Message
	}
	for _, t := range l.topics {
		t.verify(log, violate)
	}
	l.verifySent(known, violate)
	return nil
}

func (t *topic) verify(log map[[2]int64]row, violate func(string, ...any)) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for i, h := range t.heard {
		seq := t.start.Seq + int64(i) + 1
		r, ok := log[[2]int64{t.start.ID, seq}]
		switch {
		case h == nil:
			violate("%s %d was heard by nobody", t.name, seq)
		case !ok:
			violate("%s %d was heard, and is not in the database", t.name, seq)
		case h.kind != r.Kind || h.message != r.Message || h.clientID != r.ClientID || h.body != r.Body:
			violate("%s %d: heard %s of message %d, stored %s of message %d", t.name, seq, h.kind, h.message, r.Kind, r.Message)
		}
	}
	next := t.start.Seq + int64(len(t.heard)) + 1
	if _, more := log[[2]int64{t.start.ID, next}]; more {
		violate("%s %d is in the database, and was heard by nobody", t.name, next)
	}
}

func (l *ledger) verifySent(known map[string]int64, violate func(string, ...any)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for clientID, s := range l.sent {
		if s.acked != 0 && known[clientID] != s.acked {
			violate("message %d was acknowledged, and the database has %d", s.acked, known[clientID])
		}
	}
}
