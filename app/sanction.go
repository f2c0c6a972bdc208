package app

import (
	"net/http"
	"strings"
	"time"

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
	rendered := make([]Sanction, len(sanctions))
	for i, s := range sanctions {
		rendered[i] = renderSanction(s)
	}
	return rendered
}

// Terms are why somebody is muted, banned or suspended, and until when.
type Terms struct {
	Reason string     `json:"reason,omitempty" maxLength:"1000" doc:"Why, for the person and for the audit log: up to 500 characters on one line."`
	Until  *time.Time `json:"until,omitempty" nullable:"true" doc:"When it ends by itself; null for no end."`
}

func (t Terms) store() store.Terms { return store.Terms{Reason: t.Reason, Until: t.Until} }

type sanctionOutput struct {
	Body Sanction
}

// sanctionProblem tells somebody what stands against them.
func sanctionProblem(e *store.SanctionError) *Problem {
	switch e.Kind {
	case store.SanctionMute:
		return problem(http.StatusForbidden, "You are muted in this room"+untilWords(e.Until)+". You can go on reading it.")
	case store.SanctionBan:
		return problem(http.StatusForbidden, "You are banned from this room"+untilWords(e.Until)+"."+reasonWords(e.Reason)+" If you think that this is a mistake, write to those who look after it.")
	default:
		return problem(http.StatusForbidden, "Your account is suspended"+untilWords(e.Until)+"."+reasonWords(e.Reason)+" If you think that this is a mistake, write to an owner or admin.")
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
