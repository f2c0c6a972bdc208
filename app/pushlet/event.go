// Package pushlet is the wire format of Pushlet 2.0.4: it reads requests, and
// writes events in the formats js, xml and xml-strict. It knows no sessions and
// no chat.
//
// Where the original was unsafe it differs: every value is escaped, in all
// formats.
package pushlet

import (
	"strconv"
	"time"
)

// Names of fields.
const (
	FieldEvent   = "p_event"
	FieldTime    = "p_time"
	FieldSeq     = "p_seq"
	FieldSubject = "p_subject"
	FieldFrom    = "p_from"
	FieldTo      = "p_to"
	FieldID      = "p_id"
	FieldSID     = "p_sid"
	FieldFormat  = "p_format"
	FieldMode    = "p_mode"
	FieldReason  = "p_reason"
	FieldURL     = "p_url"
	FieldWait    = "p_wait"
	FieldLabel   = "p_label"
)

// Event is what a client is told: fields in the order in which they are written.
// Names are the program's own words; values may be anything.
type Event []Field

// Field is a name and a value.
type Field struct{ Name, Value string }

// NewEvent returns an event of a kind. Pairs are names and values; those with an
// empty value are left out.
func NewEvent(kind string, at time.Time, pairs ...string) Event {
	e := make(Event, 0, 2+len(pairs)/2)
	e = append(e, Field{FieldEvent, kind}, Field{FieldTime, strconv.FormatInt(at.Unix(), 10)})
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			e = append(e, Field{pairs[i], pairs[i+1]})
		}
	}
	return e
}
