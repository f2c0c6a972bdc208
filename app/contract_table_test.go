package app

import (
	"os"
	"slices"
	"strings"
	"testing"

	"chatd/store/rights"
)

// A table is one of those in docs/administration.md: cells by row and column.
type table map[string]map[string]string

// administration reads the tables of docs/administration.md, by the heading
// that they stand under.
func administration(t *testing.T) map[string]table {
	t.Helper()
	raw, err := os.ReadFile("../docs/administration.md")
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]table{}
	var heading string
	var columns []string
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "#"):
			heading = strings.TrimLeft(line, "# ")
		case !strings.HasPrefix(line, "|"):
			columns = nil
		case columns == nil:
			columns = cells(line)
			tables[heading] = table{}
		case !strings.HasPrefix(line, "|---"):
			tables[heading].add(t, columns, cells(line))
		}
	}
	return tables
}

// cells are the cells of one line.
func cells(line string) []string {
	found := strings.Split(strings.Trim(line, "|"), "|")
	for i := range found {
		found[i] = strings.TrimSpace(found[i])
	}
	return found
}

func (tb table) add(t *testing.T, columns, row []string) {
	t.Helper()
	if len(row) != len(columns) || tb[row[0]] != nil {
		t.Fatalf("the row %q has %d cells, or stands there twice", row, len(row))
	}
	tb[row[0]] = map[string]string{}
	for i, column := range columns[1:] {
		tb[row[0]][column] = row[i+1]
	}
}

// workspaceRows are the actions behind the rows of "In the workspace".
var workspaceRows = map[string]rights.WorkspaceAction{
	"see everybody and all public rooms":                rights.SeeDirectory,
	"make a public room":                                rights.CreatePublicRoom,
	"make a private room":                               rights.CreatePrivateRoom,
	"write directly to people they see":                 rights.OpenDirect,
	"invite people, see all invites and take them back": rights.Invite,
	"change the workspace's name and settings, and which rooms everybody new comes into":                                   rights.ChangeWorkspace,
	"sign out, suspend, deactivate and reactivate members and guests, make one of the other, and give them a new password": rights.ManageMembers,
	"the same with admins and owners, and make somebody admin or owner":                                                    rights.ManageAdmins,
	"see figures, live connections and that rooms exist":                                                                   rights.SeeAdministration,
	"read and export the audit log":                                                                                        rights.SeeAudit,
	"see and settle what was reported, in any room":                                                                        rights.HandleReports,
}

// roomRows are the actions behind the rows of the tables of rooms, in whatever
// state.
var roomRows = map[string]rights.RoomAction{
	"see that it exists":                 rights.SeeRoom,
	"join":                               rights.JoinRoom,
	"leave":                              rights.LeaveRoom,
	"read and follow it":                 rights.ReadMessages,
	"write":                              rights.PostMessage,
	"call everybody with @room or @here": rights.MentionRoom,
	"edit what they wrote themselves":    rights.EditMessage,
	"react to messages":                  rights.React,
	"pin messages, and unpin them":       rights.PinMessage,
	"write without waiting in slow mode": rights.SkipSlowMode,
	"delete what they wrote themselves":  rights.DeleteOwnMessage,
	"see who is in it":                   rights.ListMembers,
	"add people":                         rights.AddMember,
	"remove members":                     rights.RemoveMember,
	"mute members, and ban people":       rights.RestrainMember,
	"remove, mute and ban moderators and room owners": rights.RemoveModerator,
	"delete what others wrote":                        rights.DeleteMessage,
	"see and settle what was reported in it":          rights.SeeReports,
	"change its topic and slow mode":                  rights.SteerRoom,
	"change its name, its description, who finds it, who writes in it, its notices and for how long messages are kept": rights.ChangeRoom,
	"change roles in it":            rights.ChangeRoomRoles,
	"archive it, and take it back":  rights.ArchiveRoom,
	"delete it, and take that back": rights.DeleteRoom,
}

// stateRows are those that hold in rooms of a state in the place of others.
var stateRows = map[rights.State]map[string]rights.RoomAction{
	rights.Members: {
		"write when guests only read":                           rights.PostMessage,
		"edit what they wrote themselves when guests only read": rights.EditMessage,
		"react when guests only read":                           rights.React,
		"pin when guests only read":                             rights.PinMessage,
	},
	rights.ReadOnly: {
		"write when it is read-only":                              rights.PostMessage,
		"call everybody with @room or @here when it is read-only": rights.MentionRoom,
		"edit what they wrote themselves when it is read-only":    rights.EditMessage,
		"pin when it is read-only":                                rights.PinMessage,
	},
}

// archivedRooms is the heading of the table with what nobody does in archived
// rooms, in the place of what the others say.
const archivedRooms = "Archived rooms"

