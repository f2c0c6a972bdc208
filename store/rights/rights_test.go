package rights_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"chatd/store/rights"
)

// all calls f with everything that somebody can be to a room.
func all(f func(rights.Standing)) {
	for _, role := range rights.Roles {
		for _, roomRole := range rights.RoomRoles {
			for _, place := range rights.Places {
				f(rights.Standing{Role: role, RoomRole: roomRole, Place: place})
			}
		}
	}
}

// key spells a standing as statements do.
func key(s rights.Standing) string {
	return fmt.Sprintf("%s/%s/%s/%s", s.Role, s.RoomRole, s.Kind, s.State)
}

// Each sentence is a decision. The standings that match its pattern, where *
// stands for anything, may or may not do the actions.
func TestTheTableSaysWhatPeopleWereTold(t *testing.T) {
	t.Parallel()
	order := []rights.RoomAction{rights.RemoveMember, rights.RestrainMember, rights.DeleteMessage, rights.SeeReports}
	shape := []rights.RoomAction{rights.RemoveModerator, rights.ChangeRoomRoles, rights.ArchiveRoom, rights.DeleteRoom}
	live := []rights.RoomAction{rights.AddMember, rights.SteerRoom, rights.ChangeRoom}
	care := slices.Concat(order, shape, live)
	for _, decided := range []struct {
		sentence  string
		may       bool
		standings []string
		actions   []rights.RoomAction
	}{
		{"Whoever is in a room sees it, reads it and knows who else is there.", true,
			[]string{"*/owner/*/*", "*/moderator/*/*", "*/member/*/*"},
			[]rights.RoomAction{rights.SeeRoom, rights.ReadMessages, rights.ListMembers}},
		{"Nobody reads a room they are not in, whatever they are in the workspace.", false,
			[]string{"*/outside/*/*"},
			[]rights.RoomAction{rights.ReadMessages, rights.PostMessage, rights.MentionRoom, rights.EditMessage, rights.React, rights.PinMessage, rights.SkipSlowMode, rights.DeleteOwnMessage, rights.ListMembers, rights.LeaveRoom}},
		{"Everybody but guests finds public rooms and joins them, archived ones too.", true,
			[]string{"owner/outside/public/*", "admin/outside/public/*", "member/outside/public/*"},
			[]rights.RoomAction{rights.SeeRoom, rights.JoinRoom}},
		{"A guest can do nothing with a room they are not in.", false, []string{"guest/outside/*/*"}, rights.RoomActions},
		{"Nobody can do anything with a private or direct room they are not in.", false,
			[]string{"*/outside/private/*", "*/outside/direct/*"}, rights.RoomActions},
		{"In an open room everybody who is in it writes.", true,
			[]string{"*/owner/*/open", "*/moderator/*/open", "*/member/*/open"}, []rights.RoomAction{rights.PostMessage}},
		{"In a room of members guests only read, unless they look after it.", false,
			[]string{"guest/member/*/members"}, []rights.RoomAction{rights.PostMessage}},
		{"In a room of members all others write.", true,
			[]string{"guest/moderator/*/members", "member/member/public/members", "admin/member/private/members"}, []rights.RoomAction{rights.PostMessage}},
		{"In a read-only room its owners and moderators write.", true,
			[]string{"*/owner/public/read-only", "*/moderator/private/read-only"}, []rights.RoomAction{rights.PostMessage}},
		{"In a read-only room owners and admins of the workspace write when they are in it.", true,
			[]string{"owner/member/*/read-only", "admin/member/*/read-only"}, []rights.RoomAction{rights.PostMessage}},
		{"In a read-only room plain members only read.", false,
			[]string{"member/member/*/read-only", "guest/member/*/read-only"}, []rights.RoomAction{rights.PostMessage}},
		{"In an archived room nobody writes, takes back or changes what they wrote, reacts, pins, brings others in or changes the room.", false,
			[]string{"*/*/*/archived"}, append(slices.Clone(live), rights.PostMessage, rights.MentionRoom, rights.EditMessage, rights.React, rights.PinMessage, rights.SkipSlowMode, rights.DeleteOwnMessage)},
		{"Whoever writes in a room changes what they wrote, and reacts.", true,
			[]string{"*/member/direct/open", "guest/member/public/open", "member/member/*/members", "guest/moderator/*/read-only", "admin/member/*/read-only"},
			[]rights.RoomAction{rights.EditMessage, rights.React}},
		{"Where guests only read, they neither react nor change what they wrote.", false,
			[]string{"guest/member/*/members"}, []rights.RoomAction{rights.EditMessage, rights.React}},
		{"In a read-only room all members react.", true,
			[]string{"guest/member/*/read-only", "member/member/*/read-only"}, []rights.RoomAction{rights.React}},
		{"In a read-only room only those who write change what they wrote.", false,
			[]string{"guest/member/*/read-only", "member/member/*/read-only"}, []rights.RoomAction{rights.EditMessage}},
		{"In public rooms those pin who look after them and are in them.", true,
			[]string{"member/moderator/public/open", "member/owner/public/members", "admin/member/public/read-only"}, []rights.RoomAction{rights.PinMessage}},
		{"In public rooms nobody else pins.", false,
			[]string{"member/member/public/*", "guest/*/public/*", "*/outside/public/*"}, []rights.RoomAction{rights.PinMessage}},
		{"In private and direct rooms everybody pins who writes.", true,
			[]string{"*/member/direct/open", "guest/member/private/open", "member/member/private/members", "*/moderator/private/read-only", "admin/member/private/read-only"}, []rights.RoomAction{rights.PinMessage}},
		{"Who only reads in them pins nothing.", false,
			[]string{"member/member/private/read-only", "guest/member/private/members"}, []rights.RoomAction{rights.PinMessage}},
		{"Everybody who writes calls the whole room, but guests.", true,
			[]string{"member/member/*/open", "member/member/*/members", "member/moderator/*/read-only", "admin/member/*/read-only"}, []rights.RoomAction{rights.MentionRoom}},
		{"Guests do not call the whole room.", false,
			[]string{"guest/*/*/open", "guest/*/*/members", "guest/*/private/read-only"}, []rights.RoomAction{rights.MentionRoom}},
		{"Who writes in a public read-only room calls the whole room.", true,
			[]string{"guest/moderator/public/read-only", "member/owner/public/read-only"}, []rights.RoomAction{rights.MentionRoom}},
		{"Who only reads calls nobody.", false,
			[]string{"member/member/*/read-only", "guest/member/*/read-only"}, []rights.RoomAction{rights.MentionRoom}},
		{"Everybody in a room takes back what they wrote, unless it is archived.", true,
			[]string{"*/owner/*/open", "*/member/*/members", "*/member/*/read-only"}, []rights.RoomAction{rights.DeleteOwnMessage}},
		{"Slow mode does not hold up those who look after the room.", true,
			[]string{"*/moderator/public/open", "*/owner/private/members", "admin/member/public/read-only"}, []rights.RoomAction{rights.SkipSlowMode}},
		{"Slow mode holds up plain members.", false,
			[]string{"member/member/*/*", "guest/member/*/*"}, []rights.RoomAction{rights.SkipSlowMode}},
		{"Everybody may leave a public or private room, the last owner too.", true,
			[]string{"*/owner/public/*", "*/moderator/private/*", "*/member/public/*"}, []rights.RoomAction{rights.LeaveRoom}},
		{"Any member but a guest brings others in, unless it is archived.", true,
			[]string{"member/member/public/open", "member/member/private/read-only"}, []rights.RoomAction{rights.AddMember}},
		{"Moderators keep order, in archived rooms too.", true,
			[]string{"member/moderator/public/*", "member/moderator/private/*"}, order},
		{"Moderators say what is talked about, and how fast.", true,
			[]string{"member/moderator/public/open", "member/moderator/private/read-only"}, []rights.RoomAction{rights.SteerRoom}},
		{"Moderators change neither the room nor anybody's role, nor act on each other.", false,
			[]string{"member/moderator/*/*"}, append(shape, rights.ChangeRoom)},
		{"The owners of a room do everything in it.", true,
			[]string{"member/owner/public/open", "member/owner/private/read-only"}, care},
		{"Owners take an archived room back.", true, []string{"member/owner/public/archived"}, append(order, shape...)},
		{"Plain members look after nothing.", false,
			[]string{"member/member/*/*"}, slices.DeleteFunc(slices.Clone(care), func(a rights.RoomAction) bool { return a == rights.AddMember })},
		{"Owners and admins of the workspace look after public rooms without being in them.", true,
			[]string{"owner/outside/public/open", "admin/outside/public/members"}, care},
		{"Owners and admins of the workspace look after the private rooms they are in.", true,
			[]string{"owner/member/private/open", "admin/member/private/read-only", "admin/moderator/private/members"}, care},
		{"Guests look after nothing, not even a room they were made owner of.", false, []string{"guest/*/*/*"}, care},
		{"A direct room has the same people and no settings for ever.", false,
			[]string{"*/*/direct/*"}, append(slices.Clone(care), rights.JoinRoom, rights.LeaveRoom)},
		{"Nobody joins a room they are in.", false,
			[]string{"*/owner/*/*", "*/moderator/*/*", "*/member/*/*"}, []rights.RoomAction{rights.JoinRoom}},
	} {
		met := 0
		all(func(s rights.Standing) {
			if !slices.ContainsFunc(decided.standings, func(pattern string) bool { return matches(pattern, key(s)) }) {
				return
			}
			met++
			for _, action := range decided.actions {
				if action.May(s) != decided.may {
					t.Errorf("%s But %s may %s: %v.", decided.sentence, key(s), action, !decided.may)
				}
			}
		})
		if met == 0 {
			t.Errorf("%s: nobody is %v", decided.sentence, decided.standings)
		}
	}
}

