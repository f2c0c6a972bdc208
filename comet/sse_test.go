package comet

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// message is what an EventSource hands to its page.
type message struct{ kind, data, lastEventID string }

// parseSSE takes a stream apart exactly as the HTML Standard says (section
// 9.2.6), whoever has written it. A block that is not complete counts for
// nothing.
func parseSSE(r io.Reader, each func(message), setID func(string)) error {
	lines := sseLines{in: bufio.NewReader(r)}
	var kind, data, id string
	for {
		line, err := lines.next()
		if err != nil {
			return err
		}
		if line == "" {
			setID(id)
			if data != "" {
				each(message{kind, strings.TrimSuffix(data, "\n"), id})
			}
			kind, data = "", ""
			continue
		}
		field, value, _ := strings.Cut(line, ":") // a comment is a field without a name
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			kind = value
		case "data":
			data += value + "\n"
		case "id":
			if !strings.Contains(value, "\x00") {
				id = value
			}
		}
	}
}

// sseLines reads lines that end with CR LF, LF or CR.
type sseLines struct {
	in      *bufio.Reader
	begun   bool
	afterCR bool
}

func (l *sseLines) next() (string, error) {
	if !l.begun {
		l.begun = true
		if mark, _ := l.in.Peek(3); string(mark) == "\uFEFF" {
			_, _ = l.in.Discard(3)
		}
	}
	var line []byte
	for {
		c, err := l.in.ReadByte()
		if err != nil {
			return "", err
		}
		after := l.afterCR
		l.afterCR = c == '\r'
		switch {
		case c == '\n' && after && len(line) == 0:
		case c == '\n', c == '\r':
			return strings.ToValidUTF8(string(line), "\uFFFD"), nil
		default:
			line = append(line, c)
		}
	}
}

// readSSE reads the transport sse as a page would.
func readSSE(r io.Reader, each func(event), setID func(string)) error {
	var broken error
	err := parseSSE(r, func(m message) {
		var e event
		if err := json.Unmarshal([]byte(m.data), &e); err != nil || m.kind != "" {
			broken = fmt.Errorf("a message %q: %w", m, err)
			return
		}
		each(e)
	}, setID)
	if broken != nil {
		return broken
	}
	return err
}

func TestTheReaderOfServerSentEventsKeepsToTheStandard(t *testing.T) {
	for stream, want := range map[string]string{ // the examples of the standard, and what is easily got wrong
		"data: YHOO\ndata: +2\ndata: 10\n\n":                                  `[{ YHOO\n+2\n10 }]`,
		": test\n\ndata: first\nid: 1\n\ndata:second\nid\n\ndata:  third\n\n": `[{ first 1} { second } {  third }]`,
		"data\n\ndata\ndata\n\ndata:":                                         `[{  } { \n }]`,
		"data:test\n\ndata: test\n\n":                                         `[{ test } { test }]`,
		"\uFEFFdata: a\rid: 7\r\rdata: b\r\n\r\nevent: x\ndata: c\n\n":        `[{ a 7} { b 7} {x c 7}]`,
		"id: 1\n\ndata: a\n\nid: 2\ndata: b\n":                                `[{ a 1}]`,
		"id: 1\n\nid: 2\x00\n\nretry: 5\nnonsense: 1\ndata: a\n\n":            `[{ a 1}]`,
	} {
		got := []message{}
		_ = parseSSE(strings.NewReader(stream), func(m message) { got = append(got, m) }, func(string) {})
		if said := strings.ReplaceAll(fmt.Sprint(got), "\n", `\n`); said != want {
			t.Errorf("%q is read as %s, want %s", stream, said, want)
		}
	}
}

func TestAStreamOfServerSentEventsIsByteForByteAsDocumented(t *testing.T) {
	tr := newTransport(dataRequest{Mode: modeStream, Transport: transportSSE, Padding: true}).(cursorTransport)
	out := tr.event(tr.begin(nil), []byte(`{"event":"listen-ack"}`))
	out = tr.cursors(out, cursors{})
	out = tr.event(out, []byte(`{"event":"skip","topic":"b","epoch":7,"seq":2}`))
	out = tr.cursors(out, cursors{"b": {7, 2}, "a": {5, 0}})
	want := ":" + strings.Repeat(" ", 2048) + "\nretry: 1000\n\n" +
		`data: {"event":"listen-ack"}` + "\n\n" +
		`data: {"event":"skip","topic":"b","epoch":7,"seq":2}` + "\n\n" +
		"id: a@5.0,b@7.2\n\n"
	if string(out) != want {
		t.Errorf("got  %q\nwant %q", out, want)
	}
	var ids []string
	var events []event
	_ = readSSE(strings.NewReader(want), func(e event) { events = append(events, e) }, func(id string) { ids = append(ids, id) })
	if briefs(events) != "listen-ack, skip b 2" || !slices.Equal(ids, []string{"", "", "", "a@5.0,b@7.2"}) {
		t.Error(briefs(events), ids)
	}
}
