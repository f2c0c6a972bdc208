package markup

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

const (
	longestUser     = 40 // characters of a user name
	longestRoom     = 80 // characters of a room's name
	mostReadings    = 4  // of the text behind an @: a name may end at each dot or dash
	mostWords       = 8  // of a room's name
	mostCandidates  = 500
	punctuationLast = ".,;:!?'\"’”»…)]}*_~|`-"
)

// Candidates are what may be names of people and rooms in a message, in lower
// case, each once, at most 500 of each.
type Candidates struct{ Users, Rooms []string }

// Mentioned lists what may be a name in a message. Some of it stands in code,
// where it is none. It may be asked with each message, however long.
func Mentioned(body string) Candidates {
	var users, rooms collector
	source := []byte(clean(body))
	for i, b := range source {
		if b != '@' && b != '#' {
			continue
		}
		before, _ := utf8.DecodeLastRune(source[:i])
		if i > 0 && joinsName(before) {
			continue
		}
		if b == '@' {
			users.add(userReadings(source[i+1:]))
		} else {
			rooms.add(roomReadings(source[i+1:]))
		}
	}
	return Candidates{Users: users.list, Rooms: rooms.list}
}

// collector keeps texts once each.
type collector struct {
	list []string
	has  map[string]bool
}

func (c *collector) add(readings []string) {
	for _, reading := range readings {
		key := strings.ToLower(reading)
		if c.has[key] || len(c.list) >= mostCandidates {
			continue
		}
		if c.has == nil {
			c.has = map[string]bool{}
		}
		c.has[key] = true
		c.list = append(c.list, key)
	}
}

// joinsName reports whether a character makes the @ or # that follows it part of
// something else, as of an e-mail address.
func joinsName(r rune) bool {
	return isNameRune(r) || r == '@' || r == '#' || r == '&' || r == '/'
}

func isNameRune(r rune) bool {
	return r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') ||
		r >= utf8.RuneSelf && unicode.In(r, unicode.Letter, unicode.Nd, unicode.Mn, unicode.Mc)
}

// userReadings returns the user names that a text may begin with, the longest
// first.
func userReadings(line []byte) []string {
	end, n := 0, 0
	for end < len(line) && n <= longestUser {
		r, size := utf8.DecodeRune(line[end:])
		if !isNameRune(r) && r != '.' && r != '_' && r != '-' {
			break
		}
		end += size
		n++
	}
	var readings []string
	for name := trimName(string(line[:end])); name != "" && len(readings) < mostReadings; {
		if utf8.RuneCountInString(name) <= longestUser {
			readings = append(readings, name)
		}
		at := strings.LastIndexAny(name, "._-")
		if at < 0 {
			break
		}
		name = trimName(name[:at])
	}
	return readings
}

// trimName takes off what no user name ends with, or begins.
func trimName(name string) string {
	name = strings.TrimRight(name, "._-")
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || strings.HasPrefix(name, "-") {
		return ""
	}
	return name
}

// roomReadings returns the names of rooms that a text may begin with, the
// longest first. They may have several words.
func roomReadings(line []byte) []string {
	if at := strings.IndexByte(string(line[:min(len(line), longestRoom*utf8.UTFMax)]), '\n'); at >= 0 {
		line = line[:at]
	}
	if first, _ := utf8.DecodeRune(line); len(line) == 0 || unicode.IsSpace(first) || first == '#' {
		return nil
	}
	var readings []string
	n, words := 0, 0
	for i := 0; i <= len(line) && n <= longestRoom && words < mostWords; {
		r, size := utf8.DecodeRune(line[i:])
		if i == len(line) || r == ' ' {
			words++
			whole := string(line[:i])
			for _, reading := range []string{strings.TrimRight(whole, punctuationLast), whole} {
				if reading != "" && !strings.HasSuffix(reading, " ") && !slices.Contains(readings, reading) {
					readings = append(readings, reading)
				}
			}
		}
		if i == len(line) {
			break
		}
		i += size
		n++
	}
	slices.Reverse(readings)
	return readings
}

// mention is a person, or everybody, who is called.
type mention struct {
	ast.BaseInline
	shown    string
	user     int64
	everyone string
}

// roomLink is a room that is named.
type roomLink struct {
	ast.BaseInline
	shown string
	room  int64
}

var (
	kindMention  = ast.NewNodeKind("Mention")
	kindRoomLink = ast.NewNodeKind("RoomLink")
)

// Kind implements ast.Node.
func (*mention) Kind() ast.NodeKind { return kindMention }

// Dump implements ast.Node.
func (m *mention) Dump(source []byte, level int) { ast.DumpHelper(m, source, level, nil, nil) }

// Kind implements ast.Node.
func (*roomLink) Kind() ast.NodeKind { return kindRoomLink }

// Dump implements ast.Node.
func (r *roomLink) Dump(source []byte, level int) { ast.DumpHelper(r, source, level, nil, nil) }

// mentionParser finds people by their names.
type mentionParser struct{}

// Trigger implements parser.InlineParser.
func (mentionParser) Trigger() []byte { return []byte{'@'} }

// Parse implements parser.InlineParser.
func (mentionParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	names, _ := pc.Get(namesKey).(*Names)
	if joinsName(block.PrecendingCharacter()) {
		return nil
	}
	line, _ := block.PeekLine()
	for _, reading := range userReadings(line[1:]) {
		key := strings.ToLower(reading)
		found := &mention{shown: "@" + reading}
		if names.Everyone && (key == Room || key == Here) {
			found.everyone = key
		} else {
			found.user = names.Users[key]
		}
		if found.everyone != "" || found.user != 0 {
			block.Advance(1 + len(reading))
			return found
		}
	}
	return nil
}

// roomParser finds rooms by their names.
type roomParser struct{}

// Trigger implements parser.InlineParser.
func (roomParser) Trigger() []byte { return []byte{'#'} }

// Parse implements parser.InlineParser.
func (roomParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	names, _ := pc.Get(namesKey).(*Names)
	if len(names.Rooms) == 0 || joinsName(block.PrecendingCharacter()) {
		return nil
	}
	line, _ := block.PeekLine()
	for _, reading := range roomReadings(line[1:]) {
		if room := names.Rooms[strings.ToLower(reading)]; room != 0 {
			block.Advance(1 + len(reading))
			return &roomLink{shown: "#" + reading, room: room}
		}
	}
	return nil
}
