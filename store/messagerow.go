package store

import "time"

// messageColumns and messageJoins read a message of alias msg with all that it
// is told with, in the order of messageRow.targets. Of one that is deleted they
// tell what it is, but nothing that anybody wrote.
var (
	messageColumns = `msg.id, msg.room_id, msg.number, msg.seq, msg.client_id, msg.created_at, msg.deletion_id is not null,
		msg.thread, msg.thread_index, msg.aside,
		case when msg.deletion_id is null then msg.body end, case when msg.deletion_id is null then msg.html end,
		case when msg.deletion_id is null then msg.edited_at end, case when msg.deletion_id is null then msg.reply_to end,
		case when msg.deletion_id is null then msg.mentions end, case when msg.deletion_id is null then msg.mentions_all end,
		author.id, author.username, author.display_name, author.role, author.deactivated_at,
		th.replies, th.last_at, th.last_number, th.authors,
		case when msg.deletion_id is null then ` + reactionsOf(`msg.room_id`, `msg.number`) + ` end,
		case when msg.deletion_id is null then ` + isPinned(`msg.room_id`, `msg.number`) + ` end`

	messageJoins = `
		left join users author on author.id = msg.author_id and msg.deletion_id is null
		left join threads th on th.room_id = msg.room_id and th.root = msg.number and th.replies > 0`
)

// messageRow receives messageColumns, which are all null where there is no
// message.
type messageRow struct {
	id, room, number, seq *int64
	clientID              *string
	at                    *time.Time
	deleted               *bool
	thread, index, aside  *int64
	body, html            *string
	editedAt              *time.Time
	replyTo               *int64
	mentions              []int64
	mentionsAll           *string
	author                userRow
	replies               *int64
	lastAt                *time.Time
	lastNumber            *int64
	authors               []int64
	reactions             []Reaction
	pinned                *bool
}

func (m *messageRow) targets() []any {
	targets := []any{&m.id, &m.room, &m.number, &m.seq, &m.clientID, &m.at, &m.deleted,
		&m.thread, &m.index, &m.aside, &m.body, &m.html, &m.editedAt, &m.replyTo, &m.mentions, &m.mentionsAll}
	targets = append(targets, m.author.targets()...)
	return append(targets, &m.replies, &m.lastAt, &m.lastNumber, &m.authors, &m.reactions, &m.pinned)
}

// message makes the record; nil where there is none.
func (m *messageRow) message() *Message {
	if m.id == nil {
		return nil
	}
	message := &Message{
		ID: *m.id, RoomID: *m.room, Number: *m.number, Seq: *m.seq, ClientID: *m.clientID, CreatedAt: *m.at, Deleted: *m.deleted,
		Thread: orZero(m.thread), ThreadIndex: orZero(m.index), Aside: *m.aside,
		Body: orZero(m.body), HTML: orZero(m.html), EditedAt: m.editedAt, ReplyTo: orZero(m.replyTo),
		Mentions: m.mentions, MentionsAll: orZero(m.mentionsAll), Reactions: m.reactions, Pinned: orZero(m.pinned),
	}
	if author := m.author.user(); author != nil {
		message.Author = *author
	}
	if m.replies != nil {
		message.Replies = &Replies{Count: *m.replies, LastAt: *m.lastAt, LastNumber: *m.lastNumber, Authors: m.authors}
	}
	return message
}

func orZero[T any](value *T) T {
	if value == nil {
		var zero T
		return zero
	}
	return *value
}
