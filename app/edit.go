package app

import (
	"context"

	"chatd/store"
)

type editMessageInput struct {
	MessagePath
	Body struct {
		Body string `json:"body" doc:"What it says from now on: 1 to 20,000 characters after trimming. Markdown."`
	}
}

// editMessage changes what a message of the viewer's says.
func (a *App) editMessage(ctx context.Context, in *editMessageInput) (*messageOutput, error) {
	body, err := a.outgoing(ctx, in.Body.Body)
	if err != nil {
		return nil, err
	}
	text, err := a.rendered(ctx, in.Room, userOf(ctx), body)
	if err != nil {
		return nil, err
	}
	edited, pending, err := a.store.EditMessage(ctx, store.Edit{
		By: userOf(ctx), RoomID: in.Room, Number: in.Number,
		Body: body, HTML: text.html, Mentions: text.mentions, MentionsAll: text.all,
	})
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	if len(edited.Mentioned) > 0 || edited.MentionedAll {
		a.alertEverywhere(alert{message: edited.Message, mentioned: edited.Mentioned, all: edited.MentionedAll})
	}
	return &messageOutput{Body: renderMessage(edited.Message)}, nil
}

// Revision is what a message said from a time on.
type Revision struct {
	Body string `json:"body"`
	HTML string `json:"html,omitempty" doc:"As in a message."`
	At   string `json:"at" format:"date-time" doc:"Since when."`
}

type revisionsOutput struct {
	Body struct {
		Revisions []Revision `json:"revisions" doc:"The oldest first; the last is what the message says now."`
	}
}

// revisions are what a message has said.
func (a *App) revisions(ctx context.Context, in *MessagePath) (*revisionsOutput, error) {
	found, err := a.store.Revisions(ctx, userOf(ctx), in.Room, in.Number)
	if err != nil {
		return nil, err
	}
	out := &revisionsOutput{}
	out.Body.Revisions = make([]Revision, len(found))
	for i, r := range found {
		out.Body.Revisions[i] = Revision{Body: r.Body, HTML: r.HTML, At: renderTime(r.At)}
	}
	return out, nil
}
