package app

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"chatd/comet"
)

func TestWhilePeopleAreSentAwaySendsControlAndLogOutAreAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) {
		c.Times = comet.Times{DrainMin: time.Hour, DrainMax: time.Hour} // the streams that are open stay for now
	})
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general")
	l := ana.streams("ndjson")
	his := ben.listener()

	ctx, stop := context.WithCancel(t.Context())
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		w.app.Stopping()
		w.app.Drain(ctx)
	}()
	w.eventually("who comes now is sent away", func() bool {
		return slices.ContainsFunc(his.polls(), func(e event) bool { return e.Event == "refresh" && e.Why == "drain" })
	})

	if got := l.control(map[string]any{"op": "ping"}, map[string]any{"op": "ack"}); got[0].Event != "ping-ack" || got[1].Event != "ack-ack" {
		t.Errorf("control is answered %+v", got)
	}
	ben.says(room.ID, "still here")
	l.news(roomTopic(room.ID), "message")
	ana.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	l.ends("signed-out")
	if ana.state().SignedIn {
		t.Error("she is still signed in")
	}
	stop()
	<-drained
}
