// Package emoji knows Unicode's emoji and their short names, such as tada. The
// page knows the same ones: both read the file that tools/frontend makes.
package emoji

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"chatd/frontend"
)

// variation is the character that asks for the colourful picture of another.
const variation = "\uFE0F"

// Known reports whether a text is one emoji, with or without a skin tone, as
// Unicode qualifies it.
func Known(s string) bool {
	full, ok := Canonical(s)
	return ok && full == s
}

// Canonical returns an emoji as Unicode qualifies it. Some keyboards write it
// without the characters that ask for the colourful picture, or with too many.
func Canonical(s string) (string, bool) {
	if len(s) > 100 { // far longer than any
		return "", false
	}
	full, ok := known().full[strings.ReplaceAll(s, variation, "")]
	return full, ok
}

// ByName finds an emoji by its short name, which stands between colons in a
// message, here without them. The case does not matter.
func ByName(short string) (string, bool) {
	found, ok := known().named[strings.ToLower(short)]
	return found, ok
}

type table struct {
	full  map[string]string // by the characters without variation
	named map[string]string
}

var known = sync.OnceValue(func() table {
	t, err := read(frontend.Assets())
	if err != nil {
		panic("emoji: the built page lacks them: " + err.Error()) // a test reads the same file
	}
	return t
})

// read reads the file that the manifest of the built page names.
func read(built fs.FS) (table, error) {
	var entries map[string]string
	if err := readJSON(built, "manifest.json", &entries); err != nil {
		return table{}, err
	}
	var file struct {
		Groups []struct{ Emoji [][]json.RawMessage }
	}
	if err := readJSON(built, entries["emoji.json"], &file); err != nil {
		return table{}, err
	}
	t := table{full: map[string]string{}, named: map[string]string{}}
	for _, group := range file.Groups {
		for _, entry := range group.Emoji {
			if err := t.add(entry); err != nil {
				return table{}, err
			}
		}
	}
	return t, nil
}

// add takes in [character, name, [short names], [keywords], [with skin tones]].
func (t table) add(entry []json.RawMessage) error {
	var char string
	var names, skins []string
	for i, to := range map[int]any{0: &char, 2: &names, 4: &skins} {
		if i >= len(entry) {
			continue
		}
		if err := json.Unmarshal(entry[i], to); err != nil {
			return fmt.Errorf("read an emoji: %w", err)
		}
	}
	for _, full := range append(skins, char) {
		t.full[strings.ReplaceAll(full, variation, "")] = full
	}
	for _, name := range names {
		t.named[name] = char
	}
	return nil
}

func readJSON(built fs.FS, name string, to any) error {
	raw, err := fs.ReadFile(built, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}
