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
	// ChangeWorkspace is to change its name and settings, and which rooms everybody
	// new comes into.
	ChangeWorkspace WorkspaceAction = "change-workspace"
	// ManageMembers is to sign out, suspend, deactivate and reactivate members and
	// guests, to make one of the other, and to give them a new password.
	ManageMembers WorkspaceAction = "manage-members"
	// ManageAdmins is the same for owners and admins, and to make them.
	ManageAdmins WorkspaceAction = "manage-admins"
	// SeeAdministration is to see figures, live connections, and all rooms: of
	// private ones no more than that they exist.
	SeeAdministration WorkspaceAction = "see-administration"
	// SeeAudit is to read and export the audit log.
	SeeAudit WorkspaceAction = "see-audit"
	// HandleReports is to see and settle what people report, in whatever room.
	HandleReports WorkspaceAction = "handle-reports"
)

// WorkspaceActions are all actions in the workspace.
var WorkspaceActions = []WorkspaceAction{
	SeeDirectory, CreatePublicRoom, CreatePrivateRoom, OpenDirect, Invite, ChangeWorkspace, ManageMembers, ManageAdmins,
	SeeAdministration, SeeAudit, HandleReports,
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
	// MentionRoom is to call everybody in it with @room or @here.
	MentionRoom RoomAction = "mention-room"
	// EditMessage is to change what one wrote oneself; nobody changes what others
	// wrote.
	EditMessage RoomAction = "edit-message"
	// React is to put an emoji to a message, and to take it back.
	React RoomAction = "react"
	// PinMessage is to pin a message to the room for everybody, and to unpin it.
	PinMessage RoomAction = "pin-message"
	// SkipSlowMode is to write without waiting where slow mode makes others wait.
	SkipSlowMode RoomAction = "skip-slow-mode"
	// DeleteOwnMessage is to take back what one wrote, DeleteMessage what others
	// wrote.
	DeleteOwnMessage RoomAction = "delete-own-message"
	DeleteMessage    RoomAction = "delete-message"
	ListMembers      RoomAction = "list-members"
	AddMember        RoomAction = "add-member"
	// RemoveMember is to remove plain members, RemoveModerator to remove those who
	// keep order in the room themselves: its moderators and owners, and owners and
	// admins of the workspace.
	RemoveMember    RoomAction = "remove-member"
	RemoveModerator RoomAction = "remove-moderator"
	// RestrainMember is to mute plain members for a time and to ban them from the
	// room; with RemoveModerator those whom that removes too.
	RestrainMember RoomAction = "restrain-member"
	// SeeReports is to see and settle what was reported in the room.
	SeeReports RoomAction = "see-reports"
	// SteerRoom is to change its topic and its slow mode.
	SteerRoom RoomAction = "steer-room"
	// ChangeRoom is to change name, description, kind, who writes in it, which
	// notices it shows and for how long messages are kept.
	ChangeRoom RoomAction = "change-room"
	// ArchiveRoom is to archive it and to take it back, DeleteRoom to delete it and
	// to take that back in time.
	ArchiveRoom RoomAction = "archive-room"
	DeleteRoom  RoomAction = "delete-room"
	// ChangeRoomRoles is to make members moderators or owners of the room, and
	// back.
	ChangeRoomRoles RoomAction = "change-room-roles"
)

