package comet

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// cursors are positions by topic, as clients give them: one that is fromNow has
// no position yet.
type cursors map[string]Position

// fromNow stands for the position that a topic has when it is asked for.
var fromNow = Position{-1, -1}

// The compact vector is how cursors are written in an address and in the ids of
// server-sent events: room:3@1398396174.42,workspace@1519691664.3, sorted by
// topic. An item without a position is meant from now on.

// appendVector writes cursors as a compact vector.
func appendVector(b []byte, at cursors) []byte {
	for i, topic := range slices.Sorted(maps.Keys(at)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, topic...)
		if p := at[topic]; p != fromNow {
			b = strconv.AppendInt(append(b, '@'), p.Epoch, 10)
			b = strconv.AppendInt(append(b, '.'), p.Seq, 10)
		}
	}
	return b
}

// parseVector reads a compact vector in any order; an empty one names nothing.
func parseVector(s string, limits Limits) (cursors, *problem) {
	if s == "" {
		return nil, nil
	}
	count := strings.Count(s, ",") + 1
	if count > limits.Topics {
		return nil, tooManyTopics(limits)
	}
	at := make(cursors, count)
	for item := range strings.SplitSeq(s, ",") {
		topic, where, given := strings.Cut(item, "@")
		if !isTopic(topic) {
			return nil, badTopic()
		}
		if _, again := at[topic]; again {
			return nil, badRequest("The topic " + topic + " is named twice.")
		}
		at[topic] = fromNow
		if given {
			p, ok := parsePosition(where)
			if !ok {
				return nil, badRequest("A cursor is written topic@epoch.seq, with two whole numbers from 0 to 9007199254740991.")
			}
			at[topic] = p
		}
	}
	return at, nil
}

// parsePosition reads epoch.seq.
func parsePosition(s string) (Position, bool) {
	epoch, seq, found := strings.Cut(s, ".")
	e, epochErr := strconv.ParseUint(epoch, 10, 64)
	n, seqErr := strconv.ParseUint(seq, 10, 64)
	return Position{int64(e), int64(n)}, //nolint:gosec // what is too large is refused
		found && epochErr == nil && seqErr == nil && e <= maxInteger && n <= maxInteger
}
