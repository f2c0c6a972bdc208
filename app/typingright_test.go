package app

import (
	"testing"

	"chatd/store"
)

// Everybody who begins to type is asked about, and again every ten seconds.
func TestWhetherSomebodyMayWriteIsOneQuestion(t *testing.T) {
	t.Parallel()
	w, cut := newCutWorld(t, store.Config{})
	ana := w.owner()
	ben := ana.brings("ben")
	private, public := ana.creates("private", "boats"), ana.creates("public", "tea")
	ask := func(who *person, room int64, want bool) {
		t.Helper()
		if may, err := w.app.mayWrite(t.Context(), who.me.ID, room); err != nil || may != want {
			t.Errorf("%s may write in %d: %v, %v, want %v", who.me.Username, room, may, err, want)
		}
	}
	ask(ana, public.ID, true)
	ask(ben, public.ID, false)
	ask(ben, private.ID, false)
	ask(ana, ben.me.ID, false)
	// The name of a prepared statement is in each request, also in the few of the
	// background.
	needle := []byte("stmtcache_")
	const times = 100
	cut.counted.Store(&needle)
	for range times {
		ask(ana, private.ID, true)
	}
	if n := cut.asked.Load(); n < times || n > times*3/2 {
		t.Errorf("%d requests to the database for %d questions", n, times)
	}
}
