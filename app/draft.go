package app

import (
	"context"

	"chatd/store"
)

// Draft is what the viewer has written and not sent.
type Draft struct {
	RoomID    int64  `json:"room_id"`
	Thread    int64  `json:"thread" doc:"The number of the message with which the thread began that it is for; 0 for the room itself."`
	Text      string `json:"text"`
	ChangedAt string `json:"changed_at" format:"date-time"`
}

func renderDrafts(drafts []store.Draft) []Draft {
	rendered := make([]Draft, len(drafts))
	for i, d := range drafts {
		rendered[i] = Draft{RoomID: d.RoomID, Thread: d.Thread, Text: d.Text, ChangedAt: renderTime(d.ChangedAt)}
	}
	return rendered
}

type draftsOutput struct {
	Body struct {
		Drafts []Draft `json:"drafts" doc:"The newest first."`
	}
}

// listDrafts shows what the viewer has written and not sent.
func (a *App) listDrafts(ctx context.Context, _ *struct{}) (*draftsOutput, error) {
	drafts, err := a.store.Drafts(ctx, userOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &draftsOutput{}
	out.Body.Drafts = renderDrafts(drafts)
	return out, nil
}

type saveDraftInput struct {
	Body struct {
		RoomID int64  `json:"room_id" minimum:"1" maximum:"9007199254740991"`
		Thread int64  `json:"thread,omitempty" minimum:"0" maximum:"9007199254740991" doc:"As in the list."`
		Text   string `json:"text" doc:"Up to 20,000 characters; empty to have none."`
		Client string `json:"client,omitempty" maxLength:"100" doc:"Whatever the client is known by to itself: the hint that the viewer's devices get has it, too."`
	}
}

// saveDraft keeps what the viewer has written and tells their other devices.
func (a *App) saveDraft(ctx context.Context, in *saveDraftInput) (*struct{}, error) {
	if err := a.mayKeep(ctx); err != nil {
		return nil, err
	}
	user := userOf(ctx)
	if err := a.store.SaveDraft(ctx, user, in.Body.RoomID, in.Body.Thread, in.Body.Text); err != nil {
		return nil, err
	}
	a.hub.Hint(userName(user), draftKey(in.Body.RoomID, in.Body.Thread), encode(draftHint{
		RoomID: in.Body.RoomID, Thread: in.Body.Thread, Text: in.Body.Text, Client: in.Body.Client,
	}))
	return nil, nil
}

type draftHint struct {
	RoomID int64  `json:"room_id"`
	Thread int64  `json:"thread"`
	Text   string `json:"text"`
	Client string `json:"client"`
}
