package app

import (
	"net/http"
	"testing"
)

// Readers and Pushlet clients are in no list of live connections; what ends the
// sign-in behind them ends them all the same.
func TestWhoIsShutOutHearsNothingMoreByWhateverWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		shutOut func(ana, ben *person)
		reason  string
	}{
		"signed out everywhere": {func(ana, ben *person) {
			ana.must(http.StatusNoContent, "DELETE", userPath(ben.me.ID)+"/sessions", nil, nil)
		}, "removed"},
		"suspended": {func(ana, ben *person) {
			ana.must(http.StatusOK, "PUT", suspensionPath(ben), inAnHour("spam"), nil)
		}, "suspended"},
		"deactivated": {func(ana, ben *person) {
			ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"deactivated": true}, nil)
		}, "deactivated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ana := w.owner()
			ben := ana.brings("ben")
			topic := roomTopic(ana.room("general").ID)
			_, secret := ben.newToken("read")
			ways := []*listener{ben.streams("ndjson"), ben.signsInAgain().reads(topic), ben.script(secret).reads(topic)}
			pushlet := ben.signsInAgain().joinsPushlet("xml").streams("/chat")
			bystander := ana.reads(topic)
			c.shutOut(ana, ben)
			for _, l := range ways {
				l.ends(c.reason)
			}
			pushlet.next("abort")
			pushlet.ends()
			said := ana.says(ana.room("general").ID, "without him")
			if got := bystander.news(topic, "message"); got.Message == nil || got.Message.Body != said.Body {
				t.Errorf("others hear %+v", got)
			}
		})
	}
}
