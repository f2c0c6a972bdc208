package app

import (
	"encoding/json"
	"time"

	"chatd/store"
)

// What people see of users, rooms and messages. There is one rendering, the
// same for every viewer: history, stream and the first page all use it.
// Ids, seqs, epochs and numbers stay below 2^53.
type (
	// User is a person of the workspace.
	User struct {
		ID          int64  `json:"id"`
		Username    string `json:"username"`
		DisplayName string `json:"display_name"`
		Role        string `json:"role" enum:"owner,admin,member,guest"`
		Deactivated bool   `json:"deactivated,omitempty" doc:"Whether the account is closed."`

		Status *Status `json:"status,omitempty" doc:"Their own words, if they have any."`
	}

	// Status is what people say of themselves. One of emoji and text may be empty.
	Status struct {
		Emoji string  `json:"emoji"`
		Text  string  `json:"text"`
		Until *string `json:"until" format:"date-time" doc:"From when it is no longer true; null when it has no end."`
	}

	// Attendance is whether somebody is here.
	Attendance struct {
		State      string  `json:"state" enum:"online,away,do-not-disturb,offline"`
		LastSeenAt *string `json:"last_seen_at" format:"date-time" doc:"Of those who are offline: since when. Null when they never were here."`
	}

	// Author is the person behind a message.
	Author struct {
		ID          int64  `json:"id"`
		Username    string `json:"username"`
		DisplayName string `json:"display_name"`
	}

	// Room is what everybody who may see a room knows of it.
	Room struct {
		ID          int64  `json:"id"`
		Kind        string `json:"kind" enum:"public,private,direct"`
		Name        string `json:"name" doc:"Empty for direct rooms."`
		Topic       string `json:"topic" doc:"What is talked about now."`
		Description string `json:"description" doc:"What the room is for."`
		State       string `json:"state" enum:"open,members,read-only,archived" doc:"Who writes in it: everybody in it, all but guests, only those who look after it, or nobody."`
		SlowMode    int    `json:"slow_mode" doc:"Seconds that somebody waits between two messages; 0 for none."`
		Notices     string `json:"notices" enum:"show,condense,hide" doc:"How those who come and go are shown in it. People may choose to see less, not more."`
		Retention   *int   `json:"retention_days" doc:"For how many days messages are kept: null as long as the workspace says, 0 for ever."`
		Default     bool   `json:"is_default" doc:"Whether everybody new comes into it."`
		FirstNumber int64  `json:"first_number" doc:"Of the oldest message that is kept; 1 while nothing was erased. The room begins there."`
	}

	// RoomEntry is a room in the viewer's own list.
	RoomEntry struct {
		Room
		Role          string   `json:"role" enum:"owner,moderator,member" doc:"The viewer's role in the room."`
		Position      Position `json:"position" doc:"Where the room's topic stands; last_number is valid there."`
		LastNumber    int64    `json:"last_number" doc:"The number of the newest message, 0 when there is none."`
		LastAside     int64    `json:"last_aside" doc:"How many of the messages are in threads, and so are not in its timeline. What is unread in that are last_number - last_aside - (read_number - read_aside) messages."`
		ReadNumber    int64    `json:"read_number" doc:"The number of the newest message the viewer has read."`
		ReadAside     int64    `json:"read_aside" doc:"How many of the messages up to that one are in threads."`
		Mentions      int64    `json:"mentions" doc:"How many messages after that one, in threads too, mention the viewer, by name or with everybody."`
		Members       []int64  `json:"members,omitempty" doc:"User ids, for direct rooms only."`
		LastMessageAt *string  `json:"last_message_at" format:"date-time"`
		Muted         bool     `json:"muted" doc:"Whether the viewer may not write in it for now."`
		MutedUntil    *string  `json:"muted_until" format:"date-time" doc:"When that ends by itself; null when it does not, and for those who are not muted."`
		Level         string   `json:"level" enum:"everything,mentions,nothing" doc:"What the viewer wants to be told of."`
		Silenced      bool     `json:"silenced" doc:"Whether the viewer wants to hear nothing of it for now."`
		SilencedUntil *string  `json:"silenced_until" format:"date-time" doc:"When that ends by itself; null when it does not, and while it is not silenced."`
		Favourite     bool     `json:"favourite"`
		Section       int64    `json:"section" doc:"The section of the viewer's list that it stands in; 0 for none."`
		Small         bool     `json:"small" doc:"Whether its members are told who has read a message: in direct rooms, and in those of at most 20 members."`
	}

	// Position is a place in a topic's log.
	Position struct {
		Epoch int64 `json:"epoch"`
		Seq   int64 `json:"seq"`
	}

	// Message is a message of a room.
	Message struct {
		ID        int64  `json:"id"`
		RoomID    int64  `json:"room_id"`
		Number    int64  `json:"number" doc:"Its place among the room's messages: 1, 2, 3, without gaps."`
		Seq       int64  `json:"seq" doc:"The event that announced it in the room's topic."`
		Author    Author `json:"author"`
		ClientID  string `json:"client_id" format:"uuid"`
		Body      string `json:"body"`
		CreatedAt string `json:"created_at" format:"date-time"`
		Deleted   bool   `json:"deleted,omitempty" doc:"Whether it is deleted: its text is empty then, and its author is 0."`

		HTML        string   `json:"html,omitempty" doc:"The text with its formatting, safe to show. Without it the body is plain text."`
		EditedAt    *string  `json:"edited_at,omitempty" format:"date-time" doc:"When its author last changed it."`
		Thread      int64    `json:"thread,omitempty" doc:"Of a reply in a thread: the number of the message with which that began."`
		ThreadIndex int64    `json:"thread_index,omitempty" doc:"Its place among the replies there: 1, 2, 3, with deleted ones."`
		ReplyTo     int64    `json:"reply_to,omitempty" doc:"The number of the message that it answers."`
		Mentions    []int64  `json:"mentions,omitempty" doc:"The ids of people in the room whom it mentions; with here, of those who were here too."`
		MentionsAll string   `json:"mentions_all,omitempty" enum:"room,here" doc:"That it mentions everybody in the room, or everybody who was here."`
		Aside       int64    `json:"aside" doc:"How many of the room's messages up to this one are in threads."`
		Replies     *Replies `json:"replies,omitempty" doc:"The thread that began with it."`

		Reactions []Reaction `json:"reactions,omitempty" doc:"In the order of their first use."`
		Pinned    bool       `json:"pinned,omitempty" doc:"Whether it is pinned to the room."`
	}

	// Reaction is an emoji that people put to a message.
	Reaction struct {
		Emoji   string  `json:"emoji"`
		Count   int     `json:"count" doc:"How many people did."`
		UserIDs []int64 `json:"user_ids" doc:"Who did, in the order of time: the first 50."`
	}

	// Replies are those in a thread that are not deleted.
	Replies struct {
		Count      int64   `json:"count"`
		LastAt     string  `json:"last_at" format:"date-time"`
		LastNumber int64   `json:"last_number"`
		UserIDs    []int64 `json:"user_ids" doc:"Who wrote the newest ones: at most five people, the newest first."`
	}

	// Quote is a message as one that answers it shows it.
	Quote struct {
		Number  int64   `json:"number"`
		Author  *Author `json:"author" doc:"Null when it is deleted."`
		Excerpt string  `json:"excerpt" doc:"How its text begins, without formatting: at most 200 characters."`
		Deleted bool    `json:"deleted,omitempty" doc:"Whether it is deleted."`
	}
)

