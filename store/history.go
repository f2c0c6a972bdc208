package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// MaxHistory is how many messages a page of history may have.
const MaxHistory = MaxPage

// HistoryPage says which messages of a room are wanted: those with numbers
// below Before, or those above After, the nearest to it first, or those on both
// sides of Around, with that one. With none of them it is the newest ones. Limit 0
// means 50; more than MaxHistory means MaxHistory.
type HistoryPage struct {
	Before, After, Around int64 // message numbers; 0 means not given
	Limit                 int
	// Aside says that replies in threads are wanted among the others.
	Aside bool
}

// History is a page of a room's messages, the oldest first.
type History struct {
	Messages []Message
	// Quotes are the messages that those of the page answer, as far as they are
	// not in it, by number.
	Quotes []Quote
	// Position is where the room's log was when the page was read.
	Position Position
	// More says that messages follow beyond the page in its direction; before it,
	// when the page is around a message, and MoreAfter then that some follow it.
	More, MoreAfter bool
}

// History returns a page of a room's messages to a member, without replies in
// threads. It returns ErrNotMember for a public room that the user has not joined,
// ErrNotFound for a room that is not theirs to know of, and an *InvalidError when
// more than one of Before, After and Around is given.
func (s *Store) History(ctx context.Context, user, room int64, page HistoryPage) (History, error) {
	if page.Before != 0 && page.After != 0 || page.Around != 0 && page.Before+page.After != 0 {
		return History{}, &InvalidError{Field: "before", Text: "Ask for messages before a number, after one or around one."}
	}
	history, err := s.readPage(ctx, pageOf{user: user, room: room, queries: timeline(page.Aside)}, page)
	if err != nil {
		return History{}, fmt.Errorf("history of room %d: %w", room, err)
	}
	return history, nil
}

// queries are the statements that page through messages, towards older and newer
// ones. Each is a walk along an index.
type queries struct{ before, after string }

// pageOf is whose page of what is read.
type pageOf struct {
	user, room int64
	queries    queries
	more       []any // arguments of the statements
}

// readPage reads a page with what it quotes.
func (s *Store) readPage(ctx context.Context, of pageOf, page HistoryPage) (History, error) {
	var history History
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := s.transact(ctx, snapshot, func(tx pgx.Tx) (err error) {
		history, err = of.read(ctx, tx, page)
		return err
	})
	return history, err
}

func (of pageOf) read(ctx context.Context, tx pgx.Tx, page HistoryPage) (history History, err error) {
	limit := pageLimit(page.Limit)
	switch {
	case page.Around != 0:
		history, err = of.around(ctx, tx, page.Around, limit)
	case page.After != 0:
		history, err = of.walk(ctx, tx, of.queries.after, page.After, limit)
	default:
		history, err = of.walk(ctx, tx, of.queries.before, cmp.Or(page.Before, math.MaxInt64), limit)
		slices.Reverse(history.Messages)
	}
	if err != nil {
		return History{}, whyNotRead(ctx, tx, err, of.user, of.room)
	}
	history.Quotes, err = findQuotes(ctx, tx, of.room, history.Messages)
	return history, err
}

// around reads half of the page before a number, and the message that has it, or
// would have it, with the others after that.
func (of pageOf) around(ctx context.Context, tx pgx.Tx, number int64, limit int) (History, error) {
	before, err := of.walk(ctx, tx, of.queries.before, number, limit/2)
	if err != nil {
		return History{}, err
	}
	after, err := of.walk(ctx, tx, of.queries.after, number-1, limit-limit/2)
	if err != nil {
		return History{}, err
	}
	slices.Reverse(before.Messages)
	return History{
		Messages: slices.Concat(before.Messages, after.Messages),
		Position: before.Position, More: before.More, MoreAfter: after.More,
	}, nil
}

// walk reads the messages nearest to a number, the nearest first.
func (of pageOf) walk(ctx context.Context, tx pgx.Tx, query string, from int64, limit int) (History, error) {
	// One more than is wanted tells whether there are more.
	args := append([]any{of.user, of.room, rights.ReadMessages.Grant(), from, limit + 1}, of.more...)
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return History{}, err
	}
	history, err := collectHistory(rows)
	if err != nil {
		return History{}, err
	}
	if history.More = len(history.Messages) > limit; history.More {
		history.Messages = history.Messages[:limit]
	}
	return history, nil
}

// The position and the page are read by one statement, so an event is either
// in the page or beyond the position.
var (
	historyBefore = historyQuery(inRoom("thread is null and number < $4"), "desc")
	historyAfter  = historyQuery(inRoom("thread is null and number > $4"), "asc")
	wholeBefore   = historyQuery(inRoom("number < $4"), "desc")
	wholeAfter    = historyQuery(inRoom("number > $4"), "asc")
)

// timeline returns the statements for a room, with the replies in threads or
// without.
func timeline(aside bool) queries {
	if aside {
		return queries{wholeBefore, wholeAfter}
	}
	return queries{historyBefore, historyAfter}
}

func inRoom(which string) string { return `select * from messages where room_id = $2 and ` + which }

// historyQuery finds the topic of room $2 for user $1 who may read it, once for
// each of the $5 messages of a source nearest to number $4, or once alone when
// there are none.
func historyQuery(source, order string) string {
	return `
	select t.epoch, t.head, ` + messageColumns + `
	from rooms r
	join topics t on t.id = r.id
	cross join ` + asker + `
	left join lateral (
		` + source + ` order by number ` + order + ` limit $5
	) msg on true` + messageJoins + `
	where ` + granted + `
	order by msg.number ` + order
}

// collectHistory returns ErrNotFound when there is no row: no right to it.
func collectHistory(rows pgx.Rows) (History, error) {
	var history History
	found := false
	var row messageRow
	targets := append([]any{&history.Position.Epoch, &history.Position.Seq}, row.targets()...)
	_, err := pgx.ForEachRow(rows, targets, func() error {
		found = true
		if message := row.message(); message != nil { // a page without messages is one row of nulls
			history.Messages = append(history.Messages, *message)
		}
		return nil
	})
	if err == nil && !found {
		err = ErrNotFound
	}
	return history, err
}

// Message returns a message of a room to a member, also a deleted one. It returns
// ErrNotFound for one that the room does not have, and otherwise the errors of
// [Store.History].
func (s *Store) Message(ctx context.Context, user, room, number int64) (Message, error) {
	var row messageRow
	var epoch, head int64
	err := s.db.QueryRow(ctx, oneMessage, user, room, rights.ReadMessages.Grant(), number, 1).
		Scan(append([]any{&epoch, &head}, row.targets()...)...)
	if err = orNotFound(err); err != nil {
		return Message{}, fmt.Errorf("message %d of room %d: %w", number, room, whyNotRead(ctx, s.db, err, user, room))
	}
	message := row.message()
	if message == nil {
		return Message{}, fmt.Errorf("message %d of room %d: %w", number, room, ErrNotFound)
	}
	return *message, nil
}

var oneMessage = historyQuery(inRoom("number = $4"), "asc")
