package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/danielgtaylor/huma/v2"

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
		Name        given[string]  `json:"name,omitempty" doc:"1 to 80 characters on one line."`
		Topic       given[string]  `json:"topic,omitempty" doc:"What is talked about now, up to 250 characters."`
		Description given[string]  `json:"description,omitempty" doc:"What the room is for, up to 500 characters."`
		Kind        given[string]  `json:"kind,omitempty" enum:"public,private"`
		State       given[string]  `json:"state,omitempty" enum:"open,members,read-only" doc:"Who writes in it: everybody in it, all but guests, or only those who look after it."`
		Archived    given[bool]    `json:"archived,omitempty" doc:"Whether nobody writes in it any more; what was written stays."`
		SlowMode    given[int]     `json:"slow_mode,omitempty" minimum:"0" maximum:"86400" doc:"Seconds that somebody waits between two messages; 0 for none."`
		Notices     given[string]  `json:"notices,omitempty" enum:"show,condense,hide" doc:"How those who come and go are shown in it."`
		Retention   givenRetention `json:"retention_days,omitempty"`
		Default     given[bool]    `json:"is_default,omitempty" doc:"Whether everybody new comes into it. Only public rooms can be so."`
	}
}

// change is what the store is asked for.
func (in *changeRoomInput) change() store.RoomChange {
	b := &in.Body
	change := store.RoomChange{
		Name: b.Name.to, Topic: b.Topic.to, Description: b.Description.to,
		Kind: (*store.RoomKind)(b.Kind.to), State: (*rights.State)(b.State.to),
		Archived: b.Archived.to, Notices: b.Notices.to, Default: b.Default.to,
	}
	if b.SlowMode.to != nil {
		slow := time.Duration(*b.SlowMode.to) * time.Second
		change.SlowMode = &slow
	}
	if b.Retention.given {
		change.RetentionDays = &b.Retention.days
	}
	return change
}

// givenRetention is a field that may be left out, to leave it as it is, or be
// null, to keep messages as long as the workspace says.
type givenRetention struct {
	given bool
	days  *int
}

var _ huma.SchemaProvider = givenRetention{}

// Schema implements huma.SchemaProvider.
func (givenRetention) Schema(huma.Registry) *huma.Schema {
	least, most := 0.0, float64(store.MaxRetentionDays)
	return &huma.Schema{
		Type: huma.TypeInteger, Minimum: &least, Maximum: &most, Nullable: true,
		Description: "For how many days messages are kept, which are erased then: null as long as the workspace says, 0 for ever.",
	}
}

// UnmarshalJSON implements json.Unmarshaler.
func (g *givenRetention) UnmarshalJSON(raw []byte) error {
	g.given = true
	return json.Unmarshal(raw, &g.days)
}

type roomOutput struct {
	Body Room
}

// changeRoom changes what a room is called and about, who finds it, who writes in
// it and how, and whether it is archived.
func (a *App) changeRoom(ctx context.Context, in *changeRoomInput) (*roomOutput, error) {
	room, pending, err := a.store.ChangeRoom(ctx, userOf(ctx), in.Room, in.change())
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	if len(pending) > 0 && in.Body.Kind.to != nil {
		a.untell(ctx, room.ID)
	}
	return &roomOutput{Body: renderRoom(room)}, nil
}

// untell takes from the hub what was told of a room and must be told no longer,
// here and on the other nodes, which look. What fails here the next look makes
// good.
func (a *App) untell(ctx context.Context, room int64) {
	if err := a.withdrawUntold(ctx, room); err != nil {
		a.log.WarnContext(ctx, "what was told of a room is withdrawn a little later", slog.Int64("room", room), slog.Any("error", err))
	}
	a.doorbell.Ring()
}

// withdrawUntold takes it from the hub of this node.
func (a *App) withdrawUntold(ctx context.Context, rooms ...int64) error {
	for _, room := range rooms {
		untold, err := a.store.Control().Untold(ctx, room)
		if err != nil {
			return err
		}
		for _, w := range untold {
			for _, topic := range namesOf(w.RoomID) {
				a.hub.Withdraw(topic, w.Epoch, w.Seqs...)
			}
		}
	}
	return nil
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
