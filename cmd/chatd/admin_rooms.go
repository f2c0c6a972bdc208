package main

import (
	"context"
	"fmt"
	"io"

	"chatd/app"
	"chatd/store"
	"chatd/store/rights"
)

func roomCommands() []command {
	return []command{
		adminCommand("rooms list", "", "show the public and private rooms", roomListDetails, listRooms, searchOption,
			option{name: "kind", value: "KIND", help: "only public or private ones"},
			option{name: "state", value: "STATE", help: "only open, members, read-only, archived or deleted ones"},
			option{name: "order", value: "ORDER", help: "name (usual), newest, members, messages, bytes or last-message"}, limitOption),
		adminCommand("rooms show", "ROOM", "show one room", "", showRoom),
		adminCommand("rooms rename", "ROOM NAME", "give a room another name", "Links to it go on working.", renameRoom),
		adminCommand("rooms archive", "ROOM", "let nobody write in a room any more", "What was written stays.", archiveRoom(true)),
		adminCommand("rooms unarchive", "ROOM", "let people write in an archived room again", "", archiveRoom(false)),
		adminCommand("rooms delete", "ROOM", "delete a room", roomDeleteDetails, deleteRoom, reasonOption),
		adminCommand("rooms undelete", "ROOM", "take the deletion of a room back", "Everybody who was in it is in it again.", undeleteRoom,
			option{name: "name", value: "NAME", help: "another name, when somebody has taken the old one"}),
		adminCommand("rooms owner", "ROOM LOGIN", "make somebody owner of a room", roomOwnerDetails, ownRoom),
	}
}

const (
	roomListDetails = `Deleted rooms are shown with --state deleted alone. Unlike the page, this shows
the names of private rooms: whoever has access to the machine has the database.`
	roomDeleteDetails = `It is gone for everybody at once. For seven days chatd admin rooms undelete takes
it back; then it is erased.`
	roomOwnerDetails = `It is meant for rooms that have lost their owners. Whoever is not in the room
comes into it.`
)

func listRooms(ctx context.Context, d *desk, _ []string) error {
	by, err := d.actor(ctx, 0)
	if err != nil {
		return err
	}
	asked := d.cfg.asked
	rooms, err := collect(d, everything, func(page store.Page) ([]store.AdminRoom, string, error) {
		return d.AdminRooms(ctx, by, store.AdminRoomsPage{
			Page: page, Search: asked["search"], Kind: store.RoomKind(asked["kind"]), State: rights.State(asked["state"]), Order: asked["order"],
		})
	})
	if err != nil {
		return err
	}
	list := struct {
		Rooms []app.AdminRoom `json:"rooms"`
	}{[]app.AdminRoom{}}
	for _, r := range rooms {
		list.Rooms = append(list.Rooms, app.RenderAdminRoom(r))
	}
	return d.answer(list, func(w io.Writer) {
		printTable(w, "ID | NAME | KIND | STATE | MEMBERS | OWNERS | MESSAGES | SIZE | LAST MESSAGE", func(add func(...any)) {
			for _, r := range rooms {
				add(r.ID, r.Name, r.Kind, r.State, r.Members, r.Owners, r.Messages, bytesText(r.Bytes), shortTime(r.LastMessageAt))
			}
		})
	})
}

// undeleted and deleted choose among rooms that are called the same.
func undeleted(r store.AdminRoom) bool { return r.State != store.RoomDeleted }
func deleted(r store.AdminRoom) bool   { return r.State == store.RoomDeleted }

func showRoom(ctx context.Context, d *desk, args []string) error {
	r, err := d.room(ctx, args[0], undeleted)
	if err != nil {
		return err
	}
	return d.printRoom(r)
}

func (d *desk) printRoom(r store.AdminRoom) error {
	return d.answer(app.RenderAdminRoom(r), func(w io.Writer) {
		fmt.Fprintf(w, "%s, %s, %s\n", r.Name, r.Kind, r.State)
		printTable(w, "", func(add func(...any)) {
			add("id", r.ID)
			add("topic", r.Topic)
			add("made", shortTime(&r.CreatedAt))
			if r.DeletedAt != nil {
				until := r.DeletedAt.Add(store.RoomGrace)
				add("can be undeleted until", shortTime(&until))
			}
			add("members", r.Members)
			add("messages", r.Messages)
			add("size", bytesText(r.Bytes))
			add("last message", shortTime(r.LastMessageAt))
			owners := ""
			for _, u := range r.OwnedBy {
				owners += u.DisplayName + " (" + u.Username + ") "
			}
			add("owners", owners)
		})
	})
}

