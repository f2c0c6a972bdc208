package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/rights"
)

func TestAMuteHoldsUntilItsEndAndWhoeverComesAndGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room, other := w.room(store.RoomPublic, "tea", w.owner, ada), w.room(store.RoomPublic, "coffee", w.owner, ada)
	n := w.node()
	before := message(room, ada, "before")
	_, err := n.Send(w.ctx(), before)
	w.ok(err)
	muted := w.mutes(w.owner, ada, room)
	refused := func(when string) {
		t.Helper()
		_, err := n.Send(w.ctx(), message(room, ada, when))
		e, ok := errors.AsType[*store.SanctionError](err)
		if !ok || e.Kind != store.SanctionMute || e.Until == nil || e.Until.Sub(*muted.Until).Abs() > time.Second || !errors.Is(err, store.ErrForbidden) {
			t.Errorf("%s: %v %+v", when, err, e)
		}
	}
	refused("muted")
	if again, err := n.Send(w.ctx(), before); err != nil || !again.Repeated {
		t.Errorf("what was stored before: %+v, %v", again, err)
	}
	n.say(other, ada, "in another room")
	entry, err := w.OverviewRoom(w.ctx(), ada.ID, room.ID)
	if err != nil || !entry.Muted || entry.MutedUntil == nil {
		t.Errorf("her entry: %+v, %v", entry, err)
	}
	_, err = w.LeaveRoom(w.ctx(), ada.ID, room.ID)
	w.ok(err)
	_, err = w.JoinRoom(w.ctx(), ada.ID, room.ID)
	w.ok(err)
	refused("back again")
	w.lapse()
	n.say(room, ada, "its time is over")
	if entry, err = w.OverviewRoom(w.ctx(), ada.ID, room.ID); err != nil || entry.Muted {
		t.Errorf("her entry: %+v, %v", entry, err)
	}

	_, _, err = w.Mute(w.ctx(), w.owner.ID, ada.ID, room.ID, store.Terms{})
	w.ok(err)
	_, err = n.Send(w.ctx(), message(room, ada, "for good"))
	if e, ok := errors.AsType[*store.SanctionError](err); !ok || e.Until != nil {
		t.Errorf("without an end: %v", err)
	}
	_, err = w.EndMute(w.ctx(), w.owner.ID, ada.ID, room.ID)
	w.ok(err)
	n.say(room, ada, "ended")
}

// What decides about people in rooms, each in the same way.
var restraints = map[string]struct {
	begin, ended store.AuditAction
	put          func(*world, store.User, store.User, store.Room, store.Terms) (store.Sanction, store.Pending, error)
	end          func(*world, store.User, store.User, store.Room) (store.Pending, error)
	list         func(*world, store.User, store.Room, store.Page) ([]store.Sanction, string, error)
}{
	"mute": {
		store.AuditMemberMuted, store.AuditMuteEnded,
		func(w *world, by, user store.User, room store.Room, terms store.Terms) (store.Sanction, store.Pending, error) {
			return w.Mute(w.ctx(), by.ID, user.ID, room.ID, terms)
		},
		func(w *world, by, user store.User, room store.Room) (store.Pending, error) {
			return w.EndMute(w.ctx(), by.ID, user.ID, room.ID)
		},
		func(w *world, by store.User, room store.Room, page store.Page) ([]store.Sanction, string, error) {
			return w.Mutes(w.ctx(), by.ID, room.ID, page)
		},
	},
	"ban": {
		store.AuditMemberBanned, store.AuditBanEnded,
		func(w *world, by, user store.User, room store.Room, terms store.Terms) (store.Sanction, store.Pending, error) {
			return w.Ban(w.ctx(), by.ID, user.ID, room.ID, terms)
		},
		func(w *world, by, user store.User, room store.Room) (store.Pending, error) {
			return w.EndBan(w.ctx(), by.ID, user.ID, room.ID)
		},
		func(w *world, by store.User, room store.Room, page store.Page) ([]store.Sanction, string, error) {
			return w.Bans(w.ctx(), by.ID, room.ID, page)
		},
	},
}