func matches(pattern, key string) bool {
	wanted, is := strings.Split(pattern, "/"), strings.Split(key, "/")
	for i, w := range wanted {
		if w != "*" && w != is[i] {
			return false
		}
	}
	return true
}

func TestTheWorkspaceSaysWhatPeopleWereTold(t *testing.T) {
	t.Parallel()
	for action, roles := range map[rights.WorkspaceAction]string{
		rights.SeeDirectory:      "owner admin member",
		rights.CreatePublicRoom:  "owner admin member",
		rights.CreatePrivateRoom: "owner admin member",
		rights.OpenDirect:        "owner admin member guest",
		rights.Invite:            "owner admin",
		rights.ChangeWorkspace:   "owner admin",
		rights.ManageMembers:     "owner admin",
		rights.ManageAdmins:      "owner",
		rights.SeeAdministration: "owner admin",
		rights.SeeAudit:          "owner admin",
		rights.HandleReports:     "owner admin",
	} {
		var may []string
		for _, role := range rights.Roles {
			if action.May(role) {
				may = append(may, string(role))
			}
		}
		if got := strings.Join(may, " "); got != roles {
			t.Errorf("%s: %s, want %s", action, got, roles)
		}
	}
}

func TestOnlyOwnersActOnOwnersAndAdmins(t *testing.T) {
	t.Parallel()
	for _, by := range rights.Roles {
		for _, on := range rights.Roles {
			high := on == rights.Owner || on == rights.Admin
			want := by == rights.Owner || by == rights.Admin && !high
			if rights.Manage(on).May(by) != want {
				t.Errorf("%s acts on %s: %v, want %v", by, on, !want, want)
			}
		}
	}
}

func TestAGrantHasWhatMayAllowsAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, action := range rights.RoomActions {
		var want []string
		all(func(s rights.Standing) {
			if action.May(s) {
				want = append(want, key(s))
			}
		})
		if len(want) == 0 {
			t.Errorf("nobody may %s", action)
		}
		if got := action.Grant(); !slices.Equal(got, want) {
			t.Errorf("the grant of %s is %v, want %v", action, got, want)
		}
	}
	for _, action := range rights.WorkspaceActions {
		if len(action.Roles()) == 0 {
			t.Errorf("nobody may %s", action)
		}
	}
	if grant := rights.RoomAction("fly").Grant(); len(grant) != 0 || rights.WorkspaceAction("fly").May(rights.Owner) {
		t.Error("what is not in the table is allowed")
	}
}

// A read-only direct room cannot be; neither can roles and kinds that are not.
func TestNobodyHasRightsInWhatCannotBe(t *testing.T) {
	t.Parallel()
	for _, impossible := range []rights.Standing{
		{},
		{Role: rights.Owner, RoomRole: rights.RoomOwner, Place: rights.Place{Kind: rights.Direct, State: rights.ReadOnly}},
		{Role: "king", RoomRole: rights.RoomOwner, Place: rights.Place{Kind: rights.Public, State: rights.Open}},
		{Role: rights.Owner, RoomRole: "", Place: rights.Place{Kind: rights.Public, State: rights.Open}},
		{Role: rights.Owner, RoomRole: rights.RoomOwner, Place: rights.Place{Kind: "secret", State: rights.Open}},
	} {
		for _, action := range rights.RoomActions {
			if action.May(impossible) || slices.Contains(action.Grant(), key(impossible)) {
				t.Errorf("%q may %s", key(impossible), action)
			}
		}
		if _, ok := rights.ParseStanding(key(impossible)); ok {
			t.Errorf("%q is taken for a standing", key(impossible))
		}
	}
}

