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
	Around int64 `query:"around" minimum:"0" doc:"The message with this number, or the next, and as many before it as after it."`
	Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`

	Threads bool `query:"threads" doc:"Also the replies in threads, in their places: everything that the room's topic tells."`
}

type historyOutput struct {
	Body struct {
		// Clients without a JSON reader rely on the order of these.
		Messages  []Message `json:"messages" doc:"By number, the oldest first."`
		Quotes    []Quote   `json:"quotes" doc:"The messages that these answer, as far as they are not among them."`
		Position  Position  `json:"position" doc:"Where the room's topic stood when they were read."`
		More      bool      `json:"more" doc:"Whether there are more in the direction that was asked for; with around, before them."`
		MoreAfter bool      `json:"more_after,omitempty" doc:"With around: whether there are more after them."`
	}
}

// history pages through a room's messages: its timeline, or all of them.
func (a *App) history(ctx context.Context, in *historyInput) (*historyOutput, error) {
	return a.readHistory(ctx, in, in.Threads)
}

// readHistory reads a page of a room's messages; aside says whether the replies
// in threads are wanted too.
func (a *App) readHistory(ctx context.Context, in *historyInput, aside bool) (*historyOutput, error) {
	if in.Before > 0 && in.After > 0 || in.Around > 0 && in.Before+in.After > 0 {
		return nil, problem(http.StatusUnprocessableEntity, "Give one of before, after and around.")
	}
	page, err := a.store.History(ctx, userOf(ctx), in.Room,
		store.HistoryPage{Before: in.Before, After: in.After, Around: in.Around, Limit: in.Limit, Aside: aside})
	if err != nil {
		return nil, err
	}
	out := &historyOutput{}
	out.Body.Messages, out.Body.Quotes = renderMessages(page.Messages), renderQuotes(page.Quotes)
	out.Body.Position = Position(page.Position)
	out.Body.More, out.Body.MoreAfter = page.More, page.MoreAfter
	return out, nil
}

type messageOutput struct {
	Body Message
}

// message is one message of a room, in its timeline or in a thread.
func (a *App) message(ctx context.Context, in *MessagePath) (*messageOutput, error) {
	found, err := a.store.Message(ctx, userOf(ctx), in.Room, in.Number)
	if err != nil {
		return nil, err
	}
	return &messageOutput{Body: renderMessage(found)}, nil
}

type postMessageInput struct {
	RoomPath
	Body struct {
		ClientID string `json:"client_id,omitempty" format:"uuid" pattern:"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$" patternDescription:"a UUID" doc:"Chosen by the sender. A send that is tried again carries the same one. Without it every try is a new message."`
		Body     string `json:"body" doc:"1 to 20,000 characters after trimming. Markdown."`
		ReplyTo  int64  `json:"reply_to,omitempty" minimum:"0" maximum:"9007199254740991" doc:"The number of the message that it answers: one of the same thread, or like it in none."`
		Thread   int64  `json:"thread,omitempty" minimum:"0" maximum:"9007199254740991" doc:"The number of the message with which the thread began that it belongs to. It stands there, not among the room's other messages."`
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
	sent, err := a.send(ctx, store.Send{
		RoomID: in.Room, ClientID: cmp.Or(strings.ToLower(in.Body.ClientID), newUUID()), Body: body,
		ReplyTo: in.Body.ReplyTo, Thread: in.Body.Thread,
	})
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
func (a *App) send(ctx context.Context, in store.Send) (store.Sent, error) {
	v, _ := viewerOf(ctx)
	in.AuthorID, in.SessionID = v.user, v.session
	text, err := a.rendered(ctx, in.RoomID, v.user, in.Body)
	if err != nil {
		return store.Sent{}, err
	}
	in.HTML, in.Mentions, in.MentionsAll = text.html, text.mentions, text.all
	sent, err := a.committer.Send(ctx, in)
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