func TestARestraintIsWrittenDownOnceForEachThingThatHappens(t *testing.T) {
	t.Parallel()
	for name, r := range restraints {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ada, bob := w.user("ada"), w.user("bob")
			room := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
			w.give(room, bob, store.RoomModerator)
			end := within(time.Hour)
			step := func(what string, want []string, pending store.Pending, err error) {
				t.Helper()
				w.ok(err)
				for i := range want {
					want[i] = strings.Replace(want[i], "room", fmt.Sprint(room.ID), 1)
				}
				if got := w.entriesAbout(ada); !slices.Equal(got, want) {
					t.Errorf("%s: the log has %q, want %q", what, got, want)
				}
				if changed := slices.ContainsFunc(w.news(), func(line string) bool { return strings.HasPrefix(line, "decided ") }); changed != slices.Contains(pending, ada.ID) {
					t.Errorf("%s: news %v, pending %v", what, w.news(), pending)
				}
				w.forgetNews()
			}
			w.forgetNews()
			began := string(r.begin) + " room "
			_, pending, err := r.put(w, bob, ada, room, store.Terms{Reason: "noise", Until: end})
			step("once", []string{began + "noise"}, pending, err)
			// The same again, and as another moderator would at the same moment.
			for _, same := range []*time.Time{end, new(end.Add(2 * time.Second))} {
				_, pending, err = r.put(w, w.owner, ada, room, store.Terms{Reason: "noise", Until: same})
				if len(pending) != 0 {
					t.Errorf("the same again: %v", pending)
				}
				step("the same", []string{began + "noise"}, pending, err)
			}
			now, pending, err := r.put(w, w.owner, ada, room, store.Terms{Reason: "much noise"})
			step("more", []string{began + "noise", began + "much noise"}, pending, err)
			if now.Until != nil || now.By.ID != w.owner.ID || now.User.ID != ada.ID {
				t.Errorf("now %+v", now)
			}
			if before := w.text(`select before ->> 'reason' from audit_entries where reason = 'much noise'`); before != "noise" {
				t.Errorf("before it was %q", before)
			}
			list, _, err := r.list(w, bob, room, store.Page{})
			if err != nil || len(list) != 1 || list[0].ID != now.ID || list[0].Reason != "much noise" {
				t.Errorf("listed: %+v, %v", list, err)
			}
			for range 2 {
				pending, err = r.end(w, bob, ada, room)
				step("ended", []string{began + "noise", began + "much noise", string(r.ended) + " room "}, pending, err)
			}
			if list, _, err := r.list(w, bob, room, store.Page{}); err != nil || len(list) != 0 {
				t.Errorf("listed: %+v, %v", list, err)
			}
			if name == "ban" {
				w.addTo(room, ada)
			}
			// One whose time is over is none: it cannot be ended, and can be put in force again.
			_, _, err = r.put(w, bob, ada, room, store.Terms{Until: end})
			w.ok(err)
			w.lapse()
			if pending, err := r.end(w, bob, ada, room); err != nil || len(pending) != 0 {
				t.Errorf("ended after its time: %v, %v", pending, err)
			}
			if name == "ban" {
				w.addTo(room, ada)
			}
			if _, pending, err := r.put(w, bob, ada, room, store.Terms{Until: end}); err != nil || len(pending) == 0 {
				t.Errorf("in force again: %v, %v", pending, err)
			}
			if open := w.number(`select count(*) from sanctions where ended_at is null`); open != 1 {
				t.Errorf("%d are open", open)
			}
		})
	}
}

