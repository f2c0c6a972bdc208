package store

import (
	_ "embed"
	"maps"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// skeleton is a user name with all characters that look alike made one, in the
// manner of UTS #39, section 4, and then without regard to case: names with the
// same skeleton could be taken for each other. It wants the name as it is shown,
// as cleanUsername returns it, since a capital I looks like a small l and a
// small i does not.
func skeleton(username string) string {
	looks := confusables()
	var b strings.Builder
	for _, r := range norm.NFD.String(username) {
		if look, ok := looks[r]; ok {
			b.WriteString(look)
		} else {
			b.WriteRune(r)
		}
	}
	return fold(b.String())
}

// confusablesText is Unicode's table, as far as user names need it.
//
//go:embed confusables.txt
var confusablesText string

// confusables maps characters to what they look like.
var confusables = sync.OnceValue(func() map[rune]string {
	looks := map[rune]string{}
	for line := range strings.Lines(confusablesText) {
		look, sources, data := strings.Cut(line, ":")
		if !data || strings.HasPrefix(line, "#") {
			continue
		}
		shown := string(codePoints(look))
		for _, r := range codePoints(sources) {
			looks[r] = shown
		}
	}
	return looks
})

// codePoints reads hexadecimal numbers. The table has no others.
func codePoints(hex string) []rune {
	var runes []rune
	for field := range strings.FieldsSeq(hex) {
		code, _ := strconv.ParseInt(field, 16, 32)
		runes = append(runes, rune(code))
	}
	return runes
}

// The scripts that are written together. Any of them alone is fine too, as is
// every other script alone: this is what UTS #39, section 5.2, calls "highly
// restrictive".
var writtenTogether = []map[string]bool{
	{"Latin": true, "Han": true, "Hiragana": true, "Katakana": true},
	{"Latin": true, "Han": true, "Bopomofo": true},
	{"Latin": true, "Han": true, "Hangul": true},
}

// mixesScripts reports whether a text has letters of scripts that nobody writes
// together, as Latin and Cyrillic, which share the look of many letters.
func mixesScripts(text string) bool {
	used := map[string]bool{}
	for _, r := range text {
		if script := scriptOf(r); script != "" {
			used[script] = true
		}
	}
	if len(used) < 2 {
		return false
	}
	for _, together := range writtenTogether {
		rest := maps.Clone(used)
		maps.DeleteFunc(rest, func(script string, _ bool) bool { return together[script] })
		if len(rest) == 0 {
			return false
		}
	}
	return true
}

// scriptOf returns the script of a character, or "" when it belongs to several,
// as digits do.
func scriptOf(r rune) string {
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			if name == "Common" || name == "Inherited" {
				return ""
			}
			return name
		}
	}
	return ""
}
