package app

import (
	"context"

	"chatd/store"
)

// SavedMessage is a message that the viewer keeps for themselves.
type SavedMessage struct {
	Message Message `json:"message"`
	SavedAt string  `json:"saved_at" format:"date-time"`
}

type savedInput struct {
	Before string `query:"before" maxLength:"4000" doc:"The next of an earlier page. Without it the list begins with the newest."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
}

type savedListOutput struct {
	Body struct {
		Saved []SavedMessage `json:"saved" doc:"What was saved last first. Deleted messages are left out."`
		Next  string         `json:"next" doc:"What the next page is before; empty on the last one."`
	}
}

// listSaved shows what the viewer has saved.
func (a *App) listSaved(ctx context.Context, in *savedInput) (*savedListOutput, error) {
	saved, next, err := a.store.Saved(ctx, userOf(ctx), store.Page{After: in.Before, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &savedListOutput{}
	out.Body.Next = next
	out.Body.Saved = make([]SavedMessage, len(saved))
	for i, s := range saved {
		out.Body.Saved[i] = SavedMessage{Message: renderMessage(s.Message), SavedAt: renderTime(s.SavedAt)}
	}
	return out, nil
}

type savedOutput struct {
	Body struct {
		Saved bool `json:"saved"`
	}
}

// save keeps a message for the viewer.
func (a *App) save(ctx context.Context, in *MessagePath) (*savedOutput, error) {
	return a.setSaved(ctx, in, true)
}

// unsave keeps it no longer.
func (a *App) unsave(ctx context.Context, in *MessagePath) (*savedOutput, error) {
	return a.setSaved(ctx, in, false)
}

func (a *App) setSaved(ctx context.Context, in *MessagePath, on bool) (*savedOutput, error) {
	if err := a.mayKeep(ctx); err != nil {
		return nil, err
	}
	user := userOf(ctx)
	changed, err := a.store.SaveMessage(ctx, user, in.Room, in.Number, on)
	if err != nil {
		return nil, err
	}
	if changed {
		a.hub.Hint(userName(user), savedKey(in.Room, in.Number), encode(savedHint{RoomID: in.Room, Number: in.Number, Saved: on}))
	}
	out := &savedOutput{}
	out.Body.Saved = on
	return out, nil
}

// savedHint tells the other devices of somebody which message they have saved,
// or keep no longer.
type savedHint struct {
	RoomID int64 `json:"room_id"`
	Number int64 `json:"number"`
	Saved  bool  `json:"saved"`
}
