package app

import (
	"context"
	"errors"
	"net/http"

	"chatd/store"
)

type threadInput struct {
	MessagePath
	Before int64 `query:"before" minimum:"0" doc:"Only replies with a smaller number. 0: the newest."`
	After  int64 `query:"after" minimum:"0" doc:"Only replies with a larger number."`
	Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type threadOutput struct {
	Body struct {
		Root       Message   `json:"root" doc:"The message with which the thread began. When it is erased, nothing but its number is left."`
		Messages   []Message `json:"messages" doc:"The replies by number, the oldest first."`
		Quotes     []Quote   `json:"quotes" doc:"The messages that these answer, as far as they are not among them."`
		More       bool      `json:"more" doc:"Whether there are more in the direction that was asked for."`
		Position   Position  `json:"position" doc:"Where the room's topic stood when they were read."`
		Following  bool      `json:"following" doc:"Whether the viewer is told of new replies."`
		ReadNumber int64     `json:"read_number" doc:"The number up to which the viewer has read the thread; 0 for nothing."`
	}
}

// thread pages through the replies to a message.
func (a *App) thread(ctx context.Context, in *threadInput) (*threadOutput, error) {
	if in.Before > 0 && in.After > 0 {
		return nil, problem(http.StatusUnprocessableEntity, "Give either before or after, not both.")
	}
	t, err := a.store.Thread(ctx, userOf(ctx), in.Room, in.Number, store.HistoryPage{Before: in.Before, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &threadOutput{}
	out.Body.Root, out.Body.Messages, out.Body.Quotes = renderMessage(t.Root), renderMessages(t.Messages), renderQuotes(t.Quotes)
	out.Body.More, out.Body.Position = t.More, Position(t.Position)
	out.Body.Following, out.Body.ReadNumber = t.Following, t.ReadNumber
	return out, nil
}

type readThreadInput struct {
	MessagePath
	Body struct {
		Number int64 `json:"number" minimum:"0" maximum:"9007199254740991" doc:"The newest reply the viewer has read."`
	}
}

type readThreadOutput struct {
	Body struct {
		Number int64 `json:"number" doc:"Up to where the viewer has read the thread; 0 for one that they never followed."`
	}
}

type threadReadHint struct {
	RoomID int64 `json:"room_id"`
	Root   int64 `json:"root"`
	Number int64 `json:"number"`
}

// readThread remembers how far the viewer has read a thread and tells their other
// devices. It never goes back.
func (a *App) readThread(ctx context.Context, in *readThreadInput) (*readThreadOutput, error) {
	if err := a.mayMark(ctx); err != nil {
		return nil, err
	}
	user := userOf(ctx)
	now, moved, err := a.store.Control().ReadThread(ctx, user, in.Room, in.Number, in.Body.Number)
	if err != nil {
		return nil, err
	}
	if moved {
		a.hub.Hint(userName(user), threadReadKey(in.Room, in.Number), encode(threadReadHint{RoomID: in.Room, Root: in.Number, Number: now}))
	}
	out := &readThreadOutput{}
	out.Body.Number = now
	return out, nil
}

type followOutput struct {
	Body struct {
		Following bool `json:"following"`
	}
}

// followThread lets the viewer be told of new replies in a thread.
func (a *App) followThread(ctx context.Context, in *MessagePath) (*followOutput, error) {
	return a.follow(ctx, in, true)
}

// unfollowThread lets the viewer be told of them no longer.
func (a *App) unfollowThread(ctx context.Context, in *MessagePath) (*followOutput, error) {
	return a.follow(ctx, in, false)
}

func (a *App) follow(ctx context.Context, in *MessagePath, follow bool) (*followOutput, error) {
	if err := a.mayKeep(ctx); err != nil {
		return nil, err
	}
	if err := a.store.FollowThread(ctx, userOf(ctx), in.Room, in.Number, follow); err != nil {
		return nil, err
	}
	out := &followOutput{}
	out.Body.Following = follow
	return out, nil
}

type ownThreadsInput struct {
	Before string `query:"before" maxLength:"4000" doc:"The next of an earlier page. Without it the list begins at its beginning."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
}

// ThreadEntry is a thread in the list of those that the viewer follows.
type ThreadEntry struct {
	RoomID    int64   `json:"room_id"`
	Root      Message `json:"root" doc:"The message with which it began. When it is erased, nothing but its number is left."`
	Unread    int64   `json:"unread" doc:"How many replies of others the viewer has not read; at most 1,000 are counted."`
	Mentioned bool    `json:"mentioned" doc:"Whether one of them mentions the viewer."`
	LastAt    string  `json:"last_at" format:"date-time" doc:"When the newest reply was written."`
	Following bool    `json:"following" doc:"True."`
}

type ownThreadsOutput struct {
	Body struct {
		Threads []ThreadEntry `json:"threads" doc:"Those with the newest replies first."`
		Next    string        `json:"next" doc:"What the next page comes before; empty on the last one."`
		Unread  int64         `json:"unread" doc:"How many of all threads that the viewer follows have replies that they have not read."`
	}
}

// ownThreads lists the threads that the viewer follows.
func (a *App) ownThreads(ctx context.Context, in *ownThreadsInput) (*ownThreadsOutput, error) {
	page, err := a.store.FollowedThreads(ctx, userOf(ctx), store.Page{After: in.Before, Limit: in.Limit})
	if invalid, ok := errors.AsType[*store.InvalidError](err); ok && invalid.Field == "after" {
		p := problem(http.StatusUnprocessableEntity, invalid.Text)
		p.Errors = []FieldProblem{{Location: "query.before", Message: invalid.Text}}
		return nil, p
	}
	if err != nil {
		return nil, err
	}
	out := &ownThreadsOutput{}
	out.Body.Threads = make([]ThreadEntry, len(page.Threads))
	for i, t := range page.Threads {
		out.Body.Threads[i] = ThreadEntry{
			RoomID: t.RoomID, Root: renderMessage(t.Root), Unread: t.Unread, Mentioned: t.Mentioned,
			LastAt: renderTime(t.LastAt), Following: true,
		}
	}
	out.Body.Next, out.Body.Unread = page.Next, page.Unread
	return out, nil
}
