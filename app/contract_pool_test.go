package app

import (
	"encoding/json"
	"path"
	"strings"
	"sync"
)

// A pool holds what the API has told, by kind: ids of rooms, users, invites,
// sessions and tokens, secrets, logins and cursors. All actors share it, so
// that everybody tries what is somebody else's.
type pool struct {
	keeper string // whom nobody may harm: without them no actor can be renewed

	mu    sync.Mutex
	texts map[string][]string
}

const poolSize = 100

func (p *pool) add(kind, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if text == "" || kind == "user" && text == p.keeper {
		return
	}
	known := append(p.texts[kind], text)
	p.texts[kind] = known[max(0, len(known)-poolSize):]
}

// text is something of a kind that was told, if there was anything.
func (p *pool) text(m *mill, kind string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.texts[kind]
	if kind == "emoji" {
		return pick(m, "🎉", "👍", "❤️", "x")
	}
	if len(known) == 0 {
		return "1"
	}
	return known[m.IntN(len(known))]
}

// kindOf is the kind of what a part of the API deals with.
var kindOf = map[string]string{
	"rooms": "room", "direct": "room", "users": "user", "members": "user", "invites": "invite", "sessions": "session", "tokens": "token",
}

// parameterKind is the kind of a path's parameter.
func parameterKind(route, name string) string {
	if strings.Contains(route, "/by-token/") {
		return "invite-token"
	}
	return name
}

// harvest takes from an answer what later requests can use.
func (p *pool) harvest(o *specOperation, v any) {
	object, ok := v.(map[string]any)
	if !ok {
		return
	}
	last := path.Base(o.path)
	if strings.HasPrefix(last, "{") {
		last = path.Base(path.Dir(o.path))
	}
	p.harvestOne(kindOf[last], object)
	for name, inner := range object {
		if list, ok := inner.([]any); ok {
			for _, item := range list {
				if one, ok := item.(map[string]any); ok {
					p.harvestOne(kindOf[name], one)
				}
			}
		}
	}
	if cursor, ok := object["next"].(string); ok {
		p.add("cursor", cursor)
	}
	if user, ok := object["user"].(map[string]any); ok {
		p.harvestOne("user", user)
	}
}

func (p *pool) harvestOne(kind string, object map[string]any) {
	if kind == "" {
		return
	}
	switch id := object["id"].(type) {
	case json.Number:
		p.add(kind, id.String())
	case string:
		p.add(kind, id)
	}
	if login, ok := object["username"].(string); ok {
		p.add("login", login)
	}
	if name, ok := object["name"].(string); ok {
		p.add("name", name)
	}
	if link, ok := object["url"].(string); ok {
		p.add("invite-token", path.Base(link))
	}
}
