package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// step is one request that a client has to make, and what it is told.
type step struct {
	asks   string        // the end of the address
	after  time.Duration // since the step before, at least: longer than a random wait can be
	answer func(w http.ResponseWriter)
}

// script is a server that expects its steps in order, and nothing else.
type script struct {
	t     *testing.T
	steps []step

	mu   sync.Mutex
	next int
	last time.Time
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.RequestURI()
	s.mu.Lock()
	i, waited := s.next, time.Since(s.last)
	s.next, s.last = i+1, time.Now()
	s.mu.Unlock()
	if i >= len(s.steps) || strings.HasPrefix(asked, "//") || !strings.HasSuffix(asked, s.steps[i].asks) || i > 0 && waited < s.steps[i].after {
		s.t.Errorf("request %d is %s after %v, want one of %+v", i, asked, waited, s.steps)
		http.Error(w, "not in the script", http.StatusTeapot)
		return
	}
	if token := r.Header.Get("Authorization"); token != "Bearer secret" {
		s.t.Errorf("the token is %q", token)
	}
	s.steps[i].answer(w)
}

func messageOf(number int, body string) string {
	return fmt.Sprintf(`{"id":9%[1]d,"room_id":3,"number":%[1]d,"seq":8%[1]d,"author":{"id":5,"username":"bo","display_name":"Bo"},`+
		`"client_id":"0b9f1c5e-7a55-4a86-9a0b-3f1d2c4b5a69","body":"%s","created_at":"2026-01-02T03:04:05.678Z"}`, number, body)
}

// pages answers with messages, which may be read up to a position.
func pages(epoch, seq int, more bool, messages ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		fmt.Fprintf(w, `{"messages":[%s],"position":{"epoch":%d,"seq":%d},"more":%t}`+"\n", strings.Join(messages, ","), epoch, seq, more)
	}
}

// polled is the answer to a poll, with events.
func polled(next int, events ...string) string {
	ack := `{"event":"listen-ack","n":0,"node":"a","time":1,"heartbeat":15000,"lease":0,"hold":30000,"mode":"pull","transport":"long-poll","denied":[]}`
	return fmt.Sprintf(`{"events":[%s],"next":%d}`, strings.Join(append([]string{ack}, events...), ","), next)
}

// polls answers with events.
func polls(events ...string) func(http.ResponseWriter) { return pollsAgain(0, events...) }

// pollsAgain answers with events, and tells after how many milliseconds the
// next poll is welcome.
func pollsAgain(next int, events ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { fmt.Fprint(w, polled(next, events...)) }
}

// answers with a text.
func answers(text string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { fmt.Fprint(w, text) }
}

// cuts answers like another, and cuts the connection before a text of it.
func cuts(answer, before string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		half, _, _ := strings.Cut(answer, before)
		fmt.Fprint(w, half)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// ends answers as cuts does, but like a hop that speaks HTTP/1.0: nothing tells
// how much was to come.
func ends(answer, before string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		half, _, _ := strings.Cut(answer, before)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"+half)
	}
}

func numbered(event string, epoch, seq int, payload string) string {
	if payload != "" {
		payload = `,"payload":` + payload
	}
	return fmt.Sprintf(`{"event":"%s","topic":"room:3","epoch":%d,"seq":%d%s}`, event, epoch, seq, payload)
}

func said(epoch, seq, number int, body string) string {
	return numbered("data", epoch, seq, `{"kind":"message","message":`+messageOf(number, body)+`}`)
}

// story is what a server may do to a client, which ends with the last step, and
// what the client has to print.
type story struct {
	steps []step
	want  string
}

