package comet

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// everything asks for presence as nobody has told any.
func everything() *string { return new(string) }

// viewing is a view operation of people, after the data request n, or after
// none that it names.
func viewing(n int64, people ...string) string {
	operation := fmt.Sprintf(`{"op":"view","people":[%s]`, `"`+strings.Join(people, `","`)+`"`)
	if n >= 0 {
		operation += fmt.Sprintf(`,"n":%d`, n)
	}
	return operation + "}"
}

func TestPresenceIsAskedForWhatTheClientShows(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		q := dataRequest{ID: "a", N: 1, Presence: everything(), People: []string{"13", "12", "13"}, Room: "7"}
		if got := u.answer(q); got != "listen-ack, presence r0~12.13~7" {
			t.Error(got)
		}
		reader := dataRequest{Presence: everything(), People: []string{"5"}}
		if got := u.answer(reader); got != "listen-ack, presence r0~5~" {
			t.Error("a reader:", got)
		}
		// What a request does not name is not shown any more.
		if got := u.answer(dataRequest{ID: "a", N: 2, Presence: everything()}); got != "listen-ack, presence r0" {
			t.Error(got)
		}
	})
}

func TestAViewOperationHoldsForTheOpenRequestAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		s := u.stream(dataRequest{ID: "a", N: 1, Presence: everything()})
		s.want("listen-ack, presence r0")
		time.Sleep(time.Second)
		got := u.control("a", `{"op":"view","people":["13","12"],"room":"7"}`)
		if briefs(got) != "view-ack" || got[0].word("node") != "test" {
			t.Error(got)
		}
		s.want("presence r0~12.13~7")
		time.Sleep(time.Second)
		u.control("a", `{"op":"view","room":"8"}`)
		s.want("presence r0~~8")
		time.Sleep(time.Second)
		u.control("a", `{"op":"view"}`)
		s.want("presence r0")
		time.Sleep(time.Second)
		known := "r0"
		time.AfterFunc(time.Second, func() { u.control("a", viewing(2, "12")) })
		start := time.Now()
		events, _ := u.poll(dataRequest{ID: "a", N: 2, Mode: modePull, Presence: &known})
		if briefs(events) != "listen-ack, presence r0~12~" || time.Since(start) != time.Second {
			t.Error(briefs(events), time.Since(start))
		}
	})
}

func TestAViewChangesNothingForARequestWithoutPresence(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		s := u.stream(dataRequest{ID: "a", N: 1, People: []string{"12"}})
		s.want("listen-ack")
		if got := briefs(u.control("a", viewing(1, "13"))); got != "view-ack" {
			t.Error(got)
		}
		time.Sleep(time.Second)
		s.want("")
	})
}

func TestAViewOperationThatOvertakesItsDataRequestHolds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		u.control("a", `{"op":"join"}`, viewing(1, "2"))
		request := func(n int64, person string) string {
			return u.answer(dataRequest{ID: "a", N: n, Presence: everything(), People: []string{person}})
		}
		if got := request(1, "1"); got != "listen-ack, presence r0~2~" {
			t.Error("the request that was overtaken:", got)
		}
		if got := request(2, "3"); got != "listen-ack, presence r0~3~" {
			t.Error("the next one:", got)
		}
		u.control("a", viewing(1, "4")) // it was made before the second request
		if got := request(2, "5"); got != "listen-ack, presence r0~5~" {
			t.Error("a repeated one:", got)
		}
		u.control("a", viewing(3, "6"), viewing(2, "7"))
		if got := request(3, "8"); got != "listen-ack, presence r0~6~" {
			t.Error("after two operations in the wrong order:", got)
		}
		u.control("a", viewing(-1, "9")) // names none: what comes next decides
		if got := request(4, "10"); got != "listen-ack, presence r0~10~" {
			t.Error("after an operation that names none:", got)
		}
	})
}

func TestANodeThatDoesNotKnowTheSessionIsToldTheViewByTheNextRequest(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		log := newMemoryLog()
		here, there := newWorld(t, log, nil), newWorld(t, log, func(c *Config) { c.Node = "there" })
		s := here.user("ann").stream(dataRequest{ID: "a", N: 1, Presence: everything()})
		s.want("listen-ack, presence r0")
		if got := briefs(there.user("ann").control("a", viewing(1, "12"))); got != "error unknown-session" {
			t.Error(got)
		}
		q := dataRequest{ID: "a", N: 2, Presence: everything(), People: []string{"12"}}
		if got := there.user("ann").answer(q); got != "listen-ack, presence r0~12~" {
			t.Error(got)
		}
		// It knows the session now, and says that it is not the node of the stream.
		if got := there.user("ann").control("a", viewing(2, "13")); got[0].word("node") != "there" {
			t.Error(got)
		}
		time.Sleep(time.Second)
		s.want("")
	})
}

