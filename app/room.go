package app

import (
	"context"
	"net/http"

	"chatd/store"
)

type overviewOutput struct {
	Body struct {
		Me        Me        `json:"me"`
		Abilities Abilities `json:"abilities"`
		Workspace struct {
			Name   string `json:"name"`
			SignUp string `json:"sign_up" enum:"invite,open"`

			RetentionDays int `json:"retention_days,omitempty" doc:"For how many days messages are kept where the room says nothing else; left out: for ever."`

			Position Position `json:"position"`
		} `json:"workspace"`
		UserPosition Position    `json:"user_position"`
		Rooms        []RoomEntry `json:"rooms"`
		Users        []User      `json:"users"`
		Blocked      []int64     `json:"blocked" doc:"Ids of those whom the viewer no longer wants to see."`
		Sections     []Section   `json:"sections" doc:"Of the viewer's list of rooms, in their order."`
		Drafts       []Draft     `json:"drafts" doc:"The newest first."`
		Saved        [][2]int64  `json:"saved" doc:"Room and number of the messages that the viewer has saved: the newest 1,000, the newest first."`

		ThreadsUnread int64 `json:"threads_unread" doc:"How many threads that the viewer follows have replies they have not read."`
	}
}

// overview is everything the page needs at first, from one snapshot.
func (a *App) overview(ctx context.Context, _ *struct{}) (*overviewOutput, error) {
	seen, err := a.store.Overview(ctx, userOf(ctx))
	if err != nil {
		return nil, ownAccount(err)
	}
	out := &overviewOutput{}
	out.Body.Me = renderMe(seen.Me)
	out.Body.Abilities = renderAbilities(seen.Me.Role)
	out.Body.Workspace.Name = seen.Workspace.Name
	out.Body.Workspace.SignUp = signUpWord(seen.Workspace)
	out.Body.Workspace.RetentionDays = seen.Workspace.RetentionDays
	out.Body.Workspace.Position = Position(seen.WorkspacePosition)
	out.Body.UserPosition = Position(seen.UserPosition)
	out.Body.Users = renderUsers(seen.Users)
	out.Body.Blocked = seen.Blocked
	out.Body.Sections, out.Body.Drafts = renderSections(seen.Sections), renderDrafts(seen.Drafts)
	out.Body.ThreadsUnread = seen.ThreadsUnread
	out.Body.Saved = make([][2]int64, len(seen.Saved))
	for i, key := range seen.Saved {
		out.Body.Saved[i] = [2]int64{key.RoomID, key.Number}
	}
	out.Body.Rooms = renderAll(seen.Rooms, renderEntry)
	return out, nil
}

// DirectoryRoom is a public room that anybody may join.
type DirectoryRoom struct {
	Room
	MemberCount int  `json:"member_count"`
	Joined      bool `json:"joined" doc:"Whether the viewer is a member."`
}

type directoryOutput struct {
	Body struct {
		Rooms []DirectoryRoom `json:"rooms" doc:"By name."`
		NextPage
	}
}

// directory lists the public rooms.
func (a *App) directory(ctx context.Context, in *PageQuery) (*directoryOutput, error) {
	rooms, next, err := a.store.Directory(ctx, userOf(ctx), in.page())
	if err != nil {
		return nil, err
	}
	out := &directoryOutput{}
	out.Body.NextPage = nextPage(next)
	out.Body.Rooms = make([]DirectoryRoom, len(rooms))
	for i, r := range rooms {
		out.Body.Rooms[i] = DirectoryRoom{Room: renderRoom(r.Room), MemberCount: r.Members, Joined: r.Joined}
	}
	return out, nil
}

type entryOutput struct {
	Body RoomEntry
}

// entry answers with a room as the viewer's list shows it.
func (a *App) entry(ctx context.Context, room int64) (*entryOutput, error) {
	seen, err := a.store.OverviewRoom(ctx, userOf(ctx), room)
	if err != nil {
		return nil, err
	}
	return &entryOutput{Body: renderEntry(seen)}, nil
}

type createRoomInput struct {
	Body struct {
		Kind        string `json:"kind" enum:"public,private"`
		Name        string `json:"name" doc:"1 to 80 characters on one line."`
		Description string `json:"description,omitempty" doc:"Up to 500 characters."`
	}
}

// createRoom makes a public or private room. Its creator owns it.
func (a *App) createRoom(ctx context.Context, in *createRoomInput) (*entryOutput, error) {
	room, pending, err := a.store.CreateRoom(ctx, userOf(ctx), store.NewRoom{
		Kind: store.RoomKind(in.Body.Kind), Name: in.Body.Name, Description: in.Body.Description,
	})
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return a.entry(ctx, room.ID)
}

type openDirectInput struct {
	Body struct {
		UserIDs []int64 `json:"user_ids" minItems:"1" maxItems:"8" doc:"The other people. Only oneself means a room for notes."`
	}
}

type openDirectOutput struct {
	Status int
	Body   RoomEntry
}

// openDirect finds the direct room of the viewer and others (200), or makes it
// (201).
func (a *App) openDirect(ctx context.Context, in *openDirectInput) (*openDirectOutput, error) {
	room, pending, err := a.store.OpenDirect(ctx, userOf(ctx), in.Body.UserIDs)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	entry, err := a.entry(ctx, room.ID)
	if err != nil {
		return nil, err
	}
	out := &openDirectOutput{Status: http.StatusOK, Body: entry.Body}
	if len(pending) > 0 {
		out.Status = http.StatusCreated
	}
	return out, nil
}
