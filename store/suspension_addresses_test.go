package store_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

func TestTheAddressesOfSomebodySuspendedAreBannedWhileItLasts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	b := w.browser()
	for _, address := range []string{
		"203.0.113.5", "2001:db8:1::5", "2001:db8:1::6", "::ffff:203.0.113.6", "198.51.100.1", // one's own network, below
		"127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "fd00::1", "fe80::1", "100.64.0.1", "0.0.0.0", "nonsense", "",
	} {
		b.signInFrom(ada, address)
	}
	b.signInFrom(ada, "203.0.113.7") // long ago
	w.exec(`update sessions set ended_at = now(), end_reason = 'signed-out', ended_tx = 1, last_used_at = now() - interval '40 days' where address = '203.0.113.7'`)
	ban := &store.AddressBan{Never: func(a netip.Addr) bool { return a.String() == "198.51.100.1" }}
	done, _, err := w.Suspend(w.ctx(), w.owner.ID, ada.ID, store.Terms{}, ban)
	w.ok(err)
	if want := []string{"2001:db8:1::/64", "203.0.113.5", "203.0.113.6"}; !slices.Equal(done.Banned, want) {
		t.Errorf("banned %q, want %q", done.Banned, want)
	}
	if len(done.Spared) != 10 || !slices.Contains(done.Spared, "198.51.100.1") || !slices.Contains(done.Spared, "127.0.0.1") {
		t.Errorf("spared %q", done.Spared)
	}
	admitted := func(when string, banned bool) {
		t.Helper()
		for address, is := range map[string]bool{
			"203.0.113.5": banned, "203.0.113.6": banned, "2001:db8:1::ffff": banned, "::ffff:203.0.113.5": banned,
			"203.0.113.7": false, "198.51.100.1": false, "127.0.0.1": false, "2001:db8:2::5": false, "": false, "x": false,
		} {
			if err := w.AdmitAddress(w.ctx(), address); errors.Is(err, store.ErrForbidden) != is || (err != nil) != is {
				t.Errorf("%s, %q: %v", when, address, err)
			}
		}
	}
	admitted("suspended", true)
	// The same again is the same, although there are no sessions any more.
	again, pending, err := w.Suspend(w.ctx(), w.owner.ID, ada.ID, store.Terms{}, ban)
	if err != nil || len(pending) != 0 || again.ID != done.ID {
		t.Errorf("again: %+v, %v, %v", again, pending, err)
	}
	// Whoever decides anew and says nothing of addresses leaves them as they are.
	later, _, err := w.Suspend(w.ctx(), w.owner.ID, ada.ID, store.Terms{Reason: "spam again"}, nil)
	if err != nil || !slices.Equal(later.Banned, done.Banned) {
		t.Errorf("nothing said of addresses: %q, %v", later.Banned, err)
	}
	admitted("decided anew", true)
	// Without addresses it is another suspension.
	_, pending, err = w.Suspend(w.ctx(), w.owner.ID, ada.ID, store.Terms{Reason: "spam again"}, &store.AddressBan{None: true})
	if err != nil || len(pending) == 0 {
		t.Errorf("without addresses: %v, %v", pending, err)
	}
	admitted("lifted", false)
	_, _, err = w.Suspend(w.ctx(), w.owner.ID, ada.ID, store.Terms{Until: within(time.Hour)}, ban)
	w.ok(err)
	admitted("until an end", true)
	var refused *store.AddressBannedError
	if err := w.AdmitAddress(w.ctx(), "203.0.113.5"); !errors.As(err, &refused) || refused.Until == nil {
		t.Errorf("the end: %v", err)
	}
	w.lapse()
	admitted("after its end", false)
	_, _, err = w.Suspend(w.ctx(), w.owner.ID, ada.ID, store.Terms{}, ban)
	w.ok(err)
	admitted("again", true)
	_, _, err = w.EndSuspension(w.ctx(), w.owner.ID, ada.ID)
	w.ok(err)
	admitted("ended", false)
}