func TestARequestThatComesLateDoesNotBringAnOlderView(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		ask := func(n int64, person string) *stream {
			s := u.stream(dataRequest{ID: "a", N: n, Presence: everything(), People: []string{person}})
			synctest.Wait()
			time.Sleep(time.Second)
			return s
		}
		ask(1, "1").want("listen-ack, presence r0~1~")
		young := ask(3, "3")
		young.want("listen-ack, presence r0~3~")
		ask(2, "2").want("listen-ack, refresh superseded")
		w.changePresence()
		young.want("presence r1~3~")
		u.control("a", viewing(3, "4"))
		time.Sleep(time.Second)
		young.want("presence r1~4~")
		ask(3, "3") // a proxy repeats it
		if got := u.answer(dataRequest{ID: "a", N: 3, Presence: everything()}); got != "listen-ack, presence r1~4~" {
			t.Error(got)
		}
	})
}

// TestTheNewestViewWinsInWhateverOrderItComes delivers requests and operations
// of a client in random order. Only operations are not sent before the answer to
// the one before has come.
func TestTheNewestViewWinsInWhateverOrderItComes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		for seed := range uint64(300) {
			rng := rand.New(rand.NewPCG(seed, 1))
			u := w.user(fmt.Sprint("user", seed))
			u.control("a", `{"op":"join"}`)
			var requests []dataRequest
			var operations []string
			newest, n := "", int64(0)
			for i := range 8 {
				newest = fmt.Sprint(i)
				if rng.IntN(2) == 0 {
					n++
					requests = append(requests, dataRequest{ID: "a", N: n, People: []string{newest}})
				} else {
					operations = append(operations, viewing(n, newest))
				}
			}
			rng.Shuffle(len(requests), func(i, j int) { requests[i], requests[j] = requests[j], requests[i] })
			for len(requests)+len(operations) > 0 {
				if rng.IntN(len(requests)+len(operations)) < len(requests) {
					u.answer(requests[0])
					requests = requests[1:]
				} else {
					u.control("a", operations[0])
					operations = operations[1:]
				}
			}
			s := w.hub.registry.find(sessionKey{Principal{User: u.name, Login: u.name + "'s login"}, "a"})
			if view, _ := s.presenceView(); !slices.Equal(view.People, []string{newest}) || view.User != u.name {
				t.Errorf("schedule %d ends with %v, want %s", seed, view, newest)
			}
		}
	})
}

func TestPresenceComesFourTimesASecondHoweverFastTheViewChanges(t *testing.T) {
	for _, pace := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 70 * time.Millisecond, 249 * time.Millisecond} {
		t.Run(pace.String(), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, newMemoryLog(), nil)
				u := w.user("ann")
				s := u.stream(dataRequest{ID: "a", N: 1, Presence: everything()})
				s.want("listen-ack, presence r0")
				start := time.Now()
				for i := range 100 {
					time.Sleep(pace)
					u.control("a", viewing(1, fmt.Sprint(i)))
					if i%3 == 0 {
						w.changePresence()
					}
				}
				took := until(t, time.Second, func() bool { return s.last() == "presence r34~99~" })
				between(t, "the last view was told", took, 0, 360*time.Millisecond)
				if got, most := len(s.next()), int(time.Since(start)/(250*time.Millisecond)); got > most || got < most/2 {
					t.Errorf("%d presence events in %v", got, time.Since(start))
				}
				time.Sleep(time.Second)
				s.want("")
			})
		})
	}
}

// TestANewStreamDoesNotMakePresenceFaster changes the view by new streams, each
// of which takes over from the one before.
func TestANewStreamDoesNotMakePresenceFaster(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		var streams []*stream
		start := time.Now()
		for i := range 100 {
			streams = append(streams, u.stream(dataRequest{
				ID: "a", N: int64(i), Presence: everything(), People: []string{fmt.Sprint(i)},
			}))
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(300 * time.Millisecond)
		told := 0
		for _, s := range streams {
			told += strings.Count(briefs(s.next()), "presence")
		}
		if most := int(time.Since(start)/(250*time.Millisecond)) + 1; told > most || told < most/2 {
			t.Errorf("%d presence events in %v", told, time.Since(start))
		}
		if got := streams[99].last(); got != "presence r0~99~" {
			t.Error(got)
		}
	})
}

func TestAViewThatChangesWhilePresenceIsAskedIsAskedForNext(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		s := u.stream(dataRequest{ID: "a", N: 1, Presence: everything()})
		s.want("listen-ack, presence r0")
		time.Sleep(time.Second)
		changes := 0
		w.presence.mu.Lock()
		w.presence.asked = func(View) {
			if changes++; changes <= 3 {
				u.control("a", viewing(1, fmt.Sprint(changes)))
			}
		}
		w.presence.mu.Unlock()
		w.changePresence()
		time.Sleep(1100 * time.Millisecond)
		s.want("presence r1, presence r1~1~, presence r1~2~, presence r1~3~")
	})
}

