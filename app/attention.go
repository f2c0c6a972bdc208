package app

import (
	"context"
	"time"

	"chatd/store"
)

// silencedAlways is the end of a silence that has none.
const silencedAlways = "always"

type changeAttentionInput struct {
	RoomPath
	Body struct {
		Level         given[string] `json:"level,omitempty" enum:"everything,mentions,nothing" doc:"What the viewer wants to be told of."`
		SilencedUntil given[string] `json:"silenced_until,omitempty" maxLength:"40" doc:"Until when the viewer wants to hear nothing of it: a date and time within a year, always, or empty to end it."`
		Favourite     given[bool]   `json:"favourite,omitempty"`
		Section       given[int64]  `json:"section,omitempty" minimum:"0" maximum:"9007199254740991" doc:"Of the viewer's list of rooms; 0 for none."`
	}
}

// changeAttention changes what the viewer is told of a room, and where it stands
// in their list.
func (a *App) changeAttention(ctx context.Context, in *changeAttentionInput) (*entryOutput, error) {
	if err := a.mayKeep(ctx); err != nil {
		return nil, err
	}
	to := store.Attention{Level: in.Body.Level.to, Favourite: in.Body.Favourite.to, Section: in.Body.Section.to}
	if until := in.Body.SilencedUntil.to; until != nil {
		silence, err := silenceUntil(*until)
		if err != nil {
			return nil, err
		}
		to.Silence = &silence
	}
	pending, err := a.store.ChangeAttention(ctx, userOf(ctx), in.Room, to)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	return a.entry(ctx, in.Room)
}

func silenceUntil(text string) (store.Silence, error) {
	switch text {
	case "":
		return store.Silence{}, nil
	case silencedAlways:
		return store.Silence{On: true}, nil
	}
	until, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return store.Silence{}, fieldProblem("silenced_until", "Give a date and time such as 2026-11-30T18:00:00Z, or always, or nothing to end it.")
	}
	return store.Silence{On: true, Until: &until}, nil
}

// Section is a part of the viewer's list of rooms.
type Section struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func renderSections(sections []store.Section) []Section {
	rendered := make([]Section, len(sections))
	for i, s := range sections {
		rendered[i] = Section(s)
	}
	return rendered
}

type setSectionsInput struct {
	Body struct {
		Sections []struct {
			ID   int64  `json:"id,omitempty" minimum:"0" maximum:"9007199254740991" doc:"Of one that there is already; without it a new one is made."`
			Name string `json:"name" doc:"1 to 40 characters on one line."`
		} `json:"sections" maxItems:"50" doc:"All of them, in their new order. The rooms of those that are left out stand in none."`
	}
}

type sectionsOutput struct {
	Body struct {
		Sections []Section `json:"sections" doc:"In their order."`
	}
}

// setSections changes the sections of the viewer's list of rooms.
func (a *App) setSections(ctx context.Context, in *setSectionsInput) (*sectionsOutput, error) {
	if err := a.mayKeep(ctx); err != nil {
		return nil, err
	}
	wanted := make([]store.Section, len(in.Body.Sections))
	for i, s := range in.Body.Sections {
		wanted[i] = store.Section{ID: s.ID, Name: s.Name}
	}
	now, pending, err := a.store.SetSections(ctx, userOf(ctx), wanted)
	if err != nil {
		return nil, err
	}
	a.committer.Number(pending...)
	out := &sectionsOutput{}
	out.Body.Sections = renderSections(now)
	return out, nil
}
