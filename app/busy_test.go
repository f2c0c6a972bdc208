package app

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"chatd/comet"
	"chatd/store"
	"chatd/store/storetest"
)

// On both nodes every connection for data is taken by requests that wait for a
// lock, and each stream waits for a page from the database.
func TestLogOutEndsStreamsThatWaitForTheDatabaseOnEveryNode(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	nodes := [2]*world{}
	for i := range nodes {
		nodes[i] = newWorldAt(t, store.Config{URL: url, MainConns: 3})
	}
	ana := nodes[0].owner()
	room := ana.room("general")
	var streams [2][]*listener
	for i, w := range nodes {
		for _, transport := range []string{"ndjson", "iframe"} {
			tab := w.withToken(ana.sessionCookie().Value)
			tab.me = ana.me
			streams[i] = append(streams[i], tab.streams(transport))
		}
	}

	release := storetest.Lock(t, url, "workspace")
	var stuck sync.WaitGroup
	for _, w := range nodes {
		for range 6 {
			visitor := w.visitor()
			stuck.Go(func() { visitor.do("GET", "/api/v1/workspace", nil) })
		}
		w.eventually("no connection for data is left", func() bool {
			stats := w.store.Stats()
			return stats.Used == stats.Max
		})
		reads := w.app.hub.Stats().Reads
		w.app.hub.Announce(roomTopic(room.ID), comet.Position{Epoch: room.Position.Epoch, Seq: room.Position.Seq + 1})
		w.eventually("a page is asked for", func() bool { return w.app.hub.Stats().Reads > reads })
	}

	began := time.Now()
	ana.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	for i, within := range []time.Duration{time.Second, 3 * time.Second} {
		for _, l := range streams[i] {
			l.ends("signed-out")
		}
		if took := time.Since(began); took > within {
			t.Errorf("the streams at node %d ended after %v", i+1, took)
		}
		t.Logf("the streams at node %d ended after %v", i+1, time.Since(began).Round(time.Millisecond))
	}
	release()
	stuck.Wait()
}
