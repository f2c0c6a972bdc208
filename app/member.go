package app

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"chatd/comet"
	"chatd/store"
)

// RoomPath names the room in an address.
type RoomPath struct {
	Room int64 `path:"room" minimum:"1"`
}

// Resolve implements huma.Resolver.
func (*RoomPath) Resolve(ctx huma.Context) []error { return plainID(ctx, "room") }

// joinRoom makes the viewer a member of a public room.
func (a *App) joinRoom(ctx context.Context, in *RoomPath) (*entryOutput, error) {
	pending, err := a.store.JoinRoom(ctx, userOf(ctx), in.Room)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return a.entry(ctx, in.Room)
}

// leaveRoom ends the viewer's membership and, at once, their subscription.
func (a *App) leaveRoom(ctx context.Context, in *RoomPath) (*struct{}, error) {
	user := userOf(ctx)
	pending, err := a.store.Control().LeaveRoom(ctx, user, in.Room)
	if err != nil {
		return nil, err
	}
	a.membershipEnded(user, in.Room, comet.ReasonLeft, pending)
	return nil, nil
}

// Member is a user in a room.
type Member struct {
	User
	RoomRole string `json:"room_role" enum:"owner,moderator,member"`
	Attendance
	Muted      bool    `json:"muted,omitempty" doc:"Whether they may not write in it. Only for those who may restrain members, like its end."`
	MutedUntil *string `json:"muted_until,omitempty" format:"date-time" doc:"When that ends by itself; left out when it does not."`
}

func renderMember(m store.Member) Member {
	return Member{
		User: renderUser(m.User), RoomRole: string(m.RoomRole), Attendance: renderAttendance(m.State, m.LastSeenAt),
		Muted: m.Muted, MutedUntil: optionalTime(m.MutedUntil),
	}
}

type membersInput struct {
	RoomPath
	PageQuery
	Here   bool   `query:"here" doc:"Only those who are here: in any state but offline."`
	Search string `query:"search" maxLength:"80" doc:"Only those with this in their display or user name, whatever the case."`
}

type membersOutput struct {
	Body struct {
		Members      []Member `json:"members" doc:"By display name."`
		MembersTotal int      `json:"members_total" doc:"How many members the room has in all."`
		HereTotal    int      `json:"here_total" doc:"How many of them are here."`
		NextPage
	}
}

// listMembers shows who is in a room to its members.
func (a *App) listMembers(ctx context.Context, in *membersInput) (*membersOutput, error) {
	viewer := userOf(ctx)
	members, next, err := a.store.Members(ctx, viewer, in.Room, store.MembersPage{Page: in.page(), Here: in.Here, Search: in.Search})
	if err != nil {
		return nil, err
	}
	out := &membersOutput{}
	if out.Body.MembersTotal, out.Body.HereTotal, err = a.store.MemberCounts(ctx, viewer, in.Room); err != nil {
		return nil, err
	}
	out.Body.NextPage = nextPage(next)
	out.Body.Members = renderAll(members, renderMember)
	return out, nil
}

type addMemberInput struct {
	RoomPath
	Body struct {
		UserID int64 `json:"user_id" minimum:"1"`
	}
}

// addMember lets a member bring somebody else into a room.
func (a *App) addMember(ctx context.Context, in *addMemberInput) (*struct{}, error) {
	pending, err := a.store.AddMember(ctx, userOf(ctx), in.Body.UserID, in.Room)
	if err != nil && in.Body.UserID != userOf(ctx) {
		err = addProblem(err)
	}
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return nil, nil
}

// MemberPath names a room and a user in an address.
type MemberPath struct {
	RoomPath
	UserPath
}

type removeMemberInput struct {
	MemberPath
	Reason string `query:"reason" maxLength:"500" doc:"Why, for the person and for the audit log."`
}

// removeMember ends somebody else's membership and, at once, their subscription.
func (a *App) removeMember(ctx context.Context, in *removeMemberInput) (*struct{}, error) {
	pending, err := a.store.RemoveMember(ctx, userOf(ctx), in.User, in.Room, in.Reason)
	if err != nil {
		return nil, err
	}
	reason := comet.ReasonRemoved
	if in.User == userOf(ctx) {
		reason = comet.ReasonLeft
	}
	a.membershipEnded(in.User, in.Room, reason, pending)
	return nil, nil
}

// membershipEnded makes the end of a membership felt at once, here and on the
// other nodes, before the committer has numbered its event.
func (a *App) membershipEnded(user, room int64, reason comet.Reason, pending store.Pending) {
	a.hub.Revoke(userName(user), roomTopic(room), reason)
	a.parted(user)
	a.moved(room, user)
	a.doorbell.Ring()
	a.committer.Number(pending...)
}
