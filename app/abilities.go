package app

import (
	"chatd/store"
	"chatd/store/rights"
)

// Abilities is what people of the viewer's role may do, for the page to offer
// nothing else. Whether somebody may, is judged anew with each request.
type Abilities struct {
	Workspace []string            `json:"workspace" doc:"What the viewer may do in the workspace."`
	Room      map[string][]string `json:"room" doc:"For each action in rooms, where it is allowed: the viewer's role in the room (outside without one), the room's kind, and its state, with slashes between."`
}

func renderAbilities(role store.Role) Abilities {
	may := rights.Of(role)
	rendered := Abilities{Workspace: make([]string, len(may.Workspace)), Room: make(map[string][]string, len(may.Room))}
	for i, action := range may.Workspace {
		rendered.Workspace[i] = string(action)
	}
	for action, places := range may.Room {
		rendered.Room[string(action)] = places
	}
	return rendered
}
