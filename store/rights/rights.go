// Package rights is the one table of who may do what. The API, the page and the
// hub all ask it: Go code by May, SQL statements by Grant, and the page by what
// Abilities tells it. docs/administration.md shows the same table to people; a
// test compares it with what the running API does.
//
// A right depends on the role in the workspace, on the role in the room, on the
// room's kind and on its state: who writes in it, and whether it is archived.
// Whoever is deactivated or suspended may do nothing; that is not part of the
// table, and neither is for how long somebody is muted.
package rights

import "slices"

// Role is what a user is in the workspace.
type Role string

// The workspace roles, from most to least.
const (
	Owner  Role = "owner"
	Admin  Role = "admin"
	Member Role = "member"
	Guest  Role = "guest"
)

// Roles are all workspace roles, from most to least.
var Roles = []Role{Owner, Admin, Member, Guest}

// RoomRole is what a user is in a room.
type RoomRole string

// The room roles, from most to least. Outside is everybody without a live
// membership.
const (
	RoomOwner  RoomRole = "owner"
	Moderator  RoomRole = "moderator"
	RoomMember RoomRole = "member"
	Outside    RoomRole = "outside"
)

// RoomRoles are all room roles, from most to least.
var RoomRoles = []RoomRole{RoomOwner, Moderator, RoomMember, Outside}

// Kind says who can find and join a room.
type Kind string

// The kinds of room: anyone but guests may join a public one, members add to a
// private one, and a direct one has the same members for ever and no name.
const (
	Public  Kind = "public"
	Private Kind = "private"
	Direct  Kind = "direct"
)

// State says who writes in a room.
type State string

// The states of a room. In an archived one nobody writes; what was written is
// kept and read as before.
const (
	Open     State = "open"      // everybody in it writes
	Members  State = "members"   // guests only read
	ReadOnly State = "read-only" // only those who look after it write
	Archived State = "archived"
)

// Place is the sort of room that somebody is in or looks at. Direct rooms are
// always open.
type Place struct {
	Kind  Kind
	State State
}

// Places are all sorts of room.
var Places = []Place{
	{Public, Open}, {Public, Members}, {Public, ReadOnly}, {Public, Archived},
	{Private, Open}, {Private, Members}, {Private, ReadOnly}, {Private, Archived},
	{Direct, Open},
}

// Standing is everything that a right in a room depends on.
type Standing struct {
	Role     Role
	RoomRole RoomRole
	Place
}

// key is the standing as SQL and the page compare it.
func (s Standing) key() string { return string(s.Role) + "/" + s.roomKey() }

// roomKey is the standing of somebody whose workspace role is known.
func (s Standing) roomKey() string {
	return string(s.RoomRole) + "/" + string(s.Kind) + "/" + string(s.State)
}

// ParseStanding reads a standing that SQL has put together, spelled as Grant
// does. It returns false for one that cannot be.
func ParseStanding(key string) (Standing, bool) {
	i := slices.IndexFunc(standings, func(s Standing) bool { return s.key() == key })
	if i < 0 {
		return Standing{}, false
	}
	return standings[i], true
}

// May reports whether somebody of this role may do what concerns the
// workspace.
func (a WorkspaceAction) May(role Role) bool { return slices.Contains(workspaceTable[a], role) }

// Roles are the roles that may do it, for SQL statements to compare with.
func (a WorkspaceAction) Roles() []Role { return workspaceTable[a] }

// May reports whether somebody with this standing may do what concerns a room.
func (a RoomAction) May(s Standing) bool { return slices.Contains(grants[a], s.key()) }

// Grant lists the standings that may do it, for SQL statements to compare with:
// workspace role, room role ("outside" without one), and the room's kind and
// state, with slashes between.
func (a RoomAction) Grant() []string { return grants[a] }

// Abilities is the part of the table that concerns one role: the actions in the
// workspace, and for each action in rooms the standings that may do it, without
// the role: room role, kind and state, with slashes between.
type Abilities struct {
	Workspace []WorkspaceAction
	Room      map[RoomAction][]string
}

// Of returns what people of a role may do.
func Of(role Role) Abilities {
	abilities := Abilities{Workspace: []WorkspaceAction{}, Room: map[RoomAction][]string{}}
	for _, action := range WorkspaceActions {
		if action.May(role) {
			abilities.Workspace = append(abilities.Workspace, action)
		}
	}
	for _, action := range RoomActions {
		abilities.Room[action] = []string{}
		for _, s := range standings {
			if s.Role == role && action.May(s) {
				abilities.Room[action] = append(abilities.Room[action], s.roomKey())
			}
		}
	}
	return abilities
}
