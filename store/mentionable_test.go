package store_test

import (
	"maps"
	"slices"
	"testing"

	"chatd/store"
)

func TestNamesMeanWhatTheirAuthorSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo, gus, gone := w.user("ana"), w.user("Bo"), w.user("gus"), w.user("gone")
	tea := w.room(store.RoomPublic, "Tea Time", ana, gus)
	secret := w.room(store.RoomPrivate, "Secret", ana)
	older, newer := w.room(store.RoomPrivate, "Twice", bo, ana), w.room(store.RoomPrivate, "twice", bo, ana)
	public := w.room(store.RoomPublic, "Both", bo)
	w.room(store.RoomPrivate, "both", ana)
	w.deactivate(gone)
	_, _, err := w.SetRole(w.ctx(), w.owner.ID, gus.ID, store.RoleGuest)
	w.ok(err)
	w.exec(`update memberships set left_at = now() where user_id = $1 and room_id <> $2`, gus.ID, tea.ID)
	users := []string{"ana", "bo", "gus", "gone", "nobody", w.owner.Username}
	rooms := []string{"tea time", "secret", "twice", "both", "none"}

	for _, c := range []struct {
		name   string
		author store.User
		room   store.Room
		want   store.Mentionable
	}{
		{"a member", ana, tea, store.Mentionable{
			Users:    map[string]int64{"ana": ana.ID, "bo": bo.ID, "gus": gus.ID, w.owner.Username: w.owner.ID},
			Rooms:    map[string]int64{"tea time": tea.ID, "secret": secret.ID, "twice": min(older.ID, newer.ID), "both": public.ID},
			Everyone: true,
		}},
		{"one who is not in the room", bo, tea, store.Mentionable{
			Users: map[string]int64{"ana": ana.ID, "bo": bo.ID, "gus": gus.ID, w.owner.Username: w.owner.ID},
			Rooms: map[string]int64{"tea time": tea.ID, "twice": min(older.ID, newer.ID), "both": public.ID},
		}},
		{"a guest", gus, tea, store.Mentionable{
			Users: map[string]int64{"ana": ana.ID, "gus": gus.ID},
			Rooms: map[string]int64{"tea time": tea.ID},
		}},
		{"nobody", store.User{ID: 1 << 40}, tea, store.Mentionable{}},
		{"one whose account is closed", gone, tea, store.Mentionable{}},
	} {
		got, err := w.Mentionable(w.ctx(), c.author.ID, c.room.ID, users, rooms)
		if w.ok(err); !maps.Equal(got.Users, c.want.Users) || !maps.Equal(got.Rooms, c.want.Rooms) || got.Everyone != c.want.Everyone {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
	if got, err := w.Mentionable(w.ctx(), ana.ID, 1<<40, nil, nil); err != nil || len(got.Users)+len(got.Rooms) > 0 || got.Everyone {
		t.Errorf("of nothing: %+v, %v", got, err)
	}
}

func TestThoseAreCalledWhoAreHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo, cleo, dan, eve := w.user("ana"), w.user("bo"), w.user("cleo"), w.user("dan"), w.user("eve")
	room := w.room(store.RoomPublic, "tea", ana, bo, cleo, dan)
	_, err := w.LeaveRoom(w.ctx(), dan.ID, room.ID)
	w.ok(err)
	for _, here := range ids(ana, bo, dan, eve) {
		w.exec(`insert into presence_states (user_id, state, since) values ($1, 'online', now())`, here)
	}
	got, err := w.HereIn(w.ctx(), room.ID, ana.ID)
	if w.ok(err); !slices.Equal(got, ids(bo)) {
		t.Errorf("here are %v, want bo", got)
	}
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, 1100) returning id),
		people as (
			insert into users (id, username, username_key, display_name, password_hash)
			select id, 'n' || id, 'n' || id, 'N', 'hash' from t returning id
		), joined as (
			insert into memberships (room_id, user_id) select $1, id from people
		)
		insert into presence_states (user_id, state, since) select id, 'away', now() from people`, room.ID)
	if got, err := w.HereIn(w.ctx(), room.ID, ana.ID); err != nil || len(got) != store.MaxHere {
		t.Errorf("%d are here, %v", len(got), err)
	}
}
