// Package pushlettest reads answers in the Pushlet formats for tests, by other
// means than the program writes them: XML with encoding/xml, and documents of
// the format js as a browser does, script element by script element.
package pushlettest

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Event is the fields of an event by name. Each name stands there once.
type Event map[string]string

// Reader reads the events of one answer.
type Reader struct {
	next func() (Event, error)
}

// Next returns the next event, io.EOF at the end of an answer that is whole as
// far as it goes, and another error for anything else.
func (r *Reader) Next() (Event, error) { return r.next() }

// All returns all events.
func (r *Reader) All() (events []Event, err error) {
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
}

// NewReader reads an answer of a format.
func NewReader(format string, from io.Reader) *Reader {
	if format == "js" {
		d := &document{from: bufio.NewReader(from)}
		return &Reader{d.next}
	}
	x := &elements{decoder: xml.NewDecoder(from), wrapped: format == "xml-strict"}
	return &Reader{x.next}
}

// elements are event elements, in a pushlet element or without.
type elements struct {
	decoder *xml.Decoder
	wrapped bool
	begun   bool
	ended   bool
}

func (x *elements) next() (Event, error) {
	for {
		token, err := x.decoder.Token()
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if x.wrapped && !x.begun && t.Name.Local == "pushlet" && len(t.Attr) == 0 {
				x.begun = true
				continue
			}
			if t.Name.Local != "event" || x.begun != x.wrapped || x.ended {
				return nil, fmt.Errorf("the element %s is none of ours", t.Name.Local)
			}
			return x.event(t)
		case xml.EndElement:
			x.ended = true
		default:
			return nil, fmt.Errorf("between the events stands %#v", token)
		}
	}
}

func (x *elements) event(start xml.StartElement) (Event, error) {
	e := Event{}
	for _, a := range start.Attr {
		if _, twice := e[a.Name.Local]; twice || a.Name.Space != "" {
			return nil, fmt.Errorf("%s stands there twice", a.Name.Local)
		}
		e[a.Name.Local] = a.Value
	}
	if token, err := x.decoder.Token(); err != nil {
		return nil, err
	} else if _, ends := token.(xml.EndElement); !ends {
		return nil, fmt.Errorf("an event holds %#v", token)
	}
	return e, nil
}

// document is what a frame shows.
type document struct {
	from *bufio.Reader
}

const (
	opening = "<html><head><meta http-equiv=\"Pragma\" content=\"no-cache\"><meta http-equiv=\"Expires\" content=\"Tue, 31 Dec 1997 23:59:59 GMT\"></head><body>\n"
	helper  = " var url=\" \"; \nfunction refresh() { document.location.href=url; }"
	begin   = `<script language="JavaScript">`
	end     = "</script>"
	closing = "</body></html>"
)

func (d *document) next() (Event, error) {
	for {
		script, between, err := d.script()
		if err != nil {
			return nil, err
		}
		switch between {
		case opening:
			if script != helper {
				return nil, fmt.Errorf("the document begins with the script %q", script)
			}
			continue
		case "":
			return pushed(script)
		case "\n":
			return refresh(script)
		default:
			return nil, fmt.Errorf("between scripts stands %q", between)
		}
	}
}

// script returns the next script, and what stands before it. It ends where a
// browser ends it: at the first </script, in any case of letters.
func (d *document) script() (script, between string, err error) {
	var text strings.Builder
	for {
		c, err := d.from.ReadByte()
		if err != nil {
			rest := text.String()
			if errors.Is(err, io.EOF) && rest != "" && rest != closing {
				err = fmt.Errorf("the document ends with %q: %w", rest, io.ErrUnexpectedEOF)
			}
			return "", "", err
		}
		text.WriteByte(c)
		whole := text.String()
		at := strings.Index(whole, "<script")
		if at < 0 || c != '>' {
			continue
		}
		if !strings.HasPrefix(whole[at:], begin) {
			return "", "", fmt.Errorf("a script begins with %q", whole[at:])
		}
		inside := whole[at+len(begin):]
		if i := strings.Index(lower(inside), "</script"); i >= 0 {
			if inside[i:] != end {
				return "", "", fmt.Errorf("a script ends with %q", inside[i:])
			}
			return inside[:i], whole[:at], nil
		}
	}
}

// lower changes the case of ASCII letters alone, as HTML does.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// pushed reads what a script hands to the page.
func pushed(script string) (Event, error) {
	rest, ok := strings.CutPrefix(script, "parent.push(")
	if !ok {
		return nil, fmt.Errorf("a script does something else: %q", script)
	}
	e := Event{}
	for {
		name, after, err := literal(rest, '\'')
		if err != nil {
			return nil, err
		}
		if after, ok = strings.CutPrefix(after, ", "); !ok {
			return nil, fmt.Errorf("after a name stands %q", after)
		}
		value, after, err := literal(after, '"')
		if err != nil {
			return nil, err
		}
		if _, twice := e[name]; twice {
			return nil, fmt.Errorf("%s stands there twice", name)
		}
		e[name] = value
		if after == ");" {
			return e, nil
		}
		if rest, ok = strings.CutPrefix(after, ","); !ok {
			return nil, fmt.Errorf("after a value stands %q", after)
		}
	}
}

// refresh reads the script that makes the frame come back.
func refresh(script string) (Event, error) {
	rest, ok := strings.CutPrefix(script, "url=")
	if !ok {
		return nil, fmt.Errorf("a script does something else: %q", script)
	}
	url, rest, err := literal(rest, '\'')
	if err != nil {
		return nil, err
	}
	wait, before := strings.CutPrefix(rest, ";\n setTimeout(\"refresh()\", ")
	wait, after := strings.CutSuffix(wait, ");\n")
	if _, err := strconv.ParseUint(wait, 10, 32); err != nil || !before || !after {
		return nil, fmt.Errorf("a refresh ends with %q", rest)
	}
	return Event{"p_event": "refresh", "p_url": url, "p_wait": wait}, nil
}

// literal reads a string of JavaScript.
func literal(s string, quote byte) (value, rest string, err error) {
	if s == "" || s[0] != quote {
		return "", "", fmt.Errorf("no string begins with %q", s)
	}
	var units []uint16
	for i := 1; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == rune(quote):
			return string(utf16.Decode(units)), s[i:], nil
		case r == '\n', r == '\r', r == '\u2028', r == '\u2029':
			return "", "", fmt.Errorf("a line ends in the string %q", s)
		case r == utf8.RuneError && size == 1:
			return "", "", fmt.Errorf("no UTF-8: %q", s)
		case r == '\\':
			if i+5 > len(s) || s[i] != 'u' {
				return "", "", fmt.Errorf("an escape that is not ours: %q", s[i:])
			}
			unit, err := strconv.ParseUint(s[i+1:i+5], 16, 16)
			if err != nil {
				return "", "", err
			}
			units = append(units, uint16(unit))
			i += 5
		default:
			units = utf16.AppendRune(units, r)
		}
	}
	return "", "", fmt.Errorf("a string without an end: %q", s)
}
