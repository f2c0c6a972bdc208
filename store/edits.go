package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Edit is what a message is to say from now on.
type Edit struct {
	By, RoomID, Number int64
	// Body, HTML, Mentions and MentionsAll are as in [Send].
	Body, HTML  string
	Mentions    []int64
	MentionsAll string
}

// MaxEdits is how often a message is changed at most: what it said each time is
// kept, and read at once.
const MaxEdits = 100

// ErrTooManyEdits means that a message was changed MaxEdits times already. It is a
// kind of ErrConflict.
var ErrTooManyEdits = fmt.Errorf("the message was changed too often: %w", ErrConflict)

// Edited is a message that was changed.
type Edited struct {
	Message Message
	// Mentioned are people whom it mentions and did not mention before, and
	// MentionedAll says that of everybody in the room.
	Mentioned    []int64
	MentionedAll bool
}

// EditMessage changes what a message says, which only its author does, as far as
// they may write in the room. What it said before is kept, and everybody who has
// the room open hears of it. The same text changes nothing. It returns ErrNotFound
// for a message that the room does not have, ErrDeleted, ErrForbidden for
// one of somebody else, ErrTooManyEdits, *SanctionError for one who is muted, and otherwise the
// errors of a right that is missing.
func (s *Store) EditMessage(ctx context.Context, e Edit) (Edited, Pending, error) {
	var edited Edited
	var pending Pending
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		edited, pending, err = edit(ctx, tx, e)
		return err
	})
	if err != nil {
		return Edited{}, nil, fmt.Errorf("edit message %d of room %d: %w", e.Number, e.RoomID, err)
	}
	return edited, pending, nil
}