// RoomActions are all actions in rooms.
var RoomActions = []RoomAction{
	SeeRoom, JoinRoom, LeaveRoom, ReadMessages, PostMessage, MentionRoom, EditMessage, React, PinMessage,
	SkipSlowMode, DeleteOwnMessage, ListMembers,
	AddMember, RemoveMember, RemoveModerator, RestrainMember, DeleteMessage, SeeReports,
	SteerRoom, ChangeRoom, ChangeRoomRoles, ArchiveRoom, DeleteRoom,
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

	anyRoom     = Places
	namedRooms  = placesOf([]Kind{Public, Private}, Open, Members, ReadOnly, Archived)
	publicRooms = placesOf([]Kind{Public}, Open, Members, ReadOnly, Archived)
	liveRooms   = placesOf([]Kind{Public, Private}, Open, Members, ReadOnly) // not archived
	unarchived  = placesOf([]Kind{Public, Private, Direct}, Open, Members, ReadOnly)
	livePublic  = placesOf([]Kind{Public}, Open, Members, ReadOnly)
	openRooms   = placesOf([]Kind{Public, Private, Direct}, Open)
	memberRooms = placesOf([]Kind{Public, Private}, Members)
	readOnly    = placesOf([]Kind{Public, Private}, ReadOnly)
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
	SeeAdministration: admins,
	SeeAudit:          admins,
	HandleReports:     admins,
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
var roomTable = slices.Concat([]rule{
	{SeeRoom, anyRoom, inside, everybody},
	{SeeRoom, publicRooms, outside, notGuests},
	{JoinRoom, publicRooms, outside, notGuests},
	{LeaveRoom, namedRooms, inside, everybody},
	{ReadMessages, anyRoom, inside, everybody},
	{React, readOnly, inside, everybody},
	{PinMessage, livePublic, moderators, notGuests},
	{PinMessage, livePublic, members, admins},
	{MentionRoom, openRooms, inside, notGuests},
	{MentionRoom, memberRooms, inside, notGuests},
	{MentionRoom, only(Public, readOnly), moderators, everybody},
	{MentionRoom, only(Private, readOnly), moderators, notGuests},
	{MentionRoom, readOnly, members, admins},
	{SkipSlowMode, liveRooms, moderators, everybody},
	{SkipSlowMode, liveRooms, members, admins},
	{DeleteOwnMessage, unarchived, inside, everybody},
	{ListMembers, anyRoom, inside, everybody},

	{AddMember, liveRooms, inside, notGuests},
	{AddMember, livePublic, outside, admins},
},
	posting(PostMessage),
	posting(EditMessage),
	talking(React),
	withoutPublic(posting(PinMessage)),
	moderation(RemoveMember, namedRooms),
	moderation(RestrainMember, namedRooms),
	moderation(DeleteMessage, namedRooms),
	moderation(SeeReports, namedRooms),
	moderation(SteerRoom, liveRooms),
	ownership(RemoveModerator, namedRooms),
	ownership(ChangeRoom, liveRooms),
	ownership(ChangeRoomRoles, namedRooms),
	ownership(ArchiveRoom, namedRooms),
	ownership(DeleteRoom, namedRooms),
)

// posting allows what only those do who may write in a room.
func posting(action RoomAction) []rule {
	return append(talking(action), rule{action, readOnly, moderators, everybody}, rule{action, readOnly, members, admins})
}

// talking is posting, but for read-only rooms.
func talking(action RoomAction) []rule {
	return []rule{
		{action, openRooms, inside, everybody},
		{action, memberRooms, moderators, everybody},
		{action, memberRooms, members, notGuests},
	}
}

// withoutPublic is what the rules allow in private and direct rooms.
func withoutPublic(rules []rule) []rule {
	for i := range rules {
		rules[i].in = slices.DeleteFunc(slices.Clone(rules[i].in), func(p Place) bool { return p.Kind == Public })
	}
	return rules
}

// moderation allows what keeps order in a room to its moderators and owners,
// and to owners and admins of the workspace.
func moderation(action RoomAction, in []Place) []rule {
	return []rule{{action, in, moderators, notGuests}, {action, in, members, admins}, {action, only(Public, in), outside, admins}}
}

// ownership allows what shapes a room to its owners, and to owners and admins
// of the workspace.
func ownership(action RoomAction, in []Place) []rule {
	return []rule{{action, in, roomOwners, notGuests}, {action, in, notOwners, admins}, {action, only(Public, in), outside, admins}}
}

func placesOf(kinds []Kind, states ...State) []Place {
	var found []Place
	for _, p := range Places {
		if slices.Contains(kinds, p.Kind) && slices.Contains(states, p.State) {
			found = append(found, p)
		}
	}
	return found
}

func only(kind Kind, of []Place) []Place {
	return slices.DeleteFunc(slices.Clone(of), func(p Place) bool { return p.Kind != kind })
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
