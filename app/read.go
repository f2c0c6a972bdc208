package app

import (
	"context"

	"chatd/store"
)

type readInput struct {
	RoomPath
	Body struct {
		Number int64 `json:"number" minimum:"0" maximum:"9007199254740991" doc:"The newest message the viewer has read."`
	}
}

type unreadInput struct {
	RoomPath
	Body struct {
		Number int64 `json:"number" minimum:"1" maximum:"9007199254740991" doc:"The oldest message that is to count as unread."`
	}
}

type readOutput struct {
	Body ReadMark
}

// ReadMark says up to which message the viewer has read a room.
type ReadMark struct {
	Number   int64 `json:"number"`
	Aside    int64 `json:"aside" doc:"How many of the messages up to that one are in threads."`
	Mentions int64 `json:"mentions" doc:"How many messages after that one mention the viewer."`
}

func renderReadMark(m store.ReadMark) ReadMark {
	return ReadMark{Number: m.Number, Aside: m.Aside, Mentions: m.Mentions}
}

// markRead remembers how far the viewer has read and tells their other
// devices. It never goes back.
func (a *App) markRead(ctx context.Context, in *readInput) (*readOutput, error) {
	if err := a.mayMark(ctx); err != nil {
		return nil, err
	}
	now, moved, err := a.store.Control().MarkRead(ctx, userOf(ctx), in.Room, in.Body.Number)
	return a.marked(ctx, in.Room, now, moved, false, err)
}

// markUnread lets a message and what follows it count as unread again. It never
// goes forth.
func (a *App) markUnread(ctx context.Context, in *unreadInput) (*readOutput, error) {
	if err := a.mayMark(ctx); err != nil {
		return nil, err
	}
	now, moved, err := a.store.Control().MarkUnread(ctx, userOf(ctx), in.Room, in.Body.Number)
	return a.marked(ctx, in.Room, now, moved, true, err)
}

func (a *App) marked(ctx context.Context, room int64, now store.ReadMark, moved, back bool, err error) (*readOutput, error) {
	if err != nil {
		return nil, err
	}
	mark := renderReadMark(now)
	if moved {
		a.hub.Hint(userName(userOf(ctx)), readKey(room), encode(readHint{RoomID: room, ReadMark: mark, Back: back}))
	}
	return &readOutput{Body: mark}, nil
}

// readHint tells the other devices of somebody how far they have read a room.
// Back says that they want it to count as unread from there on.
type readHint struct {
	RoomID int64 `json:"room_id"`
	ReadMark
	Back bool `json:"back,omitempty"`
}

// RoomUnread is how much there is in a room of the viewer's, and how much of it
// they have read.
type RoomUnread struct {
	RoomID     int64 `json:"room_id"`
	LastNumber int64 `json:"last_number"`
	LastAside  int64 `json:"last_aside"`
	ReadNumber int64 `json:"read_number"`
	ReadAside  int64 `json:"read_aside"`
	Mentions   int64 `json:"mentions"`
}

type unreadOutput struct {
	Body struct {
		Rooms         []RoomUnread `json:"rooms" doc:"All of the viewer's, by id."`
		ThreadsUnread int64        `json:"threads_unread" doc:"How many threads that the viewer follows have replies they have not read."`
	}
}

// listUnread tells what the viewer has not read, for whoever has missed hints.
func (a *App) listUnread(ctx context.Context, _ *struct{}) (*unreadOutput, error) {
	unread, err := a.store.Unread(ctx, userOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &unreadOutput{}
	out.Body.ThreadsUnread = unread.Threads
	out.Body.Rooms = make([]RoomUnread, len(unread.Rooms))
	for i, r := range unread.Rooms {
		out.Body.Rooms[i] = RoomUnread{
			RoomID: r.RoomID, LastNumber: r.LastNumber, LastAside: r.LastAside,
			ReadNumber: r.Read.Number, ReadAside: r.Read.Aside, Mentions: r.Read.Mentions,
		}
	}
	return out, nil
}

type seenOutput struct {
	Body struct {
		UserIDs []int64 `json:"user_ids" doc:"Who has read it, without its author and the viewer, by id."`
	}
}

// seenBy tells who has read a message.
func (a *App) seenBy(ctx context.Context, in *MessagePath) (*seenOutput, error) {
	people, err := a.store.SeenBy(ctx, userOf(ctx), in.Room, in.Number)
	if err != nil {
		return nil, err
	}
	out := &seenOutput{}
	out.Body.UserIDs = people
	return out, nil
}
