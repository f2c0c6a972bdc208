package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// step is one request that a client has to make, and what it is told.
type step struct {
	asks   string        // the end of the address, or of the body
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
	body, _ := io.ReadAll(r.Body)
	asked := r.URL.RequestURI() + string(body)
	s.mu.Lock()
	i, waited := s.next, time.Since(s.last)
	s.next, s.last = i+1, time.Now()
	s.mu.Unlock()
	if i >= len(s.steps) || !strings.HasSuffix(asked, s.steps[i].asks) || i > 0 && waited < s.steps[i].after {
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

// streams answers with lines, and ends the answer well.
func streams(lines ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		ack := `{"event":"listen-ack","n":0,"node":"a","time":1,"heartbeat":15000,"lease":0,"hold":30000,"mode":"stream","transport":"ndjson","denied":[]}`
		fmt.Fprint(w, strings.Join(append([]string{ack}, lines...), "\n")+"\n")
	}
}

// cuts answers like streams, and cuts the connection within another line.
func cuts(half string, lines ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		streams(lines...)(w)
		fmt.Fprint(w, half)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
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
	abort := `{"event":"abort","reason":"revoked","text":"This connection has ended. Please sign in again."}`
	return map[string]story{
		"drops what it has, shows what is next, asks for what is missing": {[]step{
			{asks: "/rooms/3/messages?after=0", answer: pages(7, 2, false, messageOf(1, "loaded"))},
			{asks: `{"room:3":[7,2]}}`, answer: streams(
				said(7, 2, 1, "again"), said(6, 3, 2, "of another epoch"), said(7, 3, 2, "next"), `{"event":"heartbeat","time":1}`,
				numbered("skip", 7, 4, ""), said(7, 3, 2, "again"), numbered("data", 7, 5, joined), `{"event":"new","number":9,"body":"?"}`, "", said(7, 7, 4, "too early"))},
			{asks: `{"room:3":[7,5]}}`, answer: streams(said(7, 6, 3, "missed"), said(7, 7, 4, "in its turn"), abort)},
		}, "1 bo: loaded\n2 bo: next\n3 bo: missed\n4 bo: in its turn\n"},

		"counts only complete lines and comes back when it is told": {[]step{
			{asks: "/rooms/3/messages?after=0", answer: pages(7, 2, false)},
			{asks: `{"room:3":[7,2]}}`, answer: streams(`{"event":"refresh","in":700,"why":"drain"}`, said(7, 3, 1, "after the end"))},
			{asks: `{"room:3":[7,2]}}`, after: 700 * time.Millisecond, answer: func(w http.ResponseWriter) {
				w.Header().Set("Retry-After", "1")
				http.Error(w, `{"detail":"The server is busy right now."}`, http.StatusServiceUnavailable)
			}},
			{asks: `{"room:3":[7,2]}}`, after: time.Second, answer: cuts(said(7, 4, 2, "half")[:250], said(7, 3, 1, "whole"))},
			{asks: `{"room:3":[7,3]}}`, answer: streams(abort)},
		}, "1 bo: whole\n"},

		"loads the room after a gap": {[]step{
			{asks: "/rooms/3/messages?after=0", answer: pages(7, 2, false, messageOf(4, "loaded"))},
			{asks: `{"room:3":[7,2]}}`, answer: streams(numbered("gap", 7, 900, ""))},
			{asks: "/rooms/3/messages?after=4", answer: pages(7, 899, true, messageOf(5, "five"), messageOf(6, "six"))},
			{asks: "/rooms/3/messages?after=6", answer: pages(7, 901, false, messageOf(7, "seven"))},
			{asks: `{"room:3":[7,901]}}`, answer: streams(said(7, 902, 8, "eight"), numbered("gap", 9, 3, ""))},
			{asks: "/rooms/3/messages?after=0", answer: pages(9, 3, false, messageOf(1, "loaded"), messageOf(2, "restored"))},
			{asks: `{"room:3":[9,3]}}`, answer: streams(abort)},
		}, "4 bo: loaded\n5 bo: five\n6 bo: six\n7 bo: seven\n8 bo: eight\n1 bo: loaded\n2 bo: restored\n"},

		"ends when it is not signed in": {[]step{
			{answer: func(w http.ResponseWriter) { http.Error(w, `{}`, http.StatusUnauthorized) }},
		}, ""},
		"ends when it may not follow the room": {[]step{
			{answer: pages(7, 2, false)},
			{answer: func(w http.ResponseWriter) { fmt.Fprintln(w, `{"event":"listen-ack","n":0,"denied":["room:3"]}`) }},
		}, ""},
		"ends when it was removed from the room": {[]step{
			{answer: pages(7, 2, false)},
			{answer: streams(`{"event":"unsubscribe-ack","topics":["room:3"],"why":"removed"}`)},
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
				f := follows(t, command, server.URL, "3", "secret")
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
