package store

import (
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
// below Before, or those above After, the nearest to it first. With neither it
// is the newest ones. Limit 0 means 50; more than MaxHistory means MaxHistory.
type HistoryPage struct {
	Before, After int64 // message numbers; 0 means not given
	Limit         int
}

// History is a page of a room's messages, the oldest first.
type History struct {
	Messages []Message
	// Position is where the room's log was when the page was read.
	Position Position
	// More says that messages follow beyond the page in its direction.
	More bool
}

// History returns a page of a room's messages to a member. It returns
// ErrNotMember for a public room that the user has not joined, ErrNotFound for
// a room that is not theirs to know of, and an *InvalidError when both Before
// and After are given.
func (s *Store) History(ctx context.Context, user, room int64, page HistoryPage) (History, error) {
	if page.Before != 0 && page.After != 0 {
		return History{}, &InvalidError{Field: "before", Text: "Ask for messages before a number or after one, not both."}
	}
	query, from := historyBefore, page.Before
	switch {
	case page.After != 0:
		query, from = historyAfter, page.After
	case page.Before == 0:
		from = math.MaxInt64
	}
	limit := pageLimit(page.Limit)
	// One more than is wanted tells whether there are more.
	rows, err := s.db.Query(ctx, query, user, room, rights.ReadMessages.Grant(), from, limit+1)
	if err != nil {
		return History{}, fmt.Errorf("history of room %d: %w", room, err)
	}
	history, err := collectHistory(rows, room)
	if err != nil {
		return History{}, fmt.Errorf("history of room %d: %w", room, whyNotRead(ctx, s.db, err, user, room))
	}
	if history.More = len(history.Messages) > limit; history.More {
		history.Messages = history.Messages[:limit]
	}
	if page.After == 0 {
		slices.Reverse(history.Messages)
	}
	return history, nil
}

// The position and the page are read by one statement, so an event is either
// in the page or beyond the position. The newest and the oldest first are two
// statements, so that each is a walk along the index on (room_id, number).
var (
	historyBefore = historyQuery("<", "desc")
	historyAfter  = historyQuery(">", "asc")
)

// historyQuery finds the topic of room $2 for user $1 who may read it, once for
// each of the $5 messages nearest to number $4, or once alone when there are
// none. Of one that is deleted it tells neither text nor author.
func historyQuery(compare, order string) string {
	return `
	select t.epoch, t.head, x.id, x.number, x.seq, x.client_id, x.created_at, x.deletion_id is not null,
		case when x.deletion_id is null then x.body else '' end,
		u.id, u.username, u.display_name, u.role, u.deactivated_at
	from rooms r
	join topics t on t.id = r.id
	cross join ` + asker + `
	left join lateral (
		select id, number, seq, author_id, client_id, body, created_at, deletion_id
		from messages
		where room_id = $2 and number ` + compare + ` $4
		order by number ` + order + `
		limit $5
	) x on true
	left join users u on u.id = x.author_id and x.deletion_id is null
	where ` + granted + `
	order by x.number ` + order
}

// collectHistory returns ErrNotFound when there is no row: no right to it.
func collectHistory(rows pgx.Rows, room int64) (History, error) {
	defer rows.Close()
	var history History
	found := false
	for rows.Next() {
		found = true
		message, err := scanHistory(rows, room, &history.Position)
		if err != nil {
			return History{}, err
		}
		if message != nil {
			history.Messages = append(history.Messages, *message)
		}
	}
	if err := rows.Err(); err != nil {
		return History{}, err
	}
	if !found {
		return History{}, ErrNotFound
	}
	return history, nil
}

// scanHistory returns nil for the one row of a page without messages.
func scanHistory(row pgx.Row, room int64, position *Position) (*Message, error) {
	var msg messageRow
	var author userRow
	var seq *int64
	var deleted bool
	targets := []any{&position.Epoch, &position.Seq, &msg.id, &msg.number, &seq, &msg.clientID, &msg.at, &deleted, &msg.body}
	err := row.Scan(append(targets, author.targets()...)...)
	if err != nil || msg.id == nil {
		return nil, err
	}
	message := &Message{
		ID: *msg.id, RoomID: room, Number: *msg.number, Seq: *seq,
		ClientID: *msg.clientID, Body: *msg.body, CreatedAt: *msg.at, Deleted: deleted,
	}
	if !deleted {
		message.Author = *author.user()
	}
	return message, nil
}
