package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"chatd/store"
)

// Sanction is a mute, a ban from a room or a suspension that is in force.
type Sanction struct {
	User      User    `json:"user"`
	Reason    string  `json:"reason" doc:"Empty when none was given."`
	Until     *string `json:"until" format:"date-time" doc:"Null when somebody has to end it."`
	By        *Author `json:"by,omitempty" doc:"Who decided it; left out for the command line."`
	CreatedAt string  `json:"created_at" format:"date-time"`
}

func renderSanction(s store.Sanction) Sanction {
	return Sanction{
		User: renderUser(s.User), Reason: s.Reason, Until: optionalTime(s.Until),
		By: optionalAuthor(s.By), CreatedAt: renderTime(s.CreatedAt),
	}
}

func renderSanctions(sanctions []store.Sanction) []Sanction {
	return renderAll(sanctions, renderSanction)
}

// Terms are why somebody is muted, banned or suspended, and until when or for
// how long.
type Terms struct {
	Reason  string       `json:"reason,omitempty" maxLength:"1000" doc:"Why, for the person and for the audit log: up to 500 characters on one line."`
	Until   givenEnd     `json:"until,omitempty"`
	Seconds given[int64] `json:"seconds,omitempty" minimum:"1" maximum:"315360000" doc:"Instead of until: how long it lasts from now on, by the clock of the server, up to ten years."`
}

// store is what the store is asked for. That nobody said how long it lasts must
// not mean for ever.
func (t Terms) store() (store.Terms, error) {
	switch {
	case t.Until.given && t.Seconds.to != nil:
		return store.Terms{}, fieldProblem("seconds", "Say either until or seconds, not both.")
	case t.Seconds.to != nil:
		return store.Terms{Reason: t.Reason, For: time.Duration(*t.Seconds.to) * time.Second}, nil
	case !t.Until.given:
		return store.Terms{}, fieldProblem("until", "Say how long it lasts: in seconds, such as 3600, or with until, which is null for no end.")
	}
	return store.Terms{Reason: t.Reason, Until: t.Until.at}, nil
}

// givenEnd is when something ends by itself, or null for no end, which is
// another thing than leaving it out.
type givenEnd struct {
	given bool
	at    *time.Time
}

var _ huma.SchemaProvider = givenEnd{}

// Schema implements huma.SchemaProvider.
func (givenEnd) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Format: "date-time", Nullable: true,
		Description: "When it ends by itself, within ten years; null for no end. Left out with seconds.",
	}
}

// UnmarshalJSON implements json.Unmarshaler.
func (g *givenEnd) UnmarshalJSON(raw []byte) error {
	g.given = true
	return json.Unmarshal(raw, &g.at)
}

type sanctionOutput struct {
	Body Sanction
}

// sanctionProblem tells somebody what stands against them.
func sanctionProblem(e *store.SanctionError) *Problem {
	switch e.Kind {
	case store.SanctionMute:
		return problemUntil(e.Until, http.StatusForbidden, "You are muted in this room"+untilWords(e.Until)+". You can go on reading it.")
	case store.SanctionBan:
		return problemUntil(e.Until, http.StatusForbidden, "You are banned from this room"+untilWords(e.Until)+"."+reasonWords(e.Reason)+" If you think that this is a mistake, write to those who look after it.")
	default:
		return problemUntil(e.Until, http.StatusForbidden, "Your account is suspended"+untilWords(e.Until)+"."+reasonWords(e.Reason)+" If you think that this is a mistake, write to an owner or admin.")
	}
}

// untilWords is the end of a sentence about something that has an end, or none.
func untilWords(until *time.Time) string {
	if until == nil {
		return " until somebody ends it"
	}
	return " until " + until.UTC().Format("2 January 2006, 15:04 UTC")
}

// reasonWords is a sentence with a reason, if there is one.
func reasonWords(reason string) string {
	if reason == "" {
		return ""
	}
	return " The reason: " + strings.TrimRight(reason, ".") + "."
}