func exampleStories() map[string]story {
	joined := `{"kind":"join","user":{"id":7,"username":"cy","display_name":"Cy","role":"member"},"at":1795350532635}`
	whole := polled(0, said(7, 3, 1, "whole"), said(7, 4, 2, "half"))
	abort := `{"event":"abort","reason":"revoked","text":"This connection has ended. Please sign in again."}`
	return map[string]story{
		"drops what it has, shows what is next, asks for what is missing": {[]step{
			{asks: "/rooms/3/messages?threads=true&after=0", answer: pages(7, 2, false, messageOf(1, "loaded"))},
			{asks: "?mode=pull&have=room:3@7.2", answer: polls(
				said(7, 2, 1, "again"), said(6, 3, 2, "of another epoch"), said(7, 3, 2, "next"), `{"event":"heartbeat","time":1}`,
				numbered("skip", 7, 4, ""), said(7, 3, 2, "again"), numbered("data", 7, 5, joined), `{"event":"new","number":9,"body":"?"}`, said(7, 7, 4, "too early"))},
			{asks: "@7.5", answer: polls(said(7, 6, 3, "missed"), said(7, 7, 4, "in its turn"), abort)},
		}, "1 bo: loaded\n2 bo: next\n3 bo: missed\n4 bo: in its turn\n"},

		"counts only complete answers and comes back when it is told": {[]step{
			{asks: "/rooms/3/messages?threads=true&after=0", answer: pages(7, 2, false)},
			{asks: "@7.2", answer: pollsAgain(700, `{"event":"refresh","in":700,"why":"drain"}`)},
			{asks: "@7.2", after: 700 * time.Millisecond, answer: func(w http.ResponseWriter) {
				w.Header().Set("Retry-After", "1")
				http.Error(w, `{"detail":"The server is busy right now."}`, http.StatusServiceUnavailable)
			}},
			{asks: "@7.2", after: time.Second, answer: cuts(whole, "half")},
			{asks: "@7.2", answer: polls(said(7, 3, 1, "whole"))},
			{asks: "@7.3", answer: cuts(polled(0, said(7, 4, 2, `}}}],\"next\":0} half`)), " half")},
			{asks: "@7.3", answer: func(w http.ResponseWriter) {
				w.Header().Set("Retry-After", "1")
				http.Error(w, `{"detail":"Too many sessions."}`, http.StatusTooManyRequests)
			}},
			{asks: "@7.3", after: time.Second, answer: polls(abort)},
		}, "1 bo: whole\n"},

		"takes no half answer for a whole one, though nothing tells its length": {[]step{
			{asks: "/rooms/3/messages?threads=true&after=0", answer: ends(`{"messages":[`+messageOf(1, "loaded")+`],"position":{"epoch":7,"seq":22},"more":false}`, `2},"more`)},
			{asks: "/rooms/3/messages?threads=true&after=0", answer: pages(7, 2, false, messageOf(1, "loaded"))},
			{asks: "@7.2", answer: ends(polled(0, said(7, 3, 2, "whole"), said(7, 4, 3, "half")), "half")},
			{asks: "@7.2", answer: ends(whole, `{"event"`)},
			{asks: "@7.2", answer: ends(polled(0, said(7, 3, 2, "whole"), said(7, 4, 3, "half")), "}")},
			{asks: "@7.2", answer: polls(said(7, 3, 2, "whole"))},
			{asks: "@7.3", answer: ends(polled(0, said(7, 4, 3, `],\"next\":0}half`)), "half")},
			{asks: "@7.3", answer: polls(said(7, 4, 3, "half"), abort)},
		}, "1 bo: loaded\n2 bo: whole\n3 bo: half\n"},

		"comes back after answers that are another's": {[]step{
			{asks: "/rooms/3/messages?threads=true&after=0", answer: answers(`<!doctype html><title>Sign in to this network</title>`)},
			{asks: "/rooms/3/messages?threads=true&after=0", answer: answers(`{}`)},
			{asks: "/rooms/3/messages?threads=true&after=0", answer: pages(7, 2, false, messageOf(1, "loaded"))},
			{asks: "@7.2", answer: answers(`<!doctype html><title>Sign in to this network</title>`)},
			{asks: "@7.2", answer: answers(`{}`)},
			{asks: "@7.2", answer: polls(said(7, 3, 2, "next"), abort)},
		}, "1 bo: loaded\n2 bo: next\n"},

		"loads all of a room that was empty": {[]step{
			{asks: "/rooms/3/messages?threads=true&after=0", answer: pages(7, 2, false)},
			{asks: "@7.2", answer: polls(numbered("gap", 7, 1900, ""))},
			{asks: "/rooms/3/messages?threads=true&before=2", answer: pages(7, 1900, false, messageOf(1, "one"))},
			{asks: "/rooms/3/messages?threads=true&after=1", answer: pages(7, 1900, true, messageOf(2, "two"))},
			{asks: "/rooms/3/messages?threads=true&after=2", answer: pages(7, 1901, false, messageOf(3, "three"))},
			{asks: "@7.1901", answer: polls(abort)},
		}, "1 bo: one\n2 bo: two\n3 bo: three\n"},
		"goes on in a room that is empty still": {[]step{
			{asks: "/rooms/3/messages?threads=true&after=0", answer: pages(7, 2, false)},
			{asks: "@7.2", answer: polls(numbered("gap", 7, 1900, ""))},
			{asks: "/rooms/3/messages?threads=true&before=2", answer: pages(7, 1900, false)},
			{asks: "@7.1900", answer: polls(said(7, 1901, 1, "first"), abort)},
		}, "1 bo: first\n"},
		"begins with the newest of many": {[]step{
			{asks: "/rooms/3/messages?threads=true&after=0", answer: pages(7, 90, true, messageOf(77, "newest"))},
			{asks: "@7.90", answer: polls(abort)},
		}, "77 bo: newest\n"},

		"loads the room after a gap": {[]step{
			{asks: "/rooms/3/messages?threads=true&after=0", answer: pages(7, 2, false, messageOf(4, "loaded"))},
			{asks: "@7.2", answer: polls(numbered("gap", 7, 900, ""), said(7, 901, 7, "after the gap"))},
			{asks: "/rooms/3/messages?threads=true&after=4", answer: pages(7, 899, true, messageOf(5, "five"), messageOf(6, "six"))},
			{asks: "/rooms/3/messages?threads=true&after=6", answer: pages(7, 901, false, messageOf(7, "seven"))},
			{asks: "@7.901", answer: polls(said(7, 902, 8, "eight"), numbered("gap", 9, 3, ""))},
			{asks: "/rooms/3/messages?threads=true&after=0", answer: pages(9, 3, false, messageOf(1, "loaded"), messageOf(2, "restored"))},
			{asks: "@9.3", answer: polls(abort)},
		}, "4 bo: loaded\n5 bo: five\n6 bo: six\n7 bo: seven\n8 bo: eight\n1 bo: loaded\n2 bo: restored\n"},

		"ends when it is not signed in": {[]step{
			{answer: func(w http.ResponseWriter) { http.Error(w, `{}`, http.StatusUnauthorized) }},
		}, ""},
		"ends when it may not follow the room": {[]step{
			{answer: pages(7, 2, false)},
			{answer: func(w http.ResponseWriter) {
				fmt.Fprint(w, `{"events":[{"event":"listen-ack","n":0,"denied":["room:3"]}],"next":0}`)
			}},
		}, ""},
		"ends when it was removed from the room": {[]step{
			{answer: pages(7, 2, false)},
			{answer: polls(`{"event":"unsubscribe-ack","topics":["room:3"],"why":"removed"}`)},
		}, ""},
	}
}

func TestTheExampleClientsKeepTheRules(t *testing.T) {
	t.Parallel()
	for name, command := range compiledClients(t) {
		for what, story := range exampleStories() {
			t.Run(name+" "+what, func(t *testing.T) {
				t.Parallel()
				s := &script{t: t, steps: story.steps}
				server := httptest.NewServer(s)
				defer server.Close()
				f := follows(t, command, "secret", server.URL+"/", "3")
				f.givesUp(t)
				if got := f.said.String(); got != story.want {
					t.Errorf("it prints %q, want %q", got, story.want)
				}
				if s.next != len(story.steps) {
					t.Errorf("it made %d requests, want %d", s.next, len(story.steps))
				}
			})
		}
	}
}

func TestTheExampleClientsTellHowToRunThem(t *testing.T) {
	t.Parallel()
	for name, command := range compiledClients(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := follows(t, command, "secret")
			f.givesUp(t)
			if said := f.noted.String(); !strings.HasPrefix(said, "Usage: ") || strings.Count(said, "\n") != 1 {
				t.Errorf("it says %q, want one line of usage", said)
			}
		})
	}
}