var roomHeadings = map[rights.Kind]string{
	rights.Public: "Public rooms", rights.Private: "Private rooms", rights.Direct: "Direct rooms",
}

var roomColumns = map[rights.RoomRole]string{
	rights.RoomOwner: "room owner", rights.Moderator: "moderator", rights.RoomMember: "member", rights.Outside: "not in the room",
}

// groups are the people whom a cell names.
var groups = map[string][]rights.Role{
	"everybody":         rights.Roles,
	"not guests":        {rights.Owner, rights.Admin, rights.Member},
	"owners and admins": {rights.Owner, rights.Admin},
	"nobody":            {},
	nothingToDo:         {},
}

// nothingToDo is the cell of what cannot be done, and needs no answer.
const nothingToDo = "–"

// impossible says why there is no cell for a standing or an action, "" when
// there has to be one.
func impossible(kind rights.Kind, as rights.RoomRole, action rights.RoomAction) string {
	switch {
	case kind != rights.Direct:
		return ""
	case as == rights.RoomOwner || as == rights.Moderator:
		return "everybody in a direct room is a member"
	case action == rights.RemoveModerator:
		return "a direct room has no moderators and owners to remove"
	}
	return ""
}

// roomCell is what the documentation says of an action in a room, "" where it
// says nothing.
func roomCell(tables map[string]table, place rights.Place, as rights.RoomRole, action rights.RoomAction) string {
	of, general := tables[roomHeadings[place.Kind]], rowAbout(roomRows, action)
	if special := rowAbout(stateRows[place.State], action); special != "" {
		return of[special][roomColumns[as]]
	}
	if place.State == rights.Archived && tables[archivedRooms][general] != nil {
		return tables[archivedRooms][general][roomColumns[as]]
	}
	return of[general][roomColumns[as]]
}

// rowAbout is the row about an action, "" when there is none.
func rowAbout(rows map[string]rights.RoomAction, action rights.RoomAction) string {
	for row, about := range rows {
		if about == action {
			return row
		}
	}
	return ""
}

// knownRow reports whether a row stands rightly under a heading.
func knownRow(kind rights.Kind, row string) bool {
	special := false
	for _, rows := range stateRows {
		special = special || rows[row] != ""
	}
	return roomRows[row] != "" || special && kind != rights.Direct
}

// eachStanding calls f for everything that people can be in a room.
func eachStanding(f func(rights.Standing)) {
	for _, place := range rights.Places {
		for _, as := range rights.RoomRoles {
			if impossible(place.Kind, as, "") != "" {
				continue
			}
			for _, role := range rights.Roles {
				f(rights.Standing{Role: role, RoomRole: as, Place: place})
			}
		}
	}
}

func TestTheDocumentationKnowsTheWholeTableOfRights(t *testing.T) {
	t.Parallel()
	tables := administration(t)
	for row := range tables["In the workspace"] {
		if workspaceRows[row] == "" {
			t.Errorf("nobody knows the row %q", row)
		}
	}
	for _, action := range rights.WorkspaceActions {
		for _, role := range rights.Roles {
			if cell, may := workspaceCell(tables, action, role), action.May(role); (cell == "yes") != may || (cell == "no") == may {
				t.Errorf("%s by %s: the documentation says %q, the table of rights %v", action, role, cell, may)
			}
		}
	}
	for kind, heading := range roomHeadings {
		for row := range tables[heading] {
			if !knownRow(kind, row) {
				t.Errorf("%s: nobody knows the row %q", heading, row)
			}
		}
	}
	for row := range tables[archivedRooms] {
		if roomRows[row] == "" {
			t.Errorf("%s: nobody knows the row %q", archivedRooms, row)
		}
	}
	eachStanding(func(s rights.Standing) {
		for _, action := range rights.RoomActions {
			cell := roomCell(tables, s.Place, s.RoomRole, action)
			if why := impossible(s.Kind, s.RoomRole, action); (why != "") != (cell == "") {
				t.Errorf("%s by %v: the documentation says %q (%s)", action, s, cell, why)
				continue
			}
			who, known := groups[cell]
			if cell != "" && !known {
				t.Errorf("%s by %v: nobody knows the cell %q", action, s, cell)
			}
			if cell != "" && slices.Contains(who, s.Role) != action.May(s) {
				t.Errorf("%s by %v: the documentation says %q, the table of rights %v", action, s, cell, action.May(s))
			}
		}
	})
}

func workspaceCell(tables map[string]table, action rights.WorkspaceAction, role rights.Role) string {
	for row, about := range workspaceRows {
		if about == action {
			return tables["In the workspace"][row][string(role)]
		}
	}
	return ""
}
