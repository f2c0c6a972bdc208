package comet

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// sizes are how many bytes the numbered events of an answer have.
func sizes(t *testing.T, body io.Reader) (bytes []int, at cursors) {
	t.Helper()
	var answer struct{ Events []json.RawMessage }
	if err := json.NewDecoder(body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	at = make(cursors)
	for _, raw := range answer.Events {
		var e struct {
			Event, Topic string
			Epoch, Seq   int64
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		if e.Event != "data" {
			continue
		}
		if last, ok := at[e.Topic]; ok && e.Seq != last.Seq+1 {
			t.Errorf("%s %d after %d", e.Topic, e.Seq, last.Seq)
		}
		bytes, at[e.Topic] = append(bytes, len(raw)), Position{e.Epoch, e.Seq}
	}
	return bytes, at
}

// limited polls once with a limit.
func (u user) limited(mode string, limit int64, at cursors) (bytes []int, reached cursors) {
	u.t.Helper()
	r, err := u.post(u.t.Context(), "/comet/data", typeJSON, body(dataRequest{Mode: mode, Have: at, Limit: &limit}))
	if err != nil {
		u.t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		u.t.Fatal(r.Status)
	}
	return sizes(u.t, r.Body)
}

func sum(bytes []int) (n int) {
	for _, b := range bytes {
		n += b
	}
	return n
}

// storeSized stores an event with a text of so many bytes.
func (l *memoryLog) storeSized(topic string, bytes int) (int64, Event) {
	epoch, e := l.store(topic)
	e.Payload = fmt.Appendf(nil, "%q", strings.Repeat("x", bytes))
	l.edit(topic, func(t *memoryTopic) { t.events[e.Seq-1] = e })
	return epoch, e
}

func TestAnAnswerIsNotGreaterThanItsClientWishes(t *testing.T) {
	const limit = 2048
	lengths := []int{10, 1900, 5000, 10, 10, 3000, 1000, 900, 700, 10, 2048, 10}
	for _, mode := range []string{modePoll, modePull} {
		for _, source := range []string{"the log", "the ring"} {
			t.Run(mode+" from "+source, func(t *testing.T) {
				inBubble(t, func(t *testing.T) {
					w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
					u := w.user("ann")
					if source == "the ring" {
						w.user("ben").stream(dataRequest{Have: cursors{"room:1": {100, 0}, "room:2": {101, 0}}}).want("listen-ack")
					}
					for _, topic := range []string{"room:1", "room:2"} {
						for _, length := range lengths {
							epoch, e := w.log.storeSized(topic, length)
							if source == "the ring" {
								w.hub.Publish(topic, epoch, e)
							}
						}
					}
					at, events := cursors{"room:1": {100, 0}, "room:2": {101, 0}}, 0
					for events < 2*len(lengths) {
						bytes, reached := u.limited(mode, limit, at)
						if len(bytes) == 0 {
							t.Fatalf("nothing after %v", at)
						}
						if len(bytes) > 1 && sum(bytes) > limit {
							t.Errorf("events of %v bytes in one answer", bytes)
						}
						for topic, position := range reached {
							at[topic] = position
						}
						events += len(bytes)
					}
					if at["room:1"].Seq != 12 || at["room:2"].Seq != 12 || events != 2*len(lengths) {
						t.Errorf("%d events, up to %v", events, at)
					}
				})
			})
		}
	}
}

func TestOneEventAlwaysGoesOutWhateverElseThereIsToTell(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		for range 3 {
			w.log.store("room:1")
		}
		everything, least := "", int64(1)
		for seq := range int64(3) {
			got := w.user("ann").answer(dataRequest{Have: have("room:1", 100, seq), Presence: &everything, Limit: &least})
			if want := fmt.Sprint("listen-ack, presence r0, data room:1 ", seq+1); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	})
}

func TestAClientGetsNoMoreThanTheHubGives(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.Limits.AnswerBytes = 1000 })
		for range 20 {
			w.log.store("room:1")
		}
		bytes, _ := w.user("ann").limited(modePoll, maxInteger, have("room:1", 100, 0))
		if n := sum(bytes); n > 1000 || n < 800 {
			t.Errorf("events of %d bytes", n)
		}
	})
}

func TestAReaderSaysItsLimitInTheAddress(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		for range 20 {
			w.log.store("room:1")
		}
		_, events := w.user("ann").read("mode=pull&limit=1&have=room:1@100.3")
		if briefs(events) != "listen-ack, data room:1 4" {
			t.Error(briefs(events))
		}
	})
}

func TestABadLimitIsRefusedWithASentence(t *testing.T) {
	const bounds = `"limit" must be a whole number of bytes from 1 to 9007199254740991.`
	for value, want := range map[string]string{
		"1": "", "2048": "", "9007199254740991": "", "null": "", "1e3": "wrong type",
		"0": bounds, "-1": bounds, "9007199254740992": bounds,
		"1.5": "wrong type", `"2048"`: "wrong type", "1e99": "wrong type", "[1]": "wrong type", "99999999999999999999": "wrong type",
	} {
		q, p := parseData([]byte(`{"event":"listen","mode":"poll","limit":`+value+`}`), typeJSON, testLimits())
		switch {
		case want != "":
			if p == nil || p.status != http.StatusBadRequest || !strings.Contains(p.detail, want) {
				t.Errorf("%s: %v, want %q", value, p, want)
			}
		case p != nil:
			t.Errorf("%s: %v", value, p)
		case (q.Limit == nil) != (value == "null"):
			t.Errorf("%s is read as %v", value, q.Limit)
		}
	}
}
