package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// onlooker is user 1, with 2 and 3 in a small room, 4 on the screen and the
// large room 9.
func onlooker() *listener {
	c := &crowd{world: &world{}, tally: newTally()}
	return &listener{crowd: c, person: person{id: 1}, sight: &sight{
		self: 1, hall: 9, circle: map[int64]*mate{2: {}, 3: {}}, people: map[int64]struct{}{4: {}},
	}}
}

func told(snapshot bool, rest string) string {
	return fmt.Sprintf(`{"event":"presence","revision":"1.2~a~b","snapshot":%t,%s}`, snapshot, rest)
}

var (
	first  = told(true, `"states":{"1":"online","2":"online"},"notices":[],"here":{"9":2}`)
	comes  = told(false, `"states":{"3":"online"},"notices":[{"user":"3","notice":"signed-in","time":5}],"here":{"9":3}`)
	leaves = told(false, `"states":{"2":"offline"},"notices":[{"user":"2","notice":"signed-out","time":6}],"here":{"9":2}`)
)

// afterwards is the truth when 3 has come and 2 has left.
func afterwards() truth {
	return truth{states: map[int64]string{1: "online", 3: "online"}, left: map[int64]string{2: signedOut}}
}

func TestAnOnlookerNoticesEverythingThatIsNotTold(t *testing.T) {
	for name, tt := range map[string]struct {
		events []string
		want   string // a part of the violation; empty: none
	}{
		"all of it":                {[]string{first, comes, leaves}, ""},
		"in one event":             {[]string{first, told(false, `"states":{"2":"offline","3":"online"},"notices":[{"user":"3","notice":"signed-in"},{"user":"2","notice":"signed-out"}]`)}, ""},
		"a change without notice":  {[]string{first, told(false, `"states":{"3":"away"},"notices":[{"user":"3","notice":"signed-in"}]`), told(false, `"states":{"3":"online"}`), leaves}, ""},
		"nothing":                  {nil, "told everything 0 times"},
		"everything again":         {[]string{first, comes, leaves, told(true, `"states":{"1":"online","3":"online"},"here":{"9":2}`)}, "told everything 2 times"},
		"one state too few":        {[]string{first, leaves}, `believes user 3 to be ""`},
		"one state too many":       {[]string{first, comes, strings.Replace(leaves, `"2":"offline"`, "", 1)}, "believes user 2 to be online"},
		"another state":            {[]string{first, strings.Replace(comes, "online", "away", 1), leaves}, `believes user 3 to be "away"`},
		"a state on the screen":    {[]string{first, comes, leaves, told(false, `"states":{"4":"online"}`)}, "believes user 4 to be online"},
		"another count":            {[]string{first, leaves, comes}, "believes 3 to be here, not 2"},
		"of a room elsewhere":      {[]string{first, told(false, `"here":{"8":2}`)}, "room 8, which is not on the screen"},
		"a notice twice":           {[]string{first, comes, comes, leaves}, "who was so before"},
		"a state without notice":   {[]string{first, told(false, `"states":{"3":"online"}`)}, "user 3 is online, without a notice"},
		"a notice of somebody far": {[]string{first, told(false, `"notices":[{"user":"4","notice":"signed-in"}]`)}, "who is not of their circle"},
		"a notice of oneself":      {[]string{first, told(false, `"notices":[{"user":"1","notice":"signed-in"}]`)}, "who is not of their circle"},
		"another notice":           {[]string{first, comes, strings.Replace(leaves, "signed-out", "went-offline", 1)}, `the last one "went-offline"`},
		"a notice too many": {
			[]string{first, comes, strings.Replace(leaves, `"2"`, `"3"`, 2), comes, leaves}, "has 3 notices about user 3",
		},
		"an unknown notice": {[]string{first, strings.Replace(comes, "signed-in", "arrived", 1)}, "does nothing of this kind"},
		"no JSON":           {[]string{told(true, `"states":`)}, "the presence"},
	} {
		t.Run(name, func(t *testing.T) {
			l := onlooker()
			for _, raw := range tt.events {
				if err := l.take([]byte(raw), time.Now()); err != nil {
					break
				}
			}
			l.sight.check(afterwards(), l.crowd.tally.violate)
			wantViolation(t, l.crowd.tally, tt.want)
			if agrees := l.sight.agrees(afterwards()); tt.want == "" && !agrees {
				t.Error("it does not agree with the truth")
			}
		})
	}
}

func TestTheMostEventsInASecondAreCounted(t *testing.T) {
	s := &sight{}
	begun := time.Now()
	for i, at := range []int{0, 250, 500, 750, 1000, 3000, 3001, 3002, 3003, 3004, 9000} {
		s.count(begun.Add(time.Duration(at) * time.Millisecond))
		if want := []int{1, 2, 3, 4, 4, 4, 4, 4, 4, 5, 5}[i]; s.most != want {
			t.Errorf("after %d ms there were %d in a second, want %d", at, s.most, want)
		}
	}
}

func TestALogOutEndsAListener(t *testing.T) {
	l := onlooker()
	l.leaving.Store(true)
	if err := l.take([]byte(`{"event":"abort","reason":"signed-out"}`), time.Now()); err == nil {
		t.Error("it listens on")
	}
	if !l.told.Load() || !l.left() {
		t.Error("it does not know that it is signed out")
	}
	wantViolation(t, l.crowd.tally, "")
}
