package store_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"chatd/store"
)

// pages reads a whole list, page by page.
func pages[T any](w *world, limit int, read func(store.Page) ([]T, string, error)) []T {
	w.t.Helper()
	var all []T
	for page := (store.Page{Limit: limit}); ; {
		entries, next, err := read(page)
		w.ok(err)
		if len(entries) > limit || next != "" && len(entries) != limit {
			w.t.Fatalf("a page of %d has %d entries, next %q", limit, len(entries), next)
		}
		all = append(all, entries...)
		if next == "" {
			return all
		}
		page.After = next
	}
}

func TestPagesOfMembersLoseAndRepeatNobodyWhoseNamesAreEqual(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	for i := range 23 {
		ada := w.user(fmt.Sprintf("ada%d", i))
		w.exec(`update users set display_name = $2 where id = $1`, ada.ID, []string{"Ada", "ADA", "ada", "Éva", "茶 <&> \\u0000 \" \u2028"}[i%5])
		w.addTo(room, ada)
	}
	whole, next, err := w.Members(w.ctx(), w.owner.ID, room.ID, store.MembersPage{})
	w.ok(err)
	if len(whole) != 24 || next != "" {
		t.Fatalf("%d members on one page, next %q; want 24 and nothing", len(whole), next)
	}
	for _, limit := range []int{1, 2, 5, 12, 23, 24} {
		got := pages(w, limit, func(p store.Page) ([]store.Member, string, error) {
			return w.Members(w.ctx(), w.owner.ID, room.ID, store.MembersPage{Page: p})
		})
		if !slices.Equal(memberIDs(got), memberIDs(whole)) {
			t.Errorf("in pages of %d: %v, want %v", limit, memberIDs(got), memberIDs(whole))
		}
	}
}

func memberIDs(members []store.Member) []int64 {
	var list []int64
	for _, m := range members {
		list = append(list, m.ID)
	}
	return list
}

func TestPagesOfTheDirectoryGoOnWhereTheLastOneEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 12 {
		w.room(store.RoomPublic, fmt.Sprintf("Room %c", 'a'+i), w.owner)
	}
	first, next, err := w.Directory(w.ctx(), w.owner.ID, store.Page{Limit: 5})
	w.ok(err)
	// Others come before and after; one that was shown goes behind.
	w.room(store.RoomPublic, "A new one", w.owner)
	w.room(store.RoomPublic, "Room zzz", w.owner)
	w.exec(`update rooms set name = 'Zoo', name_key = 'zoo' where id = $1`, first[1].ID)
	rest := pages(w, 4, func(p store.Page) ([]store.DirectoryRoom, string, error) {
		if p.After == "" {
			p.After = next
		}
		return w.Directory(w.ctx(), w.owner.ID, p)
	})
	var names []string
	for _, r := range slices.Concat(first, rest) {
		names = append(names, r.Name)
	}
	want := "general,Room a,Room b,Room c,Room d,Room e,Room f,Room g,Room h,Room i,Room j,Room k,Room l,Room zzz,Zoo"
	if got := strings.Join(names, ","); got != want {
		t.Errorf("directory = %s\nwant        %s", got, want)
	}
}

func TestAPageIsFiftyLongAndNeverMoreThanTwoHundred(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`
		with t as (insert into topics (kind) select 'room' from generate_series(1, 250) returning id)
		insert into rooms (id, kind, name, name_key, created_by) select id, 'public', 'Room ' || id, 'room ' || id, $1 from t`, w.owner.ID)
	for limit, want := range map[int]int{-1: 50, 0: 50, 1: 1, 200: 200, 201: 200, 1 << 40: 200} {
		rooms, next, err := w.Directory(w.ctx(), w.owner.ID, store.Page{Limit: limit})
		if err != nil || len(rooms) != want || next == "" {
			t.Errorf("limit %d: %d rooms, %v, next %q; want %d", limit, len(rooms), err, next, want)
		}
	}
}

func TestAPageBeyondTheEndIsEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	end := func(list string) store.Page { return store.Page{After: store.PlaceCursor(list, "\U0010ffff", 1<<62)} }
	members, next, err := w.Members(w.ctx(), w.owner.ID, room.ID, store.MembersPage{Page: end(fmt.Sprintf("members/%d", room.ID))})
	if err != nil || len(members) != 0 || next != "" {
		t.Errorf("members: %v, %q, %v", members, next, err)
	}
	rooms, next, err := w.Directory(w.ctx(), w.owner.ID, end("directory"))
	if err != nil || len(rooms) != 0 || next != "" {
		t.Errorf("directory: %v, %q, %v", rooms, next, err)
	}
}

func TestAPageBeginsOnlyWhereOneEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	bad := []string{"x", "!!", "eyJpZCI6MX0=", " eyJpZCI6MX0", strings.Repeat("A", 10000)}
	for _, text := range []string{
		"", "null", "{}", "[]", `"a"`, "1", `{"id":0}`, `{"id":-1}`, `{"id":1.5}`, `{"id":"1"}`, `{"id":9223372036854775808}`,
		`{"id":1}x`, `{"id":1}{"id":2}`, `{"id":1} `, `{"id":1,"more":2}`, `{"name":"a\u0000b","id":1}`, "{\"name\":\"\xff\",\"id\":1}", `{"name":7,"id":1}`,
	} {
		if text != "" {
			bad = append(bad, base64.RawURLEncoding.EncodeToString([]byte(text)))
		}
	}
	for _, after := range slices.Clone(bad) { // the same with the list's name
		if text, err := base64.RawURLEncoding.DecodeString(after); err == nil && strings.HasPrefix(string(text), `{"`) {
			bad = append(bad, base64.RawURLEncoding.EncodeToString(slices.Concat([]byte(`{"list":"directory",`), text[1:])))
		}
	}
	for _, after := range bad {
		_, _, members := w.Members(w.ctx(), w.owner.ID, room.ID, store.MembersPage{Page: store.Page{After: after}})
		_, _, directory := w.Directory(w.ctx(), w.owner.ID, store.Page{After: after})
		for _, err := range []error{members, directory} {
			if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != "after" {
				t.Errorf("after %.40q: %v, want an InvalidError of after", after, err)
			}
		}
	}
}

func TestAPageOfAnotherListIsNoBeginning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea, coffee := w.room(store.RoomPublic, "Tea", w.owner, ada), w.room(store.RoomPublic, "Coffee", w.owner, ada)
	w.invites(w.owner, store.RoleMember)
	lists := map[string]func(store.Page) (string, error){
		"directory": func(p store.Page) (string, error) {
			_, next, err := w.Directory(w.ctx(), w.owner.ID, p)
			return next, err
		},
		"members of tea": func(p store.Page) (string, error) {
			_, next, err := w.Members(w.ctx(), w.owner.ID, tea.ID, store.MembersPage{Page: p})
			return next, err
		},
		"members of coffee": func(p store.Page) (string, error) {
			_, next, err := w.Members(w.ctx(), w.owner.ID, coffee.ID, store.MembersPage{Page: p})
			return next, err
		},
		"people": func(p store.Page) (string, error) {
			_, next, err := w.People(w.ctx(), w.owner.ID, store.PeoplePage{Page: p})
			return next, err
		},
		"invites": func(p store.Page) (string, error) {
			_, next, err := w.Invites(w.ctx(), w.owner.ID, p)
			return next, err
		},
	}
	for of, first := range lists {
		next, err := first(store.Page{Limit: 1})
		w.ok(err)
		for name, list := range lists {
			_, err := list(store.Page{After: next, Limit: 1})
			invalid, refused := errors.AsType[*store.InvalidError](err)
			if name == of && err != nil || name != of && (!refused || invalid.Field != "after") {
				t.Errorf("%s after a page of %s: %v", name, of, err)
			}
		}
	}
}

// U+FDFA becomes 18 characters where names are compared; no other one becomes
// as many bytes.
func TestRoomsWithTheLongestKeysArePaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, letter := range []string{"\ufdfa", "\ufdfb", "<", "\u3316", "\u0390"} {
		w.room(store.RoomPublic, strings.Repeat(letter, 79)+"a", w.owner)
		w.room(store.RoomPublic, strings.Repeat(letter, 80), w.owner)
	}
	all := pages(w, 1, func(p store.Page) ([]store.DirectoryRoom, string, error) {
		if len(p.After) > 4000 {
			t.Errorf("a cursor has %d characters", len(p.After))
		}
		return w.Directory(w.ctx(), w.owner.ID, p)
	})
	if len(all) != 11 {
		t.Errorf("%d rooms, want 11", len(all))
	}
	for r := range unicode.MaxRune + 1 {
		if n := len(store.NameKey(string(r))); n > 33 {
			t.Errorf("%U has a key of %d bytes", r, n)
		}
	}
}

func FuzzPlaceOfACursor(f *testing.F) {
	f.Add(store.PlaceCursor("list", "ada", 7))
	f.Add(store.PlaceCursor("list", "", 1))
	f.Add(store.PlaceCursor("another", "ada", 7))
	f.Add("eyJpZCI6MX0")
	f.Fuzz(func(t *testing.T, after string) {
		name, id, err := store.CursorPlace("list", after)
		if err != nil || after == "" {
			return
		}
		if id < 1 || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
			t.Errorf("%q is the place (%q, %d)", after, name, id)
		}
		if n, i, err := store.CursorPlace("list", store.PlaceCursor("list", name, id)); err != nil || n != name || i != id {
			t.Errorf("(%q, %d) comes back as (%q, %d), %v", name, id, n, i, err)
		}
	})
}