func edit(ctx context.Context, tx pgx.Tx, e Edit) (Edited, Pending, error) {
	// Nobody counts the sizes of rooms meanwhile.
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock_shared($1)`, figuresLock); err != nil {
		return Edited{}, nil, err
	}
	if err := holdStanding(ctx, tx, e.By, e.RoomID); err != nil {
		return Edited{}, nil, err
	}
	before, err := mayEdit(ctx, tx, e)
	if err != nil {
		return Edited{}, nil, err
	}
	if before.Body == e.Body {
		return Edited{Message: before}, nil, nil
	}
	if err := mayChangeOnceMore(ctx, tx, e); err != nil {
		return Edited{}, nil, err
	}
	if _, err := tx.Exec(ctx, rewrite, planned, e.RoomID, e.Number, e.Body, e.HTML, arrayText(e.Mentions), e.MentionsAll); err != nil {
		return Edited{}, nil, err
	}
	after, err := findMessage(ctx, tx, e.RoomID, e.Number)
	if err != nil {
		return Edited{}, nil, err
	}
	edited := Edited{Message: after, MentionedAll: after.MentionsAll == MentionsRoom && before.MentionsAll != MentionsRoom}
	for _, id := range after.Mentions {
		if !slices.Contains(before.Mentions, id) && before.MentionsAll != MentionsRoom && id != e.By {
			edited.Mentioned = append(edited.Mentioned, id)
		}
	}
	return edited, Pending{e.RoomID}, nil
}

// mayEdit returns the message as it is, which stays so until the end of the
// transaction.
func mayEdit(ctx context.Context, tx pgx.Tx, e Edit) (Message, error) {
	refused := whyNot(ctx, tx, rights.EditMessage, e.By, e.RoomID)
	if refused != nil {
		return Message{}, refused
	}
	var author int64
	err := tx.QueryRow(ctx, `
		select author_id from messages where room_id = $1 and number = $2 for no key update`, e.RoomID, e.Number).Scan(&author)
	if err != nil {
		return Message{}, orNotFound(err)
	}
	if author != e.By {
		return Message{}, ErrForbidden
	}
	if err := notMuted(ctx, tx, e.By, e.RoomID); err != nil {
		return Message{}, err
	}
	before, err := findMessage(ctx, tx, e.RoomID, e.Number)
	if err == nil && before.Deleted {
		err = ErrDeleted
	}
	return before, err
}

// mayChangeOnceMore returns nil for a message, which is locked, that was not
// changed MaxEdits times.
func mayChangeOnceMore(ctx context.Context, tx pgx.Tx, e Edit) error {
	var edits int
	err := tx.QueryRow(ctx, `
		select count(*) from message_revisions where room_id = $1 and number = $2`, e.RoomID, e.Number).Scan(&edits)
	if err == nil && edits >= MaxEdits {
		err = ErrTooManyEdits
	}
	return err
}

func findMessage(ctx context.Context, db querier, room, number int64) (Message, error) {
	var row messageRow
	err := db.QueryRow(ctx, `select `+messageColumns+` from messages msg`+messageJoins+`
		where msg.room_id = $1 and msg.number = $2`, room, number).Scan(row.targets()...)
	if err != nil {
		return Message{}, orNotFound(err)
	}
	return *row.message(), nil
}

// rewrite keeps what message $2 of room $1 said and gives it another text. Of those
// who are mentioned count the people of the room; those who are so in a thread
// follow it from there on, unless they no longer want to.
var rewrite = `
	with old as materialized (
		select * from messages where room_id = $1 and number = $2
	), kept as (
		insert into message_revisions (room_id, number, revision, body, html, at)
		select room_id, number, 1 + (select count(*) from message_revisions x where x.room_id = $1 and x.number = $2),
			body, html, coalesce(edited_at, created_at)
		from old
	), named as materialized (
		select nullif(array(
			select named.id
			from (select distinct unnest($5::text::bigint[]) as id) named
			where (select there.left_at is null from memberships there where there.room_id = $1 and there.user_id = named.id)
			order by named.id
		), '{}') as ids
	), said as (
		update messages m
		set body = $3, html = nullif($4, ''), edited_at = now(), mentions = named.ids, mentions_all = nullif($6, '')
		from named
		where m.room_id = $1 and m.number = $2
		returning m.id, m.room_id, m.number, m.author_id, m.thread, m.mentions, m.mentions_all
	), now_mentioned as materialized (` + mentionsOf("said") + `
	), unmentioned as (
		delete from mentions
		where room_id = $1 and number = $2 and user_id not in (select user_id from now_mentioned)
	), mentioned as (
		insert into mentions (room_id, user_id, number, author_id, thread)
		select room_id, user_id, number, author_id, thread from now_mentioned
		on conflict do nothing
	), followed as (
		insert into thread_follows (room_id, root, user_id, read_number)
		select room_id, thread, user_id, number - 1 from now_mentioned where thread is not null and user_id > 0
		on conflict do nothing
	), grown as (
		update room_sizes size
		set bytes = size.bytes + octet_length($3) - octet_length(old.body)
		from old
		where size.room_id = $1 and old.number between size.first_number and size.last_number
	)
	insert into pending_events (topic_id, kind, message_id) select room_id, 'message-edited', id from said`

// Revision is what a message said from a time on.
type Revision struct {
	Body, HTML string
	At         time.Time
}

// Revisions returns what a message has said, from the first on, to those who may
// read it; the last is what it says now. It returns ErrDeleted, ErrNotFound
// for a message that the room does not have, and otherwise the errors of
// [Store.History].
func (s *Store) Revisions(ctx context.Context, user, room, number int64) ([]Revision, error) {
	message, err := s.Message(ctx, user, room, number)
	if err == nil && message.Deleted {
		err = fmt.Errorf("message %d of room %d: %w", number, room, ErrDeleted)
	}
	if err != nil {
		return nil, err
	}
	// What the message says now is read with them: it may have changed since.
	rows, err := s.db.Query(ctx, `
		select body, html, at
		from (
			select revision, body, coalesce(html, '') as html, at from message_revisions where room_id = $1 and number = $2
			union all
			select null, body, coalesce(html, ''), coalesce(edited_at, created_at)
			from messages
			where room_id = $1 and number = $2 and deletion_id is null
		) all_of_them
		where exists (select from messages where room_id = $1 and number = $2 and deletion_id is null)
		order by revision nulls last`, room, number)
	if err != nil {
		return nil, fmt.Errorf("revisions of message %d of room %d: %w", number, room, err)
	}
	revisions, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Revision])
	if err == nil && len(revisions) == 0 {
		err = ErrDeleted // a moment ago
	}
	if err != nil {
		return nil, fmt.Errorf("revisions of message %d of room %d: %w", number, room, err)
	}
	return revisions, nil
}
