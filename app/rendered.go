package app

import (
	"context"
	"slices"

	"chatd/app/markup"
	"chatd/store"
)

// excerptLength is how many characters of a message a quote of it shows.
const excerptLength = 200

// rendered is what Markdown makes of a text.
type rendered struct {
	html     string  // "" for plain text
	mentions []int64 // people who are mentioned
	all      string  // see [store.Send]
}

// rendered reads the text of a message that author sends into a room. It asks the
// database only when there may be names in it.
func (a *App) rendered(ctx context.Context, room, author int64, body string) (rendered, error) {
	names, err := a.namesIn(ctx, room, author, body)
	if err != nil {
		return rendered{}, err
	}
	html, refs := markup.Render(body, names)
	r := rendered{html: html, mentions: refs.Users, all: refs.Everyone}
	if r.all == store.MentionsHere {
		here, err := a.store.HereIn(ctx, room, author)
		if err != nil {
			return rendered{}, err
		}
		r.mentions = append(r.mentions, here...)
		slices.Sort(r.mentions)
		r.mentions = slices.Compact(r.mentions)
	}
	return r, nil
}

// namesIn finds out what the names in a text mean to its author.
func (a *App) namesIn(ctx context.Context, room, author int64, body string) (markup.Names, error) {
	candidates := markup.Mentioned(body)
	if len(candidates.Users)+len(candidates.Rooms) == 0 {
		return markup.Names{}, nil
	}
	users, rooms := keysOf(candidates.Users, store.UsernameKey), keysOf(candidates.Rooms, store.RoomNameKey)
	found, err := a.store.Mentionable(ctx, author, room, users.keys, rooms.keys)
	if err != nil {
		return markup.Names{}, err
	}
	return markup.Names{Users: users.resolve(found.Users), Rooms: rooms.resolve(found.Rooms), Everyone: found.Everyone}, nil
}

// keyed are names as they are written, and the keys that they are found by.
type keyed struct {
	keys  []string
	names map[string]string // key of each name
}

func keysOf(names []string, key func(string) string) keyed {
	k := keyed{names: make(map[string]string, len(names))}
	for _, name := range names {
		if found := key(name); found != "" {
			k.names[name] = found
			k.keys = append(k.keys, found)
		}
	}
	return k
}

// resolve returns what the names mean, when found says it of their keys.
func (k keyed) resolve(found map[string]int64) map[string]int64 {
	ids := map[string]int64{}
	for name, key := range k.names {
		if id := found[key]; id != 0 {
			ids[name] = id
		}
	}
	return ids
}

// excerpt is how a text begins, in one line and without markup.
func excerpt(text string) string {
	return markup.Excerpt(text, excerptLength)
}
