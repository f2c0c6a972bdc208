package rights

import "slices"

// WorkspaceAction is something people do that concerns no single room.
type WorkspaceAction string

// The actions in the workspace.
const (
	// SeeDirectory is to see everybody and all public rooms. Others see only the
	// rooms they are in and the people in them.
	SeeDirectory WorkspaceAction = "see-directory"
	// CreatePublicRoom and CreatePrivateRoom make rooms.
	CreatePublicRoom  WorkspaceAction = "create-public-room"
	CreatePrivateRoom WorkspaceAction = "create-private-room"
	// OpenDirect is to write directly to people one can see.
	OpenDirect WorkspaceAction = "open-direct"
	// Invite is to make, list and revoke invites.
	Invite WorkspaceAction = "invite"
	// ChangeWorkspace is to change its name and who may sign up.
	ChangeWorkspace WorkspaceAction = "change-workspace"
	// ManageMembers is to sign out, deactivate and reactivate members and guests,
	// and to make one of the other.
	ManageMembers WorkspaceAction = "manage-members"
	// ManageAdmins is the same for owners and admins, and to make them.
	ManageAdmins WorkspaceAction = "manage-admins"
)

// WorkspaceActions are all actions in the workspace.
var WorkspaceActions = []WorkspaceAction{
	SeeDirectory, CreatePublicRoom, CreatePrivateRoom, OpenDirect, Invite, ChangeWorkspace, ManageMembers, ManageAdmins,
}

// RoomAction is something people do in or with a room.
type RoomAction string

// The actions in rooms.
const (
	// SeeRoom is to know that a room exists, by what name.
	SeeRoom RoomAction = "see-room"
	// JoinRoom is to become a member without being added.
	JoinRoom  RoomAction = "join-room"
	LeaveRoom RoomAction = "leave-room"
	// ReadMessages is to read the history, to follow the room live and to mark it
	// as read.
	ReadMessages RoomAction = "read-messages"
	PostMessage  RoomAction = "post-message"
	ListMembers  RoomAction = "list-members"
	AddMember    RoomAction = "add-member"
	// RemoveMember is to remove plain members, RemoveModerator to remove
	// moderators and owners of the room.
	RemoveMember    RoomAction = "remove-member"
	RemoveModerator RoomAction = "remove-moderator"
	// ChangeRoom is to change name, description and whether it is read-only.
	ChangeRoom RoomAction = "change-room"
	// ChangeRoomRoles is to make members moderators or owners of the room, and
	// back.
	ChangeRoomRoles RoomAction = "change-room-roles"
)

// RoomActions are all actions in rooms.
var RoomActions = []RoomAction{
	SeeRoom, JoinRoom, LeaveRoom, ReadMessages, PostMessage, ListMembers,
	AddMember, RemoveMember, RemoveModerator, ChangeRoom, ChangeRoomRoles,
}

// Groups of roles and rooms that the table speaks of.
var (
	everybody = []Role{Owner, Admin, Member, Guest}
	notGuests = []Role{Owner, Admin, Member}
	admins    = []Role{Owner, Admin}
	owners    = []Role{Owner}

	inside     = []RoomRole{RoomOwner, Moderator, RoomMember}
	moderators = []RoomRole{RoomOwner, Moderator}
	roomOwners = []RoomRole{RoomOwner}
	members    = []RoomRole{RoomMember}
	notOwners  = []RoomRole{Moderator, RoomMember}
	outside    = []RoomRole{Outside}

	anyRoom      = Places
	namedRooms   = []Place{{Public, false}, {Public, true}, {Private, false}, {Private, true}}
	publicRooms  = []Place{{Public, false}, {Public, true}}
	openRooms    = []Place{{Public, false}, {Private, false}, {Direct, false}}
	announcement = []Place{{Public, true}, {Private, true}} // read-only rooms
)

// workspaceTable says which roles may do what in the workspace.
var workspaceTable = map[WorkspaceAction][]Role{
	SeeDirectory:      notGuests,
	CreatePublicRoom:  notGuests,
	CreatePrivateRoom: notGuests,
	OpenDirect:        everybody,
	Invite:            admins,
	ChangeWorkspace:   admins,
	ManageMembers:     admins,
	ManageAdmins:      owners,
}

// Manage is what it takes to act on somebody with a role, or to give it.
func Manage(role Role) WorkspaceAction {
	if slices.Contains(admins, role) {
		return ManageAdmins
	}
	return ManageMembers
}

// A rule allows an action in some rooms to people of some room roles who have
// one of some workspace roles.
type rule struct {
	action RoomAction
	in     []Place
	as     []RoomRole
	roles  []Role
}

// roomTable says who may do what in rooms. What no rule allows is forbidden.
// Owners and admins of the workspace look after public rooms without being in
// them; a private room is the business of those in it.
var roomTable = []rule{
	{SeeRoom, anyRoom, inside, everybody},
	{SeeRoom, publicRooms, outside, notGuests},
	{JoinRoom, publicRooms, outside, notGuests},
	{LeaveRoom, namedRooms, inside, everybody},
	{ReadMessages, anyRoom, inside, everybody},
	{PostMessage, openRooms, inside, everybody},
	{PostMessage, announcement, moderators, everybody},
	{PostMessage, announcement, members, admins},
	{ListMembers, anyRoom, inside, everybody},

	{AddMember, namedRooms, inside, notGuests},
	{AddMember, publicRooms, outside, admins},
	{RemoveMember, namedRooms, moderators, notGuests},
	{RemoveMember, namedRooms, members, admins},
	{RemoveMember, publicRooms, outside, admins},
	{RemoveModerator, namedRooms, roomOwners, notGuests},
	{RemoveModerator, namedRooms, notOwners, admins},
	{RemoveModerator, publicRooms, outside, admins},
	{ChangeRoom, namedRooms, roomOwners, notGuests},
	{ChangeRoom, namedRooms, notOwners, admins},
	{ChangeRoom, publicRooms, outside, admins},
	{ChangeRoomRoles, namedRooms, roomOwners, notGuests},
	{ChangeRoomRoles, namedRooms, notOwners, admins},
	{ChangeRoomRoles, publicRooms, outside, admins},
}

// standings are all there can be.
var standings = allStandings()

func allStandings() []Standing {
	var all []Standing
	for _, role := range Roles {
		for _, roomRole := range RoomRoles {
			for _, place := range Places {
				all = append(all, Standing{role, roomRole, place})
			}
		}
	}
	return all
}

// grants is the table with the keys of all standings that each action is
// allowed to, ready for SQL.
var grants = spellOut(roomTable)

func spellOut(table []rule) map[RoomAction][]string {
	spelled := map[RoomAction][]string{}
	for _, s := range standings {
		for _, r := range table {
			if slices.Contains(r.in, s.Place) && slices.Contains(r.as, s.RoomRole) && slices.Contains(r.roles, s.Role) {
				spelled[r.action] = append(spelled[r.action], s.key())
			}
		}
	}
	return spelled
}
