package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
)

func TestAnEventIsReadAsJSONIs(t *testing.T) {
	for _, raw := range []string{
		fourth,
		`{"event":"data","topic":"room:7","epoch":5,"seq":4,"payload":null}`,
		`{"event":"data","topic":"room:7","epoch":5,"seq":4,"payload":"a \" quote"}`,
		`{"event":"data","seq":4,"epoch":5,"topic":"room:7","payload":{}}`,
		`{"event":"skip","topic":"room:7","epoch":5,"seq":4}`,
		`{"event":"refresh","in":250,"why":"drain"}`,
		`{"event":"presence","revision":"1.2","snapshot":true}`,
		`{"event":"presence","snapshot":true,"revision":"1.2"}`,
		`{"event":"listen-ack","id":"a","node":"n","denied":["workspace"]}`,
	} {
		var got, want event
		if err := parseEvent([]byte(raw), &got); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		if err := json.Unmarshal([]byte(raw), &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as %+v, want %+v", raw, got, want)
		}
	}
}

func TestAnswersToPollsAreSplit(t *testing.T) {
	for _, events := range [][]string{
		nil,
		{`{"a":1}`},
		{`{"a":"}"}`, `{"b":["]","\"}",{}]}`, `{"c":"\\"}`},
	} {
		text := `{"events":[`
		for i, e := range events {
			if i > 0 {
				text += ","
			}
			text += e
		}
		text += `],"next":120}`
		var got []string
		next, err := splitAnswer([]byte(text), func(e []byte) error { got = append(got, string(e)); return nil })
		if next != 120 || err != nil || !slices.Equal(got, events) {
			t.Errorf("%s: %q, next %d, %v", text, got, next, err)
		}
		for cut := range len(text) {
			if _, err := splitAnswer([]byte(text[:cut]), func([]byte) error { return nil }); err == nil {
				t.Errorf("%s is taken for whole", text[:cut])
			}
		}
	}
}

func TestStreamsAreSplitWhereverTheirPiecesEnd(t *testing.T) {
	want := []string{`{"a":1}`, `{"b":"x) y"}`}
	frame := `<!doctype html><meta charset=utf-8><script nonce=N>var m=function(e){parent.chatdComet("t",e);document.currentScript.remove()}</script><body>`
	lines := "  \n\n"
	for _, e := range want {
		frame += fmt.Sprintf(`<script nonce=N>m(%s)</script>`, e)
		lines += e + "\n"
	}
	for _, tt := range []struct {
		next splitter
		text string
	}{{nextScript, frame}, {nextLine, lines}} {
		for cut := range len(tt.text) {
			var got []string
			rest := split(tt.next, []byte(tt.text[:cut]), &got)
			split(tt.next, append(rest, tt.text[cut:]...), &got)
			if !slices.Equal(got, want) {
				t.Errorf("cut at %d: %q", cut, got)
			}
		}
	}
}

func split(next splitter, b []byte, events *[]string) (rest []byte) {
	for {
		event, used := next(b)
		if used == 0 {
			return slices.Clone(b)
		}
		if event != nil {
			*events = append(*events, string(event))
		}
		b = b[used:]
	}
}
