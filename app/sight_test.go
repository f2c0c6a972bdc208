package app

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"chatd/store"
	"chatd/store/storetest"
)

func TestARoleThatChangesWhileItIsAskedForIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	sights := newSights(time.Hour)
	asked := 0
	sure, err := sights.refresh(t.Context(), s, 7, func() (store.Role, error) {
		asked++
		if asked == 1 {
			sights.changed() // to guest, and this answer came before
			return store.RoleMember, nil
		}
		return store.RoleGuest, nil
	})
	if err != nil || !sure || asked != 2 {
		t.Fatalf("asked %d times: %v", asked, err)
	}
	if sight, limited := sights.Of(7); !limited || sight.mark == "" || sight.sees(8) {
		t.Error("the guest sees everybody")
	}
	if _, limited := sights.Of(8); limited {
		t.Error("somebody else is limited too")
	}
}

func TestWhatAGuestSeesIsAskedForAgainWhenSomebodyJoinsMeanwhile(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	sights := newSights(time.Hour)
	for role, want := range map[store.Role]int{store.RoleGuest: 2, store.RoleMember: 1} {
		asked := 0
		sure, err := sights.refresh(t.Context(), s, 7, func() (store.Role, error) {
			if asked++; asked == 1 {
				sights.joined()
			}
			return role, nil
		})
		if err != nil || !sure || asked != want {
			t.Errorf("as %s: asked %d times: %v", role, asked, err)
		}
	}
}

// A guest does not wait until nobody joins or leaves any more, but whoever may
// see everybody is never taken for that by a role that may be from before.
func TestWhereManyComeAndGoAGuestIsLookedAtAgainLater(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	sights := newSights(time.Hour)
	for name, happens := range map[string]func(){"joins": sights.joined, "leaves": sights.changed} {
		asked := 0
		sure, err := sights.refresh(t.Context(), s, 7, func() (store.Role, error) {
			asked++
			happens()
			return store.RoleGuest, nil
		})
		if _, limited := sights.Of(7); err != nil || sure || asked != sightRounds || !limited {
			t.Errorf("somebody %s: asked %d times, sure: %v, limited: %v, %v", name, asked, sure, limited, err)
		}
	}
	asked := 0
	sure, err := sights.refresh(t.Context(), s, 7, func() (store.Role, error) {
		if asked++; asked <= 2*sightRounds {
			sights.changed()
		}
		return store.RoleMember, nil
	})
	if _, limited := sights.Of(7); err != nil || !sure || asked != 2*sightRounds+1 || limited {
		t.Errorf("a member: asked %d times, sure: %v, limited: %v, %v", asked, sure, limited, err)
	}
}

func TestAGuestWhoseSightCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	sights := newSights(time.Hour)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sights.refresh(gone, s, 7, func() (store.Role, error) { return store.RoleGuest, nil }); err == nil {
		t.Error("let in without knowing whom they may see")
	}
	failed := errors.New("no answer")
	if _, err := sights.refresh(t.Context(), s, 7, func() (store.Role, error) { return "", failed }); !errors.Is(err, failed) {
		t.Errorf("refresh: %v", err)
	}
}

func TestGuestsWhoAreLongGoneAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sights := newSights(time.Hour)
		for user := range int64(100) {
			if !sights.put(sightNews{}, user, true, []int64{user}) {
				t.Fatal("not kept")
			}
		}
		time.Sleep(50 * time.Minute)
		sights.put(sightNews{}, 1, true, []int64{1, 2})
		if _, limited := sights.Of(99); !limited {
			t.Fatal("forgotten while a request may still last")
		}
		time.Sleep(50 * time.Minute)
		sights.put(sightNews{}, 2, false, nil)
		if sight, _ := sights.Of(1); len(sights.guests) != 1 || !sight.sees(2) {
			t.Errorf("%d guests are remembered, want one", len(sights.guests))
		}
	})
}

func TestOneSetOfPeopleHasOneMark(t *testing.T) {
	t.Parallel()
	marks := map[string]bool{}
	for _, people := range [][]int64{nil, {1}, {2}, {1, 2}, {258}, {1, 2, 3}} {
		marks[markOf(people)] = true
	}
	if len(marks) != 6 || !marks[markOf([]int64{1, 2})] {
		t.Errorf("the marks are %v", marks)
	}
}
