package app

import (
	"context"
	"errors"
	"net/http"

	"chatd/comet"
	"chatd/store"
)

// reasonBanned is why the subscription of somebody ends who is banned from a
// room.
const reasonBanned comet.Reason = "banned"

type banInput struct {
	MemberPath
	Body Terms
}

// ban removes somebody from a room, at once, and keeps them out for a time.
func (a *App) ban(ctx context.Context, in *banInput) (*sanctionOutput, error) {
	terms, err := in.Body.store()
	if err != nil {
		return nil, err
	}
	banned, pending, err := a.store.Ban(ctx, userOf(ctx), in.User, in.Room, terms)
	if err != nil {
		return nil, err
	}
	if len(pending) > 0 {
		a.membershipEnded(in.User, in.Room, reasonBanned, pending)
	}
	return &sanctionOutput{Body: renderSanction(banned)}, nil
}

// endBan lets somebody be in a room again.
func (a *App) endBan(ctx context.Context, in *MemberPath) (*struct{}, error) {
	pending, err := a.store.EndBan(ctx, userOf(ctx), in.User, in.Room)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return nil, nil
}

type bansOutput struct {
	Body struct {
		Bans []Sanction `json:"bans" doc:"The last decision first."`
		NextPage
	}
}

// listBans shows who is banned from a room.
func (a *App) listBans(ctx context.Context, in *sanctionsInput) (*bansOutput, error) {
	bans, next, err := a.store.Bans(ctx, userOf(ctx), in.Room, in.page())
	if err != nil {
		return nil, err
	}
	out := &bansOutput{}
	out.Body.Bans, out.Body.NextPage = renderSanctions(bans), nextPage(next)
	return out, nil
}

// addProblem tells somebody who brings others into a room that one is banned.
func addProblem(err error) error {
	if banned, ok := errors.AsType[*store.SanctionError](err); ok {
		return problemUntil(banned.Until, http.StatusConflict, "This person is banned from this room"+untilWords(banned.Until)+". End the ban first.")
	}
	return err
}
