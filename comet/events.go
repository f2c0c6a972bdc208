package comet

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Events are JSON objects that are safe inside a script element and hold no
// line break. Numbered ones are encoded once, for all clients and transports.

// errNotJSON refuses a payload that could break out of its event.
var errNotJSON = errors.New("the payload is not a JSON value")

// safeJSON returns value in a form that no transport can misread. It returns
// its argument when that is safe already, as the output of json.Marshal is.
func safeJSON(value []byte) ([]byte, error) {
	if !json.Valid(value) {
		return nil, errNotJSON
	}
	if !utf8.Valid(value) {
		value = bytes.ToValidUTF8(value, []byte("\uFFFD"))
	}
	if !bytes.ContainsAny(value, "<>&\r\n\u2028\u2029") {
		return value, nil
	}
	var compact, safe bytes.Buffer
	if err := json.Compact(&compact, value); err != nil {
		return nil, errNotJSON
	}
	json.HTMLEscape(&safe, compact.Bytes())
	return safe.Bytes(), nil
}

// appendString writes s as a JSON string.
func appendString(b []byte, s string) []byte {
	if isPlain(s) {
		return append(append(append(b, '"'), s...), '"')
	}
	quoted, _ := json.Marshal(s) // a string cannot fail
	return append(b, quoted...)
}

// isPlain reports whether s is ASCII that needs no escapes, as words are.
func isPlain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}

func appendStrings(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, s)
	}
	return append(b, ']')
}

func appendMillis(b []byte, d time.Duration) []byte {
	return strconv.AppendInt(b, d.Milliseconds(), 10)
}

// numberedEvent is data with a payload, skip or gap without. The topic is one
// that isTopic accepts: it needs no escapes.
func numberedEvent(kind, topic string, p Position, payload []byte) []byte {
	b := make([]byte, 0, len(kind)+len(topic)+len(payload)+84)
	b = append(append(append(b, `{"event":"`...), kind...), `","topic":"`...)
	b = append(b, topic...)
	b = strconv.AppendInt(append(b, `","epoch":`...), p.Epoch, 10)
	b = strconv.AppendInt(append(b, `,"seq":`...), p.Seq, 10)
	if payload != nil {
		b = append(append(b, `,"payload":`...), payload...)
	}
	return append(b, '}')
}

func hintEvent(key string, payload []byte) []byte {
	b := appendString([]byte(`{"event":"hint","key":`), key)
	b = append(append(b, `,"payload":`...), payload...)
	return append(b, '}')
}

func heartbeatEvent(now time.Time) []byte { return timedEvent("heartbeat", now) }

func timedEvent(kind string, now time.Time) []byte {
	b := append(append([]byte(`{"event":"`), kind...), `","time":`...)
	return append(strconv.AppendInt(b, now.UnixMilli(), 10), '}')
}

// Words of refresh events.
const (
	whyRecycle    = "recycle"
	whyDrain      = "drain"
	whySuperseded = "superseded"
	whyCrowded    = "crowded"
	whyEnd        = "end"
)

func refreshEvent(in time.Duration, why string) []byte {
	b := appendMillis([]byte(`{"event":"refresh","in":`), in)
	return append(append(append(b, `,"why":"`...), why...), `"}`...)
}

func unsubscribedEvent(topic string, why Reason) []byte {
	b := appendString([]byte(`{"event":"unsubscribe-ack","topics":[`), topic)
	b = appendString(append(b, `],"why":`...), string(why))
	return append(b, '}')
}

func abortEvent(reason Reason) []byte {
	b := appendString([]byte(`{"event":"abort","reason":`), string(reason))
	b = appendString(append(b, `,"text":`...), abortText(reason))
	return append(b, '}')
}

func abortText(reason Reason) string {
	switch reason {
	case ReasonSignedOut:
		return "You have signed out."
	case ReasonReplaced:
		return "You have signed in again in this browser."
	case ReasonExpired:
		return "Your sign-in has expired. Please sign in again."
	case ReasonDeactivated:
		return "This account has been deactivated."
	case ReasonSuspended:
		return "This account is suspended. Sign in to see why and until when."
	case ReasonRemoved:
		return "You have been signed out. Please sign in again."
	default:
		return "This connection has ended. Please sign in again."
	}
}

// errorEvent tells of something that went wrong; op is set for a failed
// operation of the control channel, in when it is worth to come back.
func errorEvent(op, code, text string, in time.Duration) []byte {
	b := []byte(`{"event":"error"`)
	if op != "" {
		b = appendString(append(b, `,"op":`...), op)
	}
	b = appendString(append(b, `,"code":`...), code)
	b = appendString(append(b, `,"text":`...), text)
	if in > 0 {
		b = appendMillis(append(b, `,"in":`...), in)
	}
	return append(b, '}')
}

// appendPositions writes an object of positions, in the order of the names.
func appendPositions(b []byte, at map[string]Position) []byte {
	b = append(b, '{')
	for i, topic := range slices.Sorted(maps.Keys(at)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendPosition(append(appendString(b, topic), ':'), at[topic])
	}
	return append(b, '}')
}