func TestWhomSomebodyMayRestrain(t *testing.T) {
	t.Parallel()
	for name, r := range restraints {
		for _, kind := range []store.RoomKind{store.RoomPublic, store.RoomPrivate} {
			t.Run(fmt.Sprint(name, " ", kind), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				people := map[string]store.User{
					"room owner": w.user("room-owner"), "moderator": w.user("moderator"), "member": w.user("member"),
					"guest": w.userAs(store.RoleGuest, "guest"), "admin inside": w.userAs(store.RoleAdmin, "admin-inside"),
					"outsider": w.user("outsider"), "admin outside": w.userAs(store.RoleAdmin, "admin-outside"),
				}
				room := w.room(kind, "tea", people["room owner"], people["moderator"], people["member"], people["guest"], people["admin inside"])
				w.give(room, people["moderator"], store.RoomModerator)
				w.give(room, people["guest"], store.RoomMember)
				private := kind == store.RoomPrivate
				outside := map[bool]error{true: store.ErrNotFound, false: store.ErrForbidden}[private]
				targets := []string{"member", "guest", "moderator", "room owner", "admin inside"}
				// Whoever keeps order themselves is restrained by those who may remove moderators.
				for by, may := range map[string]map[string]error{
					"room owner":    {"moderator": nil, "admin inside": nil},
					"moderator":     {"room owner": store.ErrForbidden, "admin inside": store.ErrForbidden},
					"admin inside":  {"moderator": nil, "room owner": nil},
					"member":        {"guest": store.ErrForbidden, "moderator": store.ErrForbidden, "room owner": store.ErrForbidden, "admin inside": store.ErrForbidden},
					"guest":         {"member": store.ErrForbidden, "moderator": store.ErrForbidden, "room owner": store.ErrForbidden, "admin inside": store.ErrForbidden},
					"outsider":      {"member": outside, "guest": outside, "moderator": outside, "room owner": outside, "admin inside": outside},
					"admin outside": {"member": map[bool]error{true: store.ErrNotFound}[private], "guest": map[bool]error{true: store.ErrNotFound}[private], "moderator": map[bool]error{true: store.ErrNotFound}[private]},
				} {
					for _, target := range targets {
						want, known := may[target]
						if target == by {
							want = store.ErrOneself
						} else if !known && private && by == "admin outside" {
							want = store.ErrNotFound
						}
						_, _, err := r.put(w, people[by], people[target], room, store.Terms{})
						if !errors.Is(err, want) {
							t.Errorf("%s %ss %s: %v, want %v", by, name, target, err, want)
						}
						if _, ended := r.end(w, people[by], people[target], room); !errors.Is(ended, want) && (want == nil || err == nil) {
							t.Errorf("%s ends that of %s: %v, want %v", by, target, ended, want)
						}
						w.exec(`update memberships set left_at = null, muted_until = null where room_id = $1`, room.ID)
					}
				}
				_, _, err := r.list(w, people["member"], room, store.Page{})
				if !errors.Is(err, store.ErrForbidden) {
					t.Errorf("a member lists them: %v", err)
				}
			})
		}
	}
}

func TestRestraintsThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, gone, out := w.user("ada"), w.user("bob"), w.user("gone"), w.user("out")
	room := w.room(store.RoomPublic, "tea", ada, bob)
	direct := w.direct(ada, bob)
	w.deactivate(gone)
	for name, r := range restraints {
		var invalid *store.InvalidError
		for what, terms := range map[string]store.Terms{
			"an end that is over": {Until: within(-time.Second)}, "no end at all": {Until: within(100 * 365 * 24 * time.Hour)},
			"a long reason": {Reason: strings.Repeat("x", 501)}, "text that turns around": {Reason: "a\u202eb"}, "no text": {Reason: "a\x00"},
		} {
			if _, pending, err := r.put(w, ada, bob, room, terms); !errors.As(err, &invalid) || len(pending) != 0 {
				t.Errorf("%s with %s: %v, %v", name, what, pending, err)
			}
		}
		if _, _, err := r.put(w, ada, bob, direct, store.Terms{}); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("%s in a direct room: %v", name, err)
		}
		for what, user := range map[string]store.User{"nobody": {ID: 1 << 40}, "somebody gone": gone} {
			if _, _, err := r.put(w, ada, user, room, store.Terms{}); !errors.Is(err, store.ErrNoSuchUser) {
				t.Errorf("%s of %s: %v", name, what, err)
			}
		}
		if _, _, err := r.put(w, ada, bob, store.Room{ID: 1 << 40}, store.Terms{}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s in no room: %v", name, err)
		}
	}
	if _, _, err := w.Mute(w.ctx(), ada.ID, out.ID, room.ID, store.Terms{}); !errors.Is(err, store.ErrNoSuchUser) {
		t.Errorf("mute of somebody outside: %v", err)
	}
	if n := w.number(`select count(*) from sanctions`); n != 0 {
		t.Errorf("%d sanctions", n)
	}
}

func TestWhoIsBannedIsNotInTheRoomAndDoesNotComeBackBeforeTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, out := w.user("ada"), w.user("bob"), w.user("out")
	room := w.room(store.RoomPublic, "tea", ada, bob)
	w.forgetNews()
	_, pending, err := w.Ban(w.ctx(), ada.ID, bob.ID, room.ID, store.Terms{Reason: "noise", Until: within(time.Hour)})
	w.ok(err)
	if want := []string{line("leave", room.ID, bob.ID, room.ID, ada.ID), line("room-removed", bob.ID, bob.ID, room.ID, ada.ID), line("decided", bob.ID, bob.ID, 0, ada.ID)}; !slices.Equal(w.news(), want) {
		t.Errorf("news %v, want %v", w.news(), want)
	}
	if !slices.Contains(pending, room.ID) || !slices.Contains(pending, bob.ID) {
		t.Errorf("pending %v", pending)
	}
	_, _, err = w.Ban(w.ctx(), ada.ID, out.ID, room.ID, store.Terms{}) // who never was there
	w.ok(err)
	banned := func(what string, err error, reason string) {
		t.Helper()
		if e, ok := errors.AsType[*store.SanctionError](err); !ok || e.Kind != store.SanctionBan || e.Reason != reason {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = w.JoinRoom(w.ctx(), bob.ID, room.ID)
	banned("bob joins", err, "noise")
	_, err = w.AddMember(w.ctx(), ada.ID, bob.ID, room.ID)
	banned("bob is added", err, "noise")
	_, err = w.AddMember(w.ctx(), ada.ID, out.ID, room.ID)
	banned("who never was there is added", err, "")
	if _, err := w.AddMember(w.ctx(), bob.ID, w.owner.ID, room.ID); !errors.Is(err, store.ErrNotMember) {
		t.Errorf("bob adds somebody: %v", err)
	}
	_, err = w.EndBan(w.ctx(), ada.ID, out.ID, room.ID)
	w.ok(err)
	_, err = w.JoinRoom(w.ctx(), out.ID, room.ID)
	w.ok(err)
	w.lapse()
	_, err = w.JoinRoom(w.ctx(), bob.ID, room.ID)
	w.ok(err)
}

// The command line acts in the name of an owner, of whom the log says nothing.
func TestTheCommandLineRestrains(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	muted, _, err := w.Mute(w.atTheCommandLine(), w.owner.ID, ada.ID, room.ID, store.Terms{Reason: "script"})
	if err != nil || muted.By != nil {
		t.Fatalf("muted %+v, %v", muted, err)
	}
	if got := w.text(`select origin || coalesce(actor_id::text, '') from audit_entries where action = 'member-muted'`); got != store.OriginCommandLine {
		t.Errorf("the log says %q", got)
	}
	decisions, _, err := w.Decisions(w.ctx(), ada.ID)
	if err != nil || len(decisions) != 1 || decisions[0].By != nil || decisions[0].RoomName != "tea" {
		t.Errorf("she is told %+v, %v", decisions, err)
	}
}

func TestMembersAreMutedForThoseWhoMayRestrainThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	w.mutes(w.owner, ada, room)
	for viewer, want := range map[store.User]bool{w.owner: true, bob: false, ada: false} {
		members, _, err := w.Members(w.ctx(), viewer.ID, room.ID, store.MembersPage{})
		w.ok(err)
		for _, m := range members {
			if muted := want && m.ID == ada.ID; m.Muted != muted || (m.MutedUntil != nil) != muted {
				t.Errorf("%s sees %s muted: %v until %v", viewer.Username, m.Username, m.Muted, m.MutedUntil)
			}
		}
	}
}

