package store

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Status is what somebody says of themselves in a sign and a few words, until a
// time or for good (nil). One whose time is over reads as the zero Status, which
// is none.
type Status struct {
	Emoji, Text string
	Until       *time.Time
}

// Empty reports whether there is nothing to say.
func (s Status) Empty() bool { return s.Emoji == "" && s.Text == "" }

// statusColumns are the three fields of the Status of a user, by the
// database's clock.
func statusColumns(user string) string {
	const columns = `case when coalesce(@.status_until > now(), true) then @.status_emoji else '' end,
	case when coalesce(@.status_until > now(), true) then @.status_text else '' end,
	case when @.status_until > now() then @.status_until end`
	return strings.ReplaceAll(columns, "@", user)
}

// clean returns a status as it is stored. Whether its end is one the database
// finds out.
func (s Status) clean() (Status, error) {
	text, err := cleanText(s.Text, MaxStatus,
		&InvalidError{Field: "status.text", Text: "A status has at most 100 characters on one line, and none that control how text is shown. Make it shorter, or write it anew."})
	if err != nil {
		return Status{}, err
	}
	clean := Status{Emoji: strings.TrimSpace(s.Emoji), Text: text}
	if clean.Emoji != "" && !isEmoji(clean.Emoji) {
		return Status{}, &InvalidError{Field: "status.emoji", Text: "The sign of a status is one emoji. Leave it out, or choose another."}
	}
	if !clean.Empty() {
		clean.Until = s.Until
	}
	return clean, nil
}

// Code points that make one emoji of several.
const (
	zeroWidthJoiner = '\u200d'
	emojiStyle      = '\ufe0f'
	keycap          = '\u20e3'
	cancelTag       = '\U000e007f'
)

// isEmoji reports whether s is one emoji, after the grammar of Unicode
// Technical Standard 51: a flag, a keycap, or signs that are joined to one. It
// asks for no table: next year's emoji are in none yet.
func isEmoji(s string) bool {
	if s == "" || len(s) > MaxEmoji || !utf8.ValidString(s) {
		return false
	}
	signs := []rune(s)
	switch {
	case len(signs) == 2 && isRegional(signs[0]):
		return isRegional(signs[1])
	case signs[len(signs)-1] == keycap:
		return strings.ContainsRune("0123456789#*", signs[0]) && (len(signs) == 2 || len(signs) == 3 && signs[1] == emojiStyle)
	}
	for {
		rest, ok := afterSign(signs)
		if !ok || len(rest) == 0 {
			return ok
		}
		if rest[0] != zeroWidthJoiner {
			return false
		}
		signs = rest[1:]
	}
}

// afterSign returns what follows a sign with all that changes its look, if
// there is one.
func afterSign(signs []rune) (rest []rune, ok bool) {
	if len(signs) == 0 || !isSign(signs[0]) {
		return nil, false
	}
	signs = signs[1:]
	if len(signs) > 0 && isSkinTone(signs[0]) {
		signs = signs[1:]
	}
	if len(signs) > 0 && signs[0] == emojiStyle {
		signs = signs[1:]
	}
	for tags := 0; tags < len(signs) && isTag(signs[tags]); tags++ {
		if signs[tags] == cancelTag {
			return signs[tags+1:], true
		}
	}
	return signs, true
}

func isSign(r rune) bool {
	if r <= unicode.MaxASCII || isRegional(r) {
		return false
	}
	return r >= 0x1f000 && r <= 0x1faff || unicode.In(r, unicode.So, unicode.Sm) || strings.ContainsRune("‼⁉〰〽", r)
}

func isRegional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
func isSkinTone(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }
func isTag(r rune) bool      { return r >= 0xe0020 && r <= cancelTag }