func renderUser(u store.User) User {
	return User{
		ID: u.ID, Username: u.Username, DisplayName: u.DisplayName,
		Role: string(u.Role), Deactivated: u.DeactivatedAt != nil, Status: renderStatus(u.Status),
	}
}

func renderStatus(s store.Status) *Status {
	if s.Empty() {
		return nil
	}
	return &Status{Emoji: s.Emoji, Text: s.Text, Until: optionalTime(s.Until)}
}

func renderAttendance(state string, lastSeen *time.Time) Attendance {
	return Attendance{State: state, LastSeenAt: optionalTime(lastSeen)}
}

func renderUsers(users []store.User) []User {
	return renderAll(users, renderUser)
}

func renderRoom(r store.Room) Room {
	return Room{
		ID: r.ID, Kind: string(r.Kind), Name: r.Name, Topic: r.Topic, Description: r.Description, State: string(r.State),
		SlowMode: int(r.SlowMode / time.Second), Notices: r.Notices, Retention: r.RetentionDays, Default: r.Default, FirstNumber: r.FirstNumber,
	}
}

func renderEntry(o store.OverviewRoom) RoomEntry {
	return RoomEntry{
		Room:          renderRoom(o.Room),
		Role:          string(o.Role),
		Position:      Position(o.Position),
		LastNumber:    o.LastNumber,
		LastAside:     o.LastAside,
		ReadNumber:    o.ReadNumber,
		ReadAside:     o.ReadAside,
		Mentions:      o.Mentions,
		Members:       o.Members,
		LastMessageAt: optionalTime(o.LastMessageAt),
		Muted:         o.Muted,
		MutedUntil:    optionalTime(o.MutedUntil),
		Level:         o.Level,
		Silenced:      o.Silenced,
		SilencedUntil: optionalTime(o.SilencedUntil),
		Favourite:     o.Favourite,
		Section:       o.Section,
		Small:         o.Small,
	}
}