// Somebody whose right was taken away a moment ago has lost it.
func TestARightToRestrainThatIsBeingTakenAwayIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, moderator := w.user("ada"), w.user("moderator")
	room := w.room(store.RoomPublic, "tea", w.owner, ada, moderator)
	for name, r := range restraints {
		for _, commits := range []bool{false, true} {
			w.give(room, moderator, store.RoomModerator)
			w.exec(`update memberships set left_at = null where room_id = $1`, room.ID)
			taking := w.takeAway(`update memberships set role = 'member' where room_id = $1 and user_id = $2`, room.ID, moderator.ID)
			w.judgedAfter(name, func() (store.Pending, error) {
				_, pending, err := r.put(w, moderator, ada, room, store.Terms{Reason: name + fmt.Sprint(commits)})
				return pending, err
			}, taking, commits, store.ErrForbidden)
		}
	}
	if got := w.entriesAbout(ada); len(got) != 2 {
		t.Errorf("the log has %q", got)
	}
}

func TestOfTwoModeratorsAtOnceOneIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob, eve := w.user("bob"), w.user("eve")
	room := w.room(store.RoomPublic, "tea", w.owner, bob, eve)
	w.give(room, bob, store.RoomModerator)
	w.give(room, eve, store.RoomModerator)
	for name, r := range restraints {
		for i := range 10 {
			ada := w.user(fmt.Sprint(name, i))
			w.addTo(room, ada)
			end := within(time.Hour)
			errs := together(2, func(i int) error {
				_, _, err := r.put(w, []store.User{bob, eve}[i], ada, room, store.Terms{Until: end})
				return err
			})
			w.ok(errors.Join(errs...))
			errs = together(2, func(i int) error {
				_, err := r.end(w, []store.User{bob, eve}[i], ada, room)
				return err
			})
			w.ok(errors.Join(errs...))
			if got := w.entriesAbout(ada); len(got) != 2 {
				t.Fatalf("the log has %q", got)
			}
		}
	}
}

// Whoever comes in while they are being banned is put out, or does not come in.
func TestABanAndAnEntryAtOnceLeaveNobodyIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	for i := range 25 {
		user := w.userAs([]store.Role{store.RoleMember, store.RoleGuest}[i%2], fmt.Sprint("user", i))
		errs := together(3, func(i int) (err error) {
			switch i {
			case 0:
				_, _, err = w.Ban(w.ctx(), w.owner.ID, user.ID, room.ID, store.Terms{})
				return err
			case 1:
				_, err = w.AddMember(w.ctx(), w.owner.ID, user.ID, room.ID)
			default:
				if user.Role == rights.Guest {
					return nil
				}
				_, err = w.JoinRoom(w.ctx(), user.ID, room.ID)
			}
			if _, banned := errors.AsType[*store.SanctionError](err); banned {
				return nil
			}
			return err
		})
		w.ok(errors.Join(errs...))
		if in := w.number(`select count(*) from memberships where user_id = $1 and room_id = $2 and left_at is null`, user.ID, room.ID); in != 0 {
			t.Fatalf("user %d is banned and in the room", i)
		}
	}
}