func TestAStandingIsReadAsItIsSpelled(t *testing.T) {
	t.Parallel()
	all(func(s rights.Standing) {
		if got, ok := rights.ParseStanding(key(s)); !ok || got != s {
			t.Errorf("%s is read as %+v, %v", key(s), got, ok)
		}
	})
	for _, wrong := range []string{"", "/", "owner", "owner/owner/public", "owner/owner/public/open/", " owner/owner/public/open", "OWNER/owner/public/open"} {
		if _, ok := rights.ParseStanding(wrong); ok {
			t.Errorf("%q is taken for a standing", wrong)
		}
	}
}

// To be told that one may not do something is to learn that the room exists.
func TestWhoeverMayDoSomethingSeesTheRoom(t *testing.T) {
	t.Parallel()
	all(func(s rights.Standing) {
		for _, action := range rights.RoomActions {
			if action.May(s) && !rights.SeeRoom.May(s) {
				t.Errorf("%s may %s without seeing the room", key(s), action)
			}
		}
	})
}

func TestMoreOfARoleTakesNoRightAway(t *testing.T) {
	t.Parallel()
	all(func(s rights.Standing) {
		for _, action := range rights.RoomActions {
			if !action.May(s) {
				continue
			}
			for _, role := range rights.Roles[:slices.Index(rights.Roles, s.Role)] {
				if more := (rights.Standing{Role: role, RoomRole: s.RoomRole, Place: s.Place}); !action.May(more) {
					t.Errorf("%s may %s, %s may not", key(s), action, key(more))
				}
			}
			if s.RoomRole == rights.Outside {
				continue
			}
			for _, roomRole := range rights.RoomRoles[:slices.Index(rights.RoomRoles, s.RoomRole)] {
				if more := (rights.Standing{Role: s.Role, RoomRole: roomRole, Place: s.Place}); !action.May(more) {
					t.Errorf("%s may %s, %s may not", key(s), action, key(more))
				}
			}
		}
	})
}

func TestAbilitiesSayWhatMaySays(t *testing.T) {
	t.Parallel()
	for _, role := range append(slices.Clone(rights.Roles), "king") {
		abilities := rights.Of(role)
		for _, action := range rights.WorkspaceActions {
			if slices.Contains(abilities.Workspace, action) != action.May(role) {
				t.Errorf("the abilities of %s are wrong about %s", role, action)
			}
		}
		if len(abilities.Room) != len(rights.RoomActions) {
			t.Errorf("the abilities of %s have %d actions, want %d", role, len(abilities.Room), len(rights.RoomActions))
		}
		for _, action := range rights.RoomActions {
			told, ok := abilities.Room[action]
			if !ok || told == nil {
				t.Errorf("the abilities of %s do not tell of %s", role, action)
			}
			all(func(s rights.Standing) {
				s.Role = role
				_, roomKey, _ := strings.Cut(key(s), "/")
				if slices.Contains(told, roomKey) != action.May(s) {
					t.Errorf("the abilities of %s are wrong about %s as %s", role, action, roomKey)
				}
			})
		}
	}
}