func renderMessage(m store.Message) Message {
	return Message{
		ID: m.ID, RoomID: m.RoomID, Number: m.Number, Seq: m.Seq,
		Author:   renderAuthor(m.Author),
		ClientID: m.ClientID, Body: m.Body, CreatedAt: renderTime(m.CreatedAt), Deleted: m.Deleted,
		HTML: m.HTML, EditedAt: optionalTime(m.EditedAt), Thread: m.Thread, ThreadIndex: m.ThreadIndex,
		ReplyTo: m.ReplyTo, Mentions: m.Mentions, MentionsAll: m.MentionsAll, Aside: m.Aside, Replies: renderReplies(m.Replies),
		Reactions: renderReactions(m.Reactions), Pinned: m.Pinned,
	}
}

func renderReactions(reactions []store.Reaction) []Reaction {
	rendered := make([]Reaction, len(reactions))
	for i, r := range reactions {
		rendered[i] = Reaction(r)
	}
	return rendered
}

func renderReplies(r *store.Replies) *Replies {
	if r == nil {
		return nil
	}
	return &Replies{Count: r.Count, LastAt: renderTime(r.LastAt), LastNumber: r.LastNumber, UserIDs: r.Authors}
}

func renderQuotes(quotes []store.Quote) []Quote {
	rendered := make([]Quote, len(quotes))
	for i, q := range quotes {
		rendered[i] = Quote{Number: q.Number, Author: optionalAuthor(q.Author), Excerpt: excerpt(q.Text), Deleted: q.Deleted}
	}
	return rendered
}

func renderAuthor(u store.User) Author {
	return Author{ID: u.ID, Username: u.Username, DisplayName: u.DisplayName}
}

func optionalAuthor(u *store.User) *Author {
	if u == nil {
		return nil
	}
	rendered := renderAuthor(*u)
	return &rendered
}

func renderMessages(messages []store.Message) []Message {
	return renderAll(messages, renderMessage)
}

// renderAll renders each of a list; what is none becomes an empty list, not null.
func renderAll[R, T any](list []R, render func(R) T) []T {
	rendered := make([]T, len(list))
	for i, one := range list {
		rendered[i] = render(one)
	}
	return rendered
}

// renderTime writes a moment as RFC 3339 in UTC with milliseconds.
func renderTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func optionalTime(t *time.Time) *string {
	if t == nil {
		return nil
	}
	rendered := renderTime(*t)
	return &rendered
}

// encode writes JSON that is safe inside HTML.
func encode(v any) []byte {
	encoded, err := json.Marshal(v)
	if err != nil {
		// Only values of our own types come here; they all have an encoding.
		panic("app: encode: " + err.Error())
	}
	return encoded
}
