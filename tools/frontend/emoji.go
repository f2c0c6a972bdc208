package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// emojibase is where the package emojibase-data is, which npm ci installs.
const emojibase = "../frontend/node_modules/emojibase-data/"

// namesOnly is how emojibase numbers the group of skin tones and hair, which are
// nothing by themselves.
const namesOnly = 2

// emojiFile is what the page and the server know of emoji. The page loads it when
// somebody looks for one.
type emojiFile struct {
	// Notice is the licence of the data, which goes where they go.
	Notice string       `json:"notice"`
	Groups []emojiGroup `json:"groups"`
}

type emojiGroup struct {
	Name string `json:"name"`
	// Emoji are [character, name, [short names], [keywords], [with skin tones]].
	// The last is left out when there are none. The first five are those of one
	// tone, from light to dark; those of two people with a tone each follow.
	Emoji [][]any `json:"emoji"`
}

// emojiRecord is an emoji as emojibase has it.
type emojiRecord struct {
	Label, Hexcode, Emoji string
	Type, Order           int
	Group                 *int
	Tags                  []string
	Skins                 []emojiSkin
}

type emojiSkin struct {
	emojiRecord
	Tone json.RawMessage // a number, or one for each of two people
}

// addEmoji adds emoji-HASH.json and its line of the manifest.
func addEmoji(files map[string][]byte, manifest map[string]string) error {
	made, err := makeEmoji()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(made)
	name := "emoji-" + base32.StdEncoding.EncodeToString(sum[:5]) + ".json"
	files[name] = made
	manifest["emoji.json"] = name
	return nil
}

// makeEmoji puts together emojibase's English names and keywords.
func makeEmoji() ([]byte, error) {
	notice, err := os.ReadFile(emojibase + "LICENSE")
	if err != nil {
		return nil, fmt.Errorf("the data of emoji are not there; run npm ci in frontend: %w", err)
	}
	var records []emojiRecord
	var messages struct {
		Groups []struct {
			Message string
			Order   int
		}
	}
	var preferred, others shortNames
	for path, to := range map[string]any{
		"en/data.json": &records, "en/messages.json": &messages,
		"en/shortcodes/github.json": &preferred, "en/shortcodes/emojibase.json": &others,
	} {
		if err := readEmojibase(path, to); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(records, func(a, b emojiRecord) int { return cmp.Compare(a.Order, b.Order) })
	taken := takenNames(records, preferred)
	file := emojiFile{Notice: "Made from emojibase-data 17.0.0. " + strings.Join(strings.Fields(string(notice)), " ")}
	for _, g := range messages.Groups {
		group := emojiGroup{Name: g.Message}
		for _, r := range records {
			if r.Group != nil && *r.Group == g.Order && g.Order != namesOnly {
				group.Emoji = append(group.Emoji, compactEmoji(r, preferred[r.Hexcode], others[r.Hexcode], taken))
			}
		}
		if group.Emoji != nil {
			file.Groups = append(file.Groups, group)
		}
	}
	var made strings.Builder
	e := json.NewEncoder(&made)
	e.SetEscapeHTML(false)
	if err := e.Encode(file); err != nil {
		return nil, err
	}
	return []byte(made.String()), nil
}

func readEmojibase(path string, to any) error {
	raw, err := os.ReadFile(emojibase + path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// takenNames are the short names that GitHub has given.
func takenNames(records []emojiRecord, preferred shortNames) map[string]bool {
	taken := map[string]bool{}
	for _, r := range records {
		for _, name := range preferred[r.Hexcode] {
			taken[name] = true
		}
	}
	return taken
}

// compactEmoji is one emoji of a group. Its short names are those that GitHub
// knows; where it knows none they are emojibase's. The others are keywords.
func compactEmoji(r emojiRecord, preferred, others []string, taken map[string]bool) []any {
	names := preferred
	if len(names) == 0 {
		for _, name := range others {
			if !taken[name] {
				names = append(names, name)
				taken[name] = true
			}
		}
	}
	keywords := []string{}
	for _, word := range slices.Concat(r.Tags, others) {
		known := slices.Contains(names, word) || slices.Contains(keywords, word) ||
			strings.Contains(" "+r.Label+" ", " "+strings.ReplaceAll(word, "_", " ")+" ")
		if !known {
			keywords = append(keywords, word)
		}
	}
	entry := []any{shown(r), r.Label, names, keywords}
	if skins := skinsOf(r); len(skins) > 0 {
		entry = append(entry, skins)
	}
	return entry
}

func skinsOf(r emojiRecord) []string {
	var one, two []string
	for _, skin := range r.Skins {
		if strings.HasPrefix(string(skin.Tone), "[") {
			two = append(two, shown(skin.emojiRecord))
		} else {
			one = append(one, shown(skin.emojiRecord))
		}
	}
	return append(one, two...)
}

// shown is an emoji as Unicode qualifies it. Emojibase asks for the colourful
// picture also where there is no other by default; keyboards do not.
func shown(r emojiRecord) string {
	runes := []rune(r.Emoji)
	if len(runes) == 2 && runes[1] == '\uFE0F' && r.Type == 1 {
		return string(runes[:1])
	}
	return r.Emoji
}

// shortNames are the short names of emoji, by their code points.
type shortNames map[string][]string

// UnmarshalJSON implements json.Unmarshaler. One name alone stands there
// without brackets.
func (s *shortNames) UnmarshalJSON(raw []byte) error {
	var loose map[string]json.RawMessage
	if err := json.Unmarshal(raw, &loose); err != nil {
		return err
	}
	*s = shortNames{}
	for code, names := range loose {
		list := []string{}
		if json.Unmarshal(names, &list) != nil {
			list = []string{""}
			if err := json.Unmarshal(names, &list[0]); err != nil {
				return err
			}
		}
		(*s)[code] = list
	}
	return nil
}