func TestWhatAClientMaySayOfItself(t *testing.T) {
	limits := testLimits()
	limits.People = 3
	for fields, want := range map[string]string{
		`"id":"x"`:                                `[] "" false 0`,
		`"id":"x","people":null,"room":""`:        `[] "" false 0`,
		`"id":"x","people":["b","a","b"]`:         `[a b] "" false 0`,
		`"people":["12"],"room":"7"`:              `[12] "7" false 0`,
		`"id":"x","idle":true,"round_trip":60000`: `[] "" true 60000`,
		`"id":"x","idle":false,"round_trip":0`:    `[] "" false 0`,
	} {
		q, p := parseData([]byte(`{"event":"listen","mode":"poll",`+fields+`}`), typeJSON, limits)
		if got := fmt.Sprintf("%v %q %t %d", q.People, q.Room, q.Idle, q.RoundTrip); p != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", fields, got, p, want)
		}
	}
	for fields, want := range map[string]string{
		`"id":"x","people":["1","2","3","4"]`:                   `The field "people" may list at most 3 people.`,
		`"id":"x","people":["1","1","1","1"]`:                   `The field "people" may list at most 3 people.`,
		`"id":"x","people":["a b"]`:                             `The field "people" must list words of 1 to 64 letters, digits, - or _.`,
		`"id":"x","people":[""]`:                                `The field "people" must list words`,
		`"id":"x","people":["` + strings.Repeat("1", 65) + `"]`: `The field "people" must list words`,
		`"id":"x","people":[12]`:                                `The field "people" has the wrong type.`,
		`"id":"x","people":"12"`:                                `The field "people" has the wrong type.`,
		`"id":"x","room":"room:7"`:                              `The field "room" must be 1 to 64 letters, digits, - or _.`,
		`"id":"x","room":7`:                                     `The field "room" has the wrong type.`,
		`"id":"x","idle":"yes"`:                                 `The field "idle" has the wrong type.`,
		`"id":"x","round_trip":-1`:                              `The field "round_trip" must be a whole number of milliseconds from 0 to 60000.`,
		`"id":"x","round_trip":60001`:                           `The field "round_trip" must be a whole number of milliseconds from 0 to 60000.`,
		`"id":"x","round_trip":1.5`:                             `The field "round_trip" has the wrong type.`,
		`"idle":true`:                                           `The fields "idle" and "round_trip" need the field "id".`,
		`"round_trip":12`:                                       `The fields "idle" and "round_trip" need the field "id".`,
	} {
		_, p := parseData([]byte(`{"event":"listen","mode":"poll",`+fields+`}`), typeJSON, limits)
		if p == nil || p.status != http.StatusBadRequest || !strings.Contains(p.detail, want) {
			t.Errorf("%s: %v, want %q", fields, p, want)
		}
	}
	for _, name := range []string{"people", "room", "idle", "round_trip"} {
		if _, p := parseQuery("presence=&"+name+"=1", nil, limits); p == nil || p.status != http.StatusBadRequest {
			t.Errorf("the address may say %s", name)
		}
	}
}

func TestWhatAnOperationMaySay(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.Activity = func(SessionInfo, Activity) {} })
		u := w.user("ann")
		u.control("a", `{"op":"join"}`)
		many := slices.Repeat([]string{"1"}, 201)
		for operation, want := range map[string]string{
			`{"op":"view"}`:                                         "view-ack",
			viewing(maxInteger, many[:200]...):                      "view-ack",
			viewing(1, many...):                                     `The field "people" may list at most 200 people.`,
			viewing(1, "<"):                                         `The field "people" must list words of 1 to 64 letters, digits, - or _.`,
			`{"op":"view","room":"a b"}`:                            `The field "room" must be 1 to 64 letters, digits, - or _.`,
			`{"op":"view","n":-1}`:                                  `The field "n" must be a whole number from 0 to 9007199254740991.`,
			`{"op":"view","n":9007199254740992}`:                    `The field "n" must be a whole number from 0 to 9007199254740991.`,
			`{"op":"activity","state":"idle","n":-1}`:               `The field "n" must be a whole number from 0 to 9007199254740991.`,
			`{"op":"activity","state":"idle","round_trip":-1}`:      `The field "round_trip" must be a whole number of milliseconds from 0 to 60000.`,
			`{"op":"activity","state":"active","round_trip":60001}`: `The field "round_trip" must be a whole number of milliseconds from 0 to 60000.`,
			`{"op":"activity","state":"active","round_trip":60000}`: "activity-ack",
		} {
			got := u.control("a", operation)[0]
			if said := strings.TrimPrefix(got.kind(), "error") + got.word("text"); said != want || got.kind() == "error" && got.word("code") != "malformed" {
				t.Errorf("%.80s: %v, want %q", operation, got, want)
			}
		}
		if got := slices.Sorted(maps.Keys(u.control("a", `{"op":"view"}`)[0])); !slices.Equal(got, []string{"event", "node"}) {
			t.Error(got)
		}
	})
}
