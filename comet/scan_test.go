package comet

import (
	"encoding/json"
	"maps"
	"testing"
	"unicode/utf8"
)

// slowPosition is read as encoding/json does.
type slowPosition struct{ Position }

func (p *slowPosition) UnmarshalJSON(b []byte) error {
	var pair []*int64
	if err := json.Unmarshal(b, &pair); err != nil || len(pair) != 2 ||
		pair[0] == nil || pair[1] == nil || !isNumber(*pair[0]) || !isNumber(*pair[1]) {
		return errPosition
	}
	p.Position = Position{*pair[0], *pair[1]}
	return nil
}

func slowCursors(b []byte) (cursors, error) {
	var given map[string]*slowPosition
	if err := json.Unmarshal(b, &given); err != nil {
		return nil, err
	}
	at := make(cursors, len(given))
	for topic, p := range given {
		if at[topic] = fromNow; p != nil {
			at[topic] = p.Position
		}
	}
	return at, nil
}

func FuzzCursorsAreReadAsEncodingJSONReadsThem(f *testing.F) {
	for _, seed := range []string{
		`{"room:1":[1398396174,42],"workspace":null}`, `{}`, ` { } `, `null`, `[]`, `"a"`, `7`, `true`, `{"a":{}}`, `{"a":"1"}`,
		"{ \"a\" :\t[ 1 ,\r\n2 ] , \"b\":null }", `{"a":[1,2],"a":null}`, `{"a":[1],"a":[1,2]}`, `{"a":[1]}`, `{"a":[1,2,3]}`, `{"a":[]}`, `{"a":[null,1]}`,
		`{"a":[1,9007199254740991]}`, `{"a":[1,9007199254740992]}`, `{"a":[1,99999999999999999999999]}`, `{"a":[-1,1]}`, `{"a":[-0,0]}`,
		`{"a":[1e3,1]}`, `{"a":[1.0,1]}`, `{"room\u003a1":[1,2]}`, `{"\"":[1,2]}`, `{"\\":[1,2]}`, `{"é":[1,2]}`, "{\"\xff\":[1,2]}", `{"":[0,0]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		if !json.Valid(sent) {
			return
		}
		want, wrong := slowCursors(sent)
		var got cursors
		err := json.Unmarshal(sent, &got)
		if (err == nil) != (wrong == nil) || err == nil && !maps.Equal(got, want) {
			t.Errorf("%q is read as %v, %v, want %v, %v", sent, got, err, want, wrong)
		}
		_ = got.UnmarshalJSON(sent[:len(sent)/2]) // whatever it is
	})
}

func FuzzAStringIsWrittenAsEncodingJSONWritesIt(f *testing.F) {
	for _, seed := range []string{"", "room:1", "a b~", `"`, `\`, "<", ">", "&", "\x1f", "\x7f", "é", "\xff", "\u2028"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, _ := json.Marshal(s)
		if got := appendString([]byte("x"), s); string(got[1:]) != string(want) || !utf8.Valid(got) {
			t.Errorf("%q is written as %s, want %s", s, got[1:], want)
		}
	})
}

func TestReadingAndWritingWordsNeedsNoReflection(t *testing.T) {
	b := make([]byte, 0, 100)
	if n := testing.AllocsPerRun(100, func() { appendString(b, "unsubscribe-ack room:1") }); n != 0 {
		t.Errorf("%v allocations to write a word", n)
	}
	sent := []byte(`[1398396174,42]`)
	var p Position
	if n := testing.AllocsPerRun(100, func() { _ = p.UnmarshalJSON(sent) }); n != 0 || p != (Position{1398396174, 42}) {
		t.Errorf("%v allocations to read %v", n, p)
	}
}

func BenchmarkARequestIsRead(b *testing.B) {
	sent := []byte(`{"event":"refresh","id":"ABCDEFGHIJKLMNOPQRSTUVWXYZ","n":17,"mode":"pull","have":{` +
		`"room:1":[1398396174,42],"room:2":[1398396175,7],"room:3":[1398396176,99],"workspace":[1519691664,3]}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, p := parseData(sent, typeJSON, testLimits()); p != nil {
			b.Fatal(p)
		}
	}
}