// roomDone tells what became of a room: for machines all that is known of it now.
func (d *desk) roomDone(ctx context.Context, id int64, format string, args ...any) error {
	if !d.cfg.json {
		_, err := fmt.Fprintf(d.stdout, format+"\n", args...)
		return err
	}
	r, err := d.room(ctx, fmt.Sprint(id), undeleted)
	if err != nil {
		return err
	}
	return d.printRoom(r)
}

// changeRoom changes one room and returns how it is then.
func (d *desk) changeRoom(ctx context.Context, word string, change store.RoomChange) (store.Room, error) {
	r, by, err := d.roomAndActor(ctx, word, undeleted)
	if err != nil {
		return store.Room{}, err
	}
	if deleted(r) {
		return store.Room{}, isDeleted(r)
	}
	changed, _, err := d.ChangeRoom(ctx, by, r.ID, change)
	return changed, err
}

func (d *desk) roomAndActor(ctx context.Context, word string, wanted func(store.AdminRoom) bool) (r store.AdminRoom, by int64, err error) {
	if by, err = d.actor(ctx, 0); err == nil {
		r, err = d.room(ctx, word, wanted)
	}
	return r, by, err
}

func isDeleted(r store.AdminRoom) error {
	return fmt.Errorf("the room “%s” is deleted; take that back first: chatd admin rooms undelete %d", r.Name, r.ID)
}

func renameRoom(ctx context.Context, d *desk, args []string) error {
	changed, err := d.changeRoom(ctx, args[0], store.RoomChange{Name: &args[1]})
	if err != nil {
		return err
	}
	return d.roomDone(ctx, changed.ID, "The room is called “%s”.", changed.Name)
}

func archiveRoom(archived bool) func(context.Context, *desk, []string) error {
	return func(ctx context.Context, d *desk, args []string) error {
		changed, err := d.changeRoom(ctx, args[0], store.RoomChange{Archived: &archived})
		if err != nil {
			return err
		}
		if archived {
			return d.roomDone(ctx, changed.ID, "The room “%s” is archived.", changed.Name)
		}
		return d.roomDone(ctx, changed.ID, "People may write in the room “%s” again.", changed.Name)
	}
}

func deleteRoom(ctx context.Context, d *desk, args []string) error {
	r, by, err := d.roomAndActor(ctx, args[0], undeleted)
	if err != nil {
		return err
	}
	gone, _, err := d.DeleteRoom(ctx, by, r.ID, d.cfg.asked["reason"])
	if err != nil {
		return err
	}
	return d.roomDone(ctx, r.ID, "The room “%s” is deleted. Until %s, chatd admin rooms undelete %d takes that back.", r.Name, shortTime(&gone.UndeleteUntil), r.ID)
}

func undeleteRoom(ctx context.Context, d *desk, args []string) error {
	r, by, err := d.roomAndActor(ctx, args[0], deleted)
	if err != nil {
		return err
	}
	var name *string
	if other, ok := d.cfg.asked["name"]; ok {
		name = &other
	}
	back, _, _, err := d.UndeleteRoom(ctx, by, r.ID, name)
	if err != nil {
		return err
	}
	return d.roomDone(ctx, back.ID, "The room “%s” is there again.", back.Name)
}

func ownRoom(ctx context.Context, d *desk, args []string) error {
	r, _, err := d.roomAndActor(ctx, args[0], undeleted)
	if err != nil {
		return err
	}
	if deleted(r) {
		return isDeleted(r)
	}
	p, _, err := d.person(ctx, args[1])
	if err != nil {
		return err
	}
	if _, err := d.AppointRoomOwner(ctx, p.ID, r.ID); err != nil {
		return err
	}
	return d.roomDone(ctx, r.ID, "%s (%s) is owner of the room “%s”.", p.DisplayName, p.Username, r.Name)
}
