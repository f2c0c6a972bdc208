package app

import (
	"context"
	"slices"

	"chatd/store"
)

// AuditNames are the words for what stands in the facts of entries.
type AuditNames struct {
	People   []AuditPerson     `json:"people" doc:"Those whose ids are facts, such as invited_by."`
	Rooms    []AuditRoom       `json:"rooms" doc:"Those whose ids are facts, such as room_ids, and whose names the viewer knows."`
	Browsers map[string]string `json:"browsers" doc:"What each user_agent says, such as Firefox on Linux."`
}

// auditNames finds the words for the facts of some entries.
func (a *App) auditNames(ctx context.Context, entries []store.AuditEntry) (AuditNames, error) {
	names := AuditNames{People: []AuditPerson{}, Rooms: []AuditRoom{}, Browsers: map[string]string{}}
	var people, rooms []int64
	for _, e := range entries {
		for _, facts := range []map[string]any{e.Before, e.After} {
			people = append(people, ids(facts["invited_by"], facts["actor"], facts["user"])...)
			rooms = append(rooms, ids(facts["room_ids"], facts["room"])...)
			if agent, ok := facts["user_agent"].(string); ok {
				names.Browsers[agent] = device(agent)
			}
		}
	}
	if len(people) == 0 && len(rooms) == 0 {
		return names, nil
	}
	found, places, err := a.store.AuditNames(ctx, userOf(ctx), unique(people), unique(rooms))
	if err != nil {
		return AuditNames{}, err
	}
	for _, p := range found {
		names.People = append(names.People, *renderAuditPerson(&p))
	}
	for _, r := range places {
		names.Rooms = append(names.Rooms, AuditRoom{ID: r.ID, Name: &r.Name})
	}
	return names, nil
}

// ids reads numbers from facts, which come from JSON.
func ids(facts ...any) (found []int64) {
	for _, fact := range facts {
		switch value := fact.(type) {
		case float64:
			found = append(found, int64(value))
		case []any:
			found = append(found, ids(value...)...)
		}
	}
	return found
}

func unique(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.Compact(ids)
}
