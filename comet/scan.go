package comet

import (
	"encoding/json"
	"errors"
	"strings"
)

var (
	errPosition = errors.New("a position is [epoch, seq], two whole numbers from 0 to 2^53-1")
	errCursors  = errors.New("cursors are an object of positions")
)

// UnmarshalJSON reads [epoch, seq].
func (p *Position) UnmarshalJSON(b []byte) error {
	s := scanner{b}
	at, ok := s.position()
	if !ok || !s.end() {
		return errPosition
	}
	*p = at
	return nil
}

// UnmarshalJSON reads an object of positions. One that is null is fromNow.
func (at *cursors) UnmarshalJSON(b []byte) error {
	*at = make(cursors)
	s := scanner{b}
	if s.word("null") && s.end() {
		return nil
	}
	if !s.skip('{') {
		return errCursors
	}
	if s.skip('}') && s.end() {
		return nil
	}
	for {
		topic, ok := s.name()
		if !ok || !s.skip(':') {
			return errCursors
		}
		p := fromNow
		if !s.word("null") {
			if p, ok = s.position(); !ok {
				return errPosition
			}
		}
		(*at)[topic] = p
		if s.skip(',') {
			continue
		}
		if s.skip('}') && s.end() {
			return nil
		}
		return errCursors
	}
}

// scanner reads the few kinds of JSON that every data request is made of, which
// encoding/json takes apart several times before it calls UnmarshalJSON. That
// has seen to it by then that the JSON is valid.
type scanner struct{ rest []byte }

// skip reads one character, and the blanks before it, if that comes next.
func (s *scanner) skip(c byte) bool {
	if s.blanks(); len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// word does the same with a word.
func (s *scanner) word(word string) bool {
	if s.blanks(); len(s.rest) < len(word) || string(s.rest[:len(word)]) != word {
		return false
	}
	s.rest = s.rest[len(word):]
	return true
}

func (s *scanner) blanks() {
	for len(s.rest) > 0 && strings.IndexByte(" \t\r\n", s.rest[0]) >= 0 {
		s.rest = s.rest[1:]
	}
}

// end reports whether nothing is left.
func (s *scanner) end() bool {
	s.blanks()
	return len(s.rest) == 0
}

func (s *scanner) position() (p Position, ok bool) {
	if !s.skip('[') {
		return p, false
	}
	epoch, epochOK := s.number()
	comma := s.skip(',')
	seq, seqOK := s.number()
	return Position{epoch, seq}, epochOK && comma && seqOK && s.skip(']')
}

// number reads a whole number that isNumber accepts, without an exponent.
func (s *scanner) number() (n int64, ok bool) {
	negative := s.skip('-')
	i := 0
	for ; i < len(s.rest) && '0' <= s.rest[i] && s.rest[i] <= '9'; i++ {
		if n = 10*n + int64(s.rest[i]-'0'); n > maxInteger {
			return 0, false
		}
	}
	s.rest = s.rest[i:]
	return n, i > 0 && (!negative || n == 0)
}

// name reads a string. Names of topics need no escapes, so one that has any is
// not worth haste.
func (s *scanner) name() (name string, ok bool) {
	if !s.skip('"') {
		return "", false
	}
	plain := true
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"' && plain:
			name = string(s.rest[:i])
			s.rest = s.rest[i+1:]
			return name, true
		case c == '"':
			err := json.Unmarshal(append(append([]byte{'"'}, s.rest[:i]...), '"'), &name)
			s.rest = s.rest[i+1:]
			return name, err == nil
		case c == '\\':
			plain = false
			i++ // it may be a quotation mark
		case c < ' ' || c > '~':
			plain = false
		}
	}
	return "", false
}
