package app

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"time"

	"chatd/store"
)

type muteInput struct {
	MemberPath
	Body Terms
}

// mute lets a member of a room write nothing in it for a time.
func (a *App) mute(ctx context.Context, in *muteInput) (*sanctionOutput, error) {
	terms, err := in.Body.store()
	if err != nil {
		return nil, err
	}
	muted, pending, err := a.store.Mute(ctx, userOf(ctx), in.User, in.Room, terms)
	if err != nil {
		return nil, err
	}
	a.muteChanged(in.User, in.Room, pending)
	return &sanctionOutput{Body: renderSanction(muted)}, nil
}

// endMute lets somebody write again.
func (a *App) endMute(ctx context.Context, in *MemberPath) (*struct{}, error) {
	pending, err := a.store.EndMute(ctx, userOf(ctx), in.User, in.Room)
	if err != nil {
		return nil, err
	}
	a.muteChanged(in.User, in.Room, pending)
	return nil, nil
}

// muteChanged makes it felt at once who is shown as typing, here and on other
// nodes.
func (a *App) muteChanged(user, room int64, pending store.Pending) {
	a.typing.Moved(room, user)
	a.doorbell.Ring()
	a.committer.Number(pending...)
}

type sanctionsInput struct {
	RoomPath
	PageQuery
}

type mutesOutput struct {
	Body struct {
		Mutes []Sanction `json:"mutes" doc:"The last decision first."`
		NextPage
	}
}

// listMutes shows who is muted in a room.
func (a *App) listMutes(ctx context.Context, in *sanctionsInput) (*mutesOutput, error) {
	mutes, next, err := a.store.Mutes(ctx, userOf(ctx), in.Room, in.page())
	if err != nil {
		return nil, err
	}
	out := &mutesOutput{}
	out.Body.Mutes, out.Body.NextPage = renderSanctions(mutes), nextPage(next)
	return out, nil
}

// slowModeProblem tells somebody to wait.
func slowModeProblem(wait time.Duration) *Problem {
	seconds := max(1, int(math.Ceil(wait.Seconds())))
	unit := "seconds"
	if seconds == 1 {
		unit = "second"
	}
	return waitProblem(http.StatusTooManyRequests,
		fmt.Sprintf("This room is in slow mode. You can write again in %d %s.", seconds, unit), time.Duration(seconds)*time.Second)
}
