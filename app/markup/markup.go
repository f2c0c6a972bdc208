// Package markup makes HTML of what people write: Markdown as CommonMark and
// GitHub have it, with spoilers, mentions, names of rooms and short names of
// emoji. What it makes is safe to show: it consists of a few elements and
// attributes, see guard.go, and everything else is text.
//
// It differs from CommonMark where that would surprise in a chat: single line
// breaks are kept, HTML is text, "---" below a line makes no heading of it, and
// there are no link reference definitions, which would be swallowed. Nothing that
// somebody wrote gets lost: what cannot be shown as markup is shown as text.
package markup

import (
	"strings"
	"unicode"
)

// Names are the names that mean something in a message, in lower case as
// [Mentioned] gives them, with the ids of what they mean.
type Names struct {
	Users map[string]int64
	Rooms map[string]int64
	// Everyone says that the author may call everybody, by @room and @here.
	Everyone bool
}

// Whom Refs.Everyone calls, but for "".
const (
	Room = "room" // everybody in the room
	Here = "here" // those of them who are here
)

// Refs is whom a message calls. Who is only named in a quotation is not called.
type Refs struct {
	// Users are those who are mentioned, each once, in the order of their mention.
	Users []int64
	// Everyone is Room, Here or "". A message with both has Room.
	Everyone string
}

// Render returns what Markdown makes of a message. html is "" when that is
// nothing: the body is plain paragraphs and line breaks, to be shown as it is.
//
// It takes time in proportion to the length of body, which should be limited
// nevertheless.
func Render(body string, names Names) (html string, refs Refs) {
	if isPlain(body) {
		return "", Refs{}
	}
	source := clean(body)
	w := &writer{source: []byte(source)}
	w.blocks(parse(w.source, names))
	if !w.effect || !w.visible {
		return "", w.refs
	}
	return guarded(w.out.String()), w.refs
}

// isPlain reports whether Markdown surely has nothing to say about a text, as of
// most of what people write. It looks for the characters without which there is
// no markup, and for those that make some at the beginning of a line.
func isPlain(body string) bool {
	if strings.ContainsAny(body, "*_`~|[]<>\\&@#:\t\r") || strings.Contains(body, "    ") {
		return false
	}
	for line := range strings.Lines(body) {
		line = strings.TrimLeft(line, " ")
		if line != "" && (strings.IndexByte("-+=", line[0]) >= 0 || line[0] >= '0' && line[0] <= '9') {
			return false
		}
	}
	return !containsWWW(body)
}

func containsWWW(body string) bool {
	for i := range len(body) - 3 {
		if (body[i] == 'w' || body[i] == 'W') && strings.EqualFold(body[i:i+4], "www.") {
			return true
		}
	}
	return false
}

// clean makes lines end in one way, and takes out what HTML cannot hold.
func clean(body string) string {
	body = strings.ToValidUTF8(body, "\uFFFD")
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD").Replace(body)
}

// isVisible reports whether there is something to see of a character.
func isVisible(r rune) bool {
	const brailleBlank = '\u2800'
	return r != brailleBlank && !unicode.In(r, unicode.Z, unicode.Cc, unicode.Cf, unicode.M,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}
