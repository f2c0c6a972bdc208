package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Quote is a message as one that answers it shows it.
type Quote struct {
	Number int64
	Author *User // nil when it is deleted
	// Text is how its text begins, at most quoteLength characters.
	Text    string
	Deleted bool // or erased
}

// quoteLength is how much of a message is read to quote it: so much more than is
// shown that markup which begins in what is shown is understood.
const quoteLength = 4000

// findQuotes returns those of the messages of a room that some others answer and
// that are not among these, by number.
func findQuotes(ctx context.Context, db querier, room int64, messages []Message) ([]Quote, error) {
	present := map[int64]bool{0: true}
	for _, m := range messages {
		present[m.Number] = true
	}
	var wanted []int64
	for _, m := range messages {
		if !present[m.ReplyTo] {
			present[m.ReplyTo] = true
			wanted = append(wanted, m.ReplyTo)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	rows, err := db.Query(ctx, quotedMessages, room, wanted, quoteLength)
	if err != nil {
		return nil, err
	}
	quotes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Quote, error) {
		var q Quote
		var author userRow
		err := row.Scan(append([]any{&q.Number, &q.Text}, author.targets()...)...)
		q.Author = author.user()
		q.Deleted = q.Author == nil
		return q, err
	})
	slices.SortFunc(quotes, func(a, b Quote) int { return cmp.Compare(a.Number, b.Number) })
	return quotes, err
}

const quotedMessages = `
	select wanted.number, coalesce(left(m.body, $3), ''), author.id, author.username, author.display_name, author.role, author.deactivated_at
	from unnest($2::bigint[]) as wanted (number)
	left join messages m on m.room_id = $1 and m.number = wanted.number and m.deletion_id is null
	left join users author on author.id = m.author_id`
