package app

import (
	"context"
	"encoding/json"
	"time"

	"chatd/store"
)

// Decision is what somebody decided about the viewer.
type Decision struct {
	ID     int64         `json:"id"`
	Action string        `json:"action" doc:"As in the audit log, such as member-muted."`
	At     string        `json:"at" format:"date-time"`
	Reason string        `json:"reason" doc:"Empty when none was given."`
	Until  *string       `json:"until" format:"date-time" doc:"When it ends by itself; null when it does not, and for what lasts."`
	Room   *DecisionRoom `json:"room,omitempty" doc:"Left out for what concerns the whole workspace."`
	By     *Author       `json:"by,omitempty" doc:"Left out for the command line."`
	Role   string        `json:"role" doc:"The new role, of those actions that give one; else empty."`
	Count  int           `json:"count" doc:"How many messages or sessions it concerns, of those actions that tell; else 0."`
}

// DecisionRoom is where something was decided.
type DecisionRoom struct {
	ID   int64  `json:"id"`
	Name string `json:"name" doc:"As the viewer knew it; empty when they never did."`
}

type decisionsOutput struct {
	Body struct {
		Decisions []Decision `json:"decisions" doc:"The newest last."`
		More      bool       `json:"more" doc:"Whether there are more, once these are marked as told."`
	}
}

// listDecisions shows what others decided about the viewer since they were told
// last.
func (a *App) listDecisions(ctx context.Context, _ *struct{}) (*decisionsOutput, error) {
	decisions, more, err := a.store.Decisions(ctx, userOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &decisionsOutput{}
	out.Body.More = more
	out.Body.Decisions = renderAll(decisions, renderDecision)
	return out, nil
}

func renderDecision(d store.Decision) Decision {
	var after struct {
		Until    *time.Time
		Role     string
		Count    int
		Sessions int `json:"sessions_ended"`
	}
	// What the log has of another action may be of another form, and is not told.
	_ = json.Unmarshal(d.After, &after)
	rendered := Decision{
		Until: optionalTime(after.Until),
		ID:    d.ID, Action: string(d.Action), At: renderTime(d.At), Reason: d.Reason,
		By: optionalAuthor(d.By), Role: after.Role, Count: max(after.Count, after.Sessions),
	}
	if d.RoomID != 0 {
		rendered.Room = &DecisionRoom{ID: d.RoomID, Name: d.RoomName}
	}
	return rendered
}

type toldInput struct {
	Body struct {
		UpTo int64 `json:"up_to" minimum:"1" maximum:"9007199254740991" doc:"The last decision that the viewer was told of."`
	}
}

// markTold notes how far the viewer was told of decisions, and lets their other
// browsers ask again.
func (a *App) markTold(ctx context.Context, in *toldInput) (*struct{}, error) {
	pending, err := a.store.DecisionsTold(ctx, userOf(ctx), in.Body.UpTo)
	a.committer.Number(pending...)
	return nil, err
}
