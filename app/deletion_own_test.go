package app

import (
	"fmt"
	"net/http"
	"testing"
)

// Nobody gets what they wrote past those who keep order by deleting it first.
func TestWhatItsAuthorHasDeletedIsTakenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	general := ana.room("general").ID
	for i := range 2 {
		ben.says(general, fmt.Sprint("insult ", i+1))
	}
	first, second := ben.deletes(general, 1), ben.deletes(general, 2)
	if d := ana.deletes(general, 1); d.Already || d.Deletion == first.Deletion || d.UndoUntil == nil {
		t.Errorf("taken over: %+v", d)
	}
	checkProblem(t, ben.do("DELETE", fmt.Sprint("/api/v1/deletions/", first.Deletion), nil), http.StatusForbidden, "Somebody who keeps order in the room has deleted this")
	ana.must(http.StatusOK, "PUT", fmt.Sprintf("%s/members/%d/mute", roomPath(general), ben.me.ID), inAnHour("calm down"), nil)
	checkProblem(t, ben.do("DELETE", fmt.Sprint("/api/v1/deletions/", second.Deletion), nil), http.StatusForbidden, "You are muted in this room")
	for _, m := range ben.history(general, "").Messages {
		if !m.Deleted {
			t.Errorf("there again: %+v", m)
		}
	}
}
