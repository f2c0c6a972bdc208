package app

import (
	"context"

	"chatd/comet"
	"chatd/store"
)

type deleteRoomInput struct {
	RoomPath
	Body *struct {
		Reason string `json:"reason,omitempty" doc:"Up to 500 characters, for those who were in it and for the audit log."`
	}
}

type deleteRoomOutput struct {
	Body struct {
		UndeleteUntil string `json:"undelete_until" format:"date-time" doc:"Until when it can be taken back. Then the room is erased."`
	}
}

// deleteRoom deletes a room: at once it is gone for everybody.
func (a *App) deleteRoom(ctx context.Context, in *deleteRoomInput) (*deleteRoomOutput, error) {
	reason := ""
	if in.Body != nil {
		reason = in.Body.Reason
	}
	deleted, pending, err := a.store.DeleteRoom(ctx, userOf(ctx), in.Room, reason)
	if err != nil {
		return nil, err
	}
	a.roomLost(ctx, in.Room, deleted.Members, pending)
	out := &deleteRoomOutput{}
	out.Body.UndeleteUntil = renderTime(deleted.UndeleteUntil)
	return out, nil
}

// roomLost makes it felt at once, here and on the other nodes, that a room is
// gone, before the committer has numbered the events of that.
func (a *App) roomLost(ctx context.Context, room int64, members []int64, pending store.Pending) {
	for _, member := range members {
		a.hub.Revoke(userName(member), roomTopic(room), comet.ReasonRemoved)
		a.moved(room, member)
	}
	a.parted(members...)
	a.untell(ctx, room)
	a.committer.Number(pending...)
}

type undeleteRoomInput struct {
	RoomPath
	Body *struct {
		Name *string `json:"name,omitempty" doc:"Another name, when somebody has taken the old one. 1 to 80 characters on one line."`
	}
}

// undeleteRoom takes the deletion of a room back, with everybody who was in it.
func (a *App) undeleteRoom(ctx context.Context, in *undeleteRoomInput) (*roomOutput, error) {
	var name *string
	if in.Body != nil {
		name = in.Body.Name
	}
	room, members, pending, err := a.store.UndeleteRoom(ctx, userOf(ctx), in.Room, name)
	if err != nil {
		return nil, err
	}
	for _, member := range members {
		a.moved(room.ID, member)
	}
	a.doorbell.Ring()
	a.committer.Number(pending...)
	return &roomOutput{Body: renderRoom(room)}, nil
}

type lostRoomOutput struct {
	Body struct {
		Name          string  `json:"name"`
		UndeleteUntil string  `json:"undelete_until" format:"date-time" doc:"Until when it can be taken back. Then the room is erased."`
		MayUndelete   bool    `json:"may_undelete" doc:"Whether the viewer may take it back."`
		By            *Author `json:"by,omitempty" doc:"Who deleted it; left out for the command line."`
		Reason        string  `json:"reason" doc:"Why; empty when no reason was given."`
	}
}

// showLostRoom tells what became of a room.
func (a *App) showLostRoom(ctx context.Context, in *RoomPath) (*lostRoomOutput, error) {
	lost, err := a.store.LostRoom(ctx, userOf(ctx), in.Room)
	if err != nil {
		return nil, err
	}
	out := &lostRoomOutput{}
	out.Body.Name, out.Body.UndeleteUntil, out.Body.MayUndelete = lost.Name, renderTime(lost.UndeleteUntil), lost.MayUndelete
	out.Body.By, out.Body.Reason = optionalAuthor(lost.By), lost.Reason
	return out, nil
}
