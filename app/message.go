package app

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"chatd/store"
)

type historyInput struct {
	RoomPath
	Before int64 `query:"before" minimum:"0" doc:"Only messages with a smaller number. 0: the newest."`
	After  int64 `query:"after" minimum:"0" doc:"Only messages with a larger number."`
	Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type historyOutput struct {
	Body struct {
		Messages []Message `json:"messages" doc:"By number, the oldest first."`
		Position Position  `json:"position" doc:"Where the room's topic stood when they were read."`
		More     bool      `json:"more" doc:"Whether there are more in the direction that was asked for."`
	}
}

// history pages through a room's messages.
func (a *App) history(ctx context.Context, in *historyInput) (*historyOutput, error) {
	if in.Before > 0 && in.After > 0 {
		return nil, problem(http.StatusUnprocessableEntity, "Give either before or after, not both.")
	}
	page, err := a.store.History(ctx, userOf(ctx), in.Room,
		store.HistoryPage{Before: in.Before, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &historyOutput{}
	out.Body.Messages = renderMessages(page.Messages)
	out.Body.Position = Position(page.Position)
	out.Body.More = page.More
	return out, nil
}

type postMessageInput struct {
	RoomPath
	Body struct {
		ClientID string `json:"client_id,omitempty" format:"uuid" pattern:"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$" patternDescription:"a UUID" doc:"Chosen by the sender. A send that is tried again carries the same one. Without it every try is a new message."`
		Body     string `json:"body" doc:"1 to 20,000 characters after trimming."`
	}
}

type postMessageOutput struct {
	Status int
	Body   Message
}

// postMessage stores a message. It answers when the message is durable: 201,
// or 200 when an earlier try had stored it.
func (a *App) postMessage(ctx context.Context, in *postMessageInput) (*postMessageOutput, error) {
	body, err := a.outgoing(ctx, in.Body.Body)
	if err != nil {
		return nil, err
	}
	sent, err := a.send(ctx, in.Room, cmp.Or(strings.ToLower(in.Body.ClientID), newUUID()), body)
	if err != nil {
		return nil, err
	}
	status := http.StatusCreated
	if sent.Repeated {
		status = http.StatusOK
	}
	return &postMessageOutput{Status: status, Body: renderMessage(sent.Message)}, nil
}

// outgoing returns the text of a message that the viewer wants to send, who may
// send only so fast, as it is kept.
func (a *App) outgoing(ctx context.Context, text string) (string, error) {
	if wait := a.sends.Wait(userOf(ctx)); wait > 0 {
		return "", waitProblem(http.StatusTooManyRequests, "You are sending too fast. Wait a moment and try again.", wait)
	}
	return trimBody(text)
}

// send stores a message of the viewer's, whose text is outgoing.
func (a *App) send(ctx context.Context, room int64, clientID, body string) (store.Sent, error) {
	v, _ := viewerOf(ctx)
	sent, err := a.committer.Send(ctx, store.Send{
		RoomID: room, AuthorID: v.user, SessionID: v.session,
		ClientID: clientID, Body: body,
	})
	if err != nil {
		return store.Sent{}, sendProblem(err)
	}
	return sent, nil
}

// trimBody returns the text of a message as it is kept.
func trimBody(body string) (string, error) {
	body = strings.TrimSpace(body)
	if !store.Visible(body) {
		return "", fieldProblem("body", "There is nothing to send. Write something first.")
	}
	if utf8.RuneCountInString(body) > store.MaxBody {
		return "", fieldProblem("body", "This message is too long. It may have up to 20,000 characters; send it in parts.")
	}
	return body, nil
}

func sendProblem(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return problem(http.StatusConflict, "A message with this client_id went to another room. Use a new client_id for each message.")
	}
	return err
}

type readInput struct {
	RoomPath
	Body struct {
		Number int64 `json:"number" minimum:"0" maximum:"9007199254740991" doc:"The newest message the viewer has read."`
	}
}

type readOutput struct {
	Body ReadMark
}

// ReadMark says up to which message the viewer has read.
type ReadMark struct {
	Number int64 `json:"number"`
}

// markRead remembers how far the viewer has read and tells their other
// devices. It never goes back.
func (a *App) markRead(ctx context.Context, in *readInput) (*readOutput, error) {
	user := userOf(ctx)
	now, changed, err := a.store.Control().MarkRead(ctx, user, in.Room, in.Body.Number)
	if err != nil {
		return nil, err
	}
	if changed {
		a.hub.Hint(userName(user), readKey(in.Room), encode(readHint{RoomID: in.Room, Number: now}))
	}
	return &readOutput{Body: ReadMark{Number: now}}, nil
}

type readHint struct {
	RoomID int64 `json:"room_id"`
	Number int64 `json:"number"`
}
