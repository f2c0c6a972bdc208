package app

import (
	"context"

	"chatd/store"
	"chatd/store/rights"
)

// AdminRoom is a room as those see it who look after the workspace. Of a private
// room they see no name, topic or owner: it is the business of those in it.
type AdminRoom struct {
	ID            int64    `json:"id"`
	Kind          string   `json:"kind" enum:"public,private"`
	Name          *string  `json:"name" doc:"Null for private rooms."`
	Topic         string   `json:"topic" doc:"Empty for private rooms."`
	State         string   `json:"state" enum:"open,members,read-only,archived,deleted" doc:"Who writes in it, or that it is deleted and can still be taken back."`
	Default       bool     `json:"is_default" doc:"Whether everybody new comes into it."`
	RetentionDays *int     `json:"retention_days" doc:"For how many days messages are kept: null as long as the workspace says and for private rooms, 0 for ever."`
	CreatedAt     string   `json:"created_at" format:"date-time"`
	UndeleteUntil *string  `json:"undelete_until" format:"date-time" doc:"Of a deleted room: until when that can be taken back."`
	Members       int      `json:"members"`
	Messages      int64    `json:"messages" doc:"How many are kept."`
	Bytes         int64    `json:"bytes" doc:"Size of their texts, counted once an hour."`
	LastMessageAt *string  `json:"last_message_at" format:"date-time"`
	OwnerCount    int      `json:"owner_count" doc:"How many own the room."`
	Owners        []Author `json:"owners" doc:"Up to ten of them. Empty for private rooms."`
}

// RenderAdminRoom is how the API and the command line show a room.
func RenderAdminRoom(r store.AdminRoom) AdminRoom {
	room := AdminRoom{
		ID: r.ID, Kind: string(r.Kind), Topic: r.Topic, State: string(r.State), Default: r.Default, RetentionDays: r.RetentionDays,
		CreatedAt: renderTime(r.CreatedAt), Members: r.Members, Messages: r.Messages, Bytes: r.Bytes,
		LastMessageAt: optionalTime(r.LastMessageAt), OwnerCount: r.Owners, Owners: []Author{},
	}
	if r.Name != "" {
		room.Name = &r.Name
	}
	if r.DeletedAt != nil {
		until := renderTime(r.DeletedAt.Add(store.RoomGrace))
		room.UndeleteUntil = &until
	}
	for _, u := range r.OwnedBy {
		room.Owners = append(room.Owners, renderAuthor(u))
	}
	return room
}

type adminRoomsInput struct {
	PageQuery
	Search string `query:"search" maxLength:"80" doc:"Only those with this in the name, whatever the case. Private rooms are not found by it."`
	Kind   string `query:"kind" enum:"public,private" doc:"Only those of this kind."`
	State  string `query:"state" enum:"open,members,read-only,archived,deleted" doc:"Only those in this state. Without it all but deleted ones."`
	Order  string `query:"order" enum:"name,newest,members,messages,bytes,last-message" default:"name" doc:"By name, private rooms last; else the newest, the largest, or those with the last message first."`
}

type adminRoomsOutput struct {
	Body struct {
		Rooms []AdminRoom `json:"rooms"`
		NextPage
	}
}

// listAdminRooms shows all public and private rooms to those who look after the
// workspace.
func (a *App) listAdminRooms(ctx context.Context, in *adminRoomsInput) (*adminRoomsOutput, error) {
	rooms, next, err := a.store.AdminRooms(ctx, userOf(ctx), store.AdminRoomsPage{
		Page: in.page(), Search: in.Search, Kind: store.RoomKind(in.Kind), State: rights.State(in.State), Order: in.Order,
	})
	if err != nil {
		return nil, err
	}
	out := &adminRoomsOutput{}
	out.Body.NextPage = nextPage(next)
	out.Body.Rooms = renderAll(rooms, RenderAdminRoom)
	return out, nil
}
