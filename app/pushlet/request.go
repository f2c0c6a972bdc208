package pushlet

import (
	"errors"
	"strings"
)

// Request is what a client asks for: fields by name.
type Request map[string]string

// ErrElement is returned for a body that is not the one XML element that is
// expected.
var ErrElement = errors.New("the body is not an element with attributes that ends in />")

// ParseQuery reads the query of a GET. Clients do not encode what they put there:
// a % that begins no code means itself. Of several values of a name the first
// counts.
func ParseQuery(query string) Request {
	r := Request{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name = decode(name); name == "" {
			continue
		}
		if _, given := r[name]; !given {
			r[name] = decode(value)
		}
	}
	return r
}

// decode is the decoding of a form, which leaves alone what is not encoded.
func decode(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// ParseElement reads the body of a POST, such as
//
//	<event p_event="publish" p_subject="/chat/3" msg="hi" />
//
// as the original does: what stands before the first < is skipped, the name of
// the element counts for nothing, a backslash takes the next character as it is,
// character references mean themselves, and what follows /> is not read. Of
// several values of a name the last counts.
func ParseElement(body string) (Request, error) {
	start := strings.IndexByte(body, '<')
	if start < 0 {
		return nil, ErrElement
	}
	rest := body[start+1:]
	end := strings.IndexAny(rest, " \t\r\n/>")
	if end < 0 {
		return nil, ErrElement
	}
	r := Request{}
	for rest = trimLeft(rest[end:]); !strings.HasPrefix(rest, "/>"); rest = trimLeft(rest) {
		name, after, found := strings.Cut(rest, "=")
		name = strings.TrimRight(name, blanks)
		if !found || name == "" || strings.ContainsAny(name, "\"/<>"+blanks) {
			return nil, ErrElement
		}
		value, after, ok := quoted(trimLeft(after))
		if !ok {
			return nil, ErrElement
		}
		r[name], rest = value, after
	}
	return r, nil
}

const blanks = " \t\r\n"

func trimLeft(s string) string { return strings.TrimLeft(s, blanks) }

// quoted reads a value in quotes.
func quoted(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:], true
		case '\\':
			if i++; i == len(s) {
				return "", "", false
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}
