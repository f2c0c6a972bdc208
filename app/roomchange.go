package app

import (
	"context"

	"chatd/store"
	"chatd/store/rights"
)

// showRoom shows a room as the viewer's list has it.
func (a *App) showRoom(ctx context.Context, in *RoomPath) (*entryOutput, error) {
	return a.entry(ctx, in.Room)
}

type changeRoomInput struct {
	RoomPath
	Body struct {
		Name        *string `json:"name,omitempty" doc:"1 to 80 characters on one line."`
		Description *string `json:"description,omitempty" doc:"Up to 500 characters."`
		State       *string `json:"state,omitempty" enum:"open,members,read-only" doc:"Who writes in it: everybody in it, all but guests, or only those who look after it."`
	}
}

type roomOutput struct {
	Body Room
}

// changeRoom changes what a room is called, what it is for, and who writes in
// it.
func (a *App) changeRoom(ctx context.Context, in *changeRoomInput) (*roomOutput, error) {
	room, pending, err := a.store.ChangeRoom(ctx, userOf(ctx), in.Room, store.RoomChange{
		Name: in.Body.Name, Description: in.Body.Description, State: (*rights.State)(in.Body.State),
	})
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return &roomOutput{Body: renderRoom(room)}, nil
}

type setRoomRoleInput struct {
	MemberPath
	Body struct {
		Role string `json:"role" enum:"owner,moderator,member"`
	}
}

type memberOutput struct {
	Body Member
}

// setRoomRole gives a member another role in the room.
func (a *App) setRoomRole(ctx context.Context, in *setRoomRoleInput) (*memberOutput, error) {
	member, pending, err := a.store.SetRoomRole(ctx, userOf(ctx), in.User, in.Room, store.RoomRole(in.Body.Role))
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return &memberOutput{Body: renderMember(member)}, nil
}
