package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// event is one event of the data channel. Those with numbers are read without
// looking at the payload, since nearly all are copies.
type event struct {
	Event   string
	Topic   string
	Epoch   int64
	Seq     int64
	Payload json.RawMessage
	// Of the others.
	Revision string
	Node     string
	Denied   []string
	In       int64
	Why      string
	Reason   string
	Code     string
	Text     string
}

var (
	dataBegin     = []byte(`{"event":"data","topic":"`)
	presenceBegin = []byte(`{"event":"presence","revision":"`)
)

// parseEvent reads an event; it keeps no part of raw but the payload.
func parseEvent(raw []byte, e *event) error {
	*e = event{}
	if rest, ok := bytes.CutPrefix(raw, dataBegin); ok && e.parseData(rest) {
		return nil
	}
	if rest, ok := bytes.CutPrefix(raw, presenceBegin); ok {
		if end := bytes.IndexAny(rest, `"\`); end >= 0 && rest[end] == '"' {
			e.Event, e.Revision = "presence", string(rest[:end])
			return nil
		}
	}
	*e = event{}
	if err := json.Unmarshal(raw, e); err != nil {
		return fmt.Errorf("the event %.200q: %w", raw, err)
	}
	return nil
}

// parseData reads what numberedEvent in package comet writes. It reports false
// for anything else.
func (e *event) parseData(rest []byte) (ok bool) {
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		return false
	}
	e.Event, e.Topic = "data", string(rest[:end])
	rest = rest[end:]
	if e.Epoch, rest, ok = number(rest, `","epoch":`); !ok {
		return false
	}
	if e.Seq, rest, ok = number(rest, `,"seq":`); !ok {
		return false
	}
	payload, ok := bytes.CutPrefix(rest, []byte(`,"payload":`))
	if !ok || len(payload) < 2 || payload[len(payload)-1] != '}' {
		return false
	}
	e.Payload = payload[:len(payload)-1]
	return true
}

// number reads a number after a name.
func number(b []byte, name string) (n int64, rest []byte, ok bool) {
	if rest, ok = bytes.CutPrefix(b, []byte(name)); !ok {
		return 0, nil, false
	}
	digits := 0
	for digits < len(rest) && '0' <= rest[digits] && rest[digits] <= '9' {
		digits++
	}
	n, err := strconv.ParseInt(string(rest[:digits]), 10, 64)
	return n, rest[digits:], err == nil
}

// splitter finds the next event in what a stream has brought. used is how much
// of it is done with; event is nil when that held none.
type splitter func(b []byte) (event []byte, used int)

// nextLine splits ndjson.
func nextLine(b []byte) (event []byte, used int) {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		return nil, 0
	}
	line := bytes.TrimSpace(b[:end])
	if len(line) == 0 {
		line = nil
	}
	return line, end + 1
}

// nextScript splits an iframe's document as a browser does: a script runs when
// it is complete.
func nextScript(b []byte) (event []byte, used int) {
	const begin, last = ">m(", "</script>"
	end := bytes.Index(b, []byte(last))
	if end < 0 {
		return nil, 0
	}
	if i := bytes.Index(b[:end], []byte(begin)); i >= 0 && b[end-1] == ')' {
		event = b[i+len(begin) : end-1]
	}
	return event, end + len(last)
}

var errAnswer = errors.New("the answer to a poll is not as expected")

// splitAnswer hands the events of an answer to a poll to each, and returns
// after how many milliseconds the next request is welcome.
func splitAnswer(b []byte, each func([]byte) error) (next int64, err error) {
	rest, ok := bytes.CutPrefix(b, []byte(`{"events":[`))
	if !ok {
		return 0, errAnswer
	}
	for len(rest) > 0 && rest[0] != ']' {
		end := objectEnd(rest)
		if end == 0 {
			return 0, errAnswer
		}
		if err := each(rest[:end]); err != nil {
			return 0, err
		}
		rest = bytes.TrimPrefix(rest[end:], []byte(","))
	}
	next, rest, ok = number(rest, `],"next":`)
	if !ok || string(rest) != "}" {
		return 0, errAnswer
	}
	return next, nil
}

// objectEnd is the length of the JSON object that b begins with, 0 when it is
// not complete. Within strings it goes from one quote or backslash to the next.
func objectEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			n := stringEnd(b[i+1:])
			if n < 0 {
				return 0
			}
			i += n
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// stringEnd is the length of a JSON string after its first quote, the last one
// included; -1 when it is not complete.
func stringEnd(b []byte) int {
	for i := 0; i < len(b); i++ {
		n := bytes.IndexAny(b[i:], `"\`)
		if n < 0 {
			return -1
		}
		if i += n; b[i] == '"' {
			return i + 1
		}
		i++ // what is escaped
	}
	return -1
}
