package app

import (
	"context"
	"errors"

	"chatd/store"
)

type handOverRoomInput struct {
	RoomPath
	Body struct {
		UserID int64 `json:"user_id" minimum:"1" doc:"Who is in the room and is to look after it."`
	}
}

// handOverRoom makes somebody else owner of a room of the viewer's, who stays as
// a member.
func (a *App) handOverRoom(ctx context.Context, in *handOverRoomInput) (*struct{}, error) {
	pending, err := a.store.HandOverRoom(ctx, userOf(ctx), in.Body.UserID, in.Room)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return nil, nil
}

type handOverWorkspaceInput struct {
	Body struct {
		UserID   int64  `json:"user_id" minimum:"1" doc:"Who is to be owner."`
		Password string `json:"password" maxLength:"1000" doc:"The viewer's own, to show that it is them."`
	}
}

// handOverWorkspace makes somebody else owner of the workspace. The viewer is an
// admin from then on.
func (a *App) handOverWorkspace(ctx context.Context, in *handOverWorkspaceInput) (*userOutput, error) {
	by := userOf(ctx)
	var owner, admin store.User
	var pending store.Pending
	err := store.ErrConflict
	// A hash that was replaced meanwhile by one of the same password is read again.
	for try := 0; errors.Is(err, store.ErrConflict) && try < verifyTries; try++ {
		var encoded string
		if encoded, err = a.confirmPassword(ctx, by, in.Body.Password); err == nil {
			owner, admin, pending, err = a.store.HandOverWorkspace(ctx, by, in.Body.UserID, encoded)
		}
	}
	if p, ok := errors.AsType[*Problem](err); ok && len(p.Errors) > 0 {
		p.Errors[0].Location = "body.password"
	}
	if err != nil {
		return nil, err
	}
	a.feelChange(ctx, admin, nil)
	a.feelChange(ctx, owner, pending)
	return &userOutput{Body: renderUser(owner)}, nil
}
