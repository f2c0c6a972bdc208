package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"chatd/store"
)

// Problem is every error that leaves chatd: an RFC 9457 problem document whose
// detail is a sentence for people.
type Problem struct {
	Type      string         `json:"type" default:"about:blank" doc:"Always about:blank: the status says what kind of problem it is."`
	Title     string         `json:"title" doc:"The name of the status."`
	Status    int            `json:"status" doc:"The HTTP status."`
	Detail    string         `json:"detail" doc:"A sentence for people, with a way out."`
	RequestID string         `json:"request_id,omitempty" doc:"Names the entry in the server's log."`
	Until     *string        `json:"until,omitempty" format:"date-time" doc:"When what stands in the way ends by itself. The detail writes it in UTC; whoever knows the reader's time zone can write it anew."`
	Errors    []FieldProblem `json:"errors,omitempty" doc:"What is wrong with which part of the request."`

	retryAfter time.Duration
	challenge  string // how to show who one is
}

// FieldProblem says what is wrong with one part of a request.
type FieldProblem struct {
	Location string `json:"location" doc:"Where, such as body.username."`
	Message  string `json:"message" doc:"What is wrong there."`
}

// problem makes a Problem with a sentence for people.
func problem(status int, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
}

// problemUntil is a problem with what ends by itself, or does not when until is
// nil.
func problemUntil(until *time.Time, status int, detail string) *Problem {
	p := problem(status, detail)
	p.Until = optionalTime(until)
	return p
}

// fieldProblem is a 422 about one field of the body.
func fieldProblem(field, detail string) *Problem {
	p := problem(http.StatusUnprocessableEntity, detail)
	p.Errors = []FieldProblem{{Location: "body." + field, Message: detail}}
	return p
}

// invalidProblem is a 422 about a value that the store refuses. Which part of a
// list is wanted stands in the address, everything else in the body.
func invalidProblem(invalid *store.InvalidError) *Problem {
	p := fieldProblem(invalid.Field, invalid.Text)
	switch invalid.Field {
	case "after", "before", "search", "action", "to":
		p.Errors[0].Location = "query." + invalid.Field
	}
	return p
}

// waitProblem tells the client to come back after wait.
func waitProblem(status int, detail string, wait time.Duration) *Problem {
	p := problem(status, detail)
	p.retryAfter = wait
	return p
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.challenge != "" || p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", cmp.Or(p.challenge, "Bearer"))
	}
	return h
}

// A sentinel is an error that packages below decide on, and how people see it.
type sentinel struct {
	cause      error
	status     int
	detail     string
	retryAfter time.Duration
}

var sentinels = []sentinel{
	{store.ErrNoSuchUser, http.StatusNotFound, noSuchPersonDetail, 0},
	{store.ErrNotFound, http.StatusNotFound, "This does not exist, or you cannot see it. Go back to your rooms.", 0},
	{store.ErrNotMember, http.StatusForbidden, "You are not a member of this room. Join it first.", 0},
	{store.ErrLastOwner, http.StatusConflict, "There must be an owner. Make somebody else owner first.", 0},
	{store.ErrTooManyBlocks, http.StatusConflict, "You have blocked 1,000 people, which is the most. Take a block back first.", 0},
	{store.ErrTakenOver, http.StatusForbidden, "Somebody who keeps order in the room has deleted this. Ask them to take it back.", 0},
	{store.ErrErased, http.StatusGone, "The ten minutes in which this could be taken back are over: the messages are erased.", 0},
	{store.ErrDeleted, http.StatusGone, "This message is deleted, so there is nothing left to do about it.", 0},
	{store.ErrOwnMessage, http.StatusUnprocessableEntity, "This is your own message. Delete it instead.", 0},
	{store.ErrSettled, http.StatusConflict, "Somebody else has settled this report in another way meanwhile. Load the reports again.", 0},
	{store.ErrTooManyReactions, http.StatusUnprocessableEntity, "This message has 50 different reactions, which is the most. Use one of those.", 0},
	{store.ErrTooManyPins, http.StatusConflict, "In this room 100 messages are pinned, which is the most. Unpin one first.", 0},
	{store.ErrTooManyEdits, http.StatusConflict, "This message was changed 100 times, which is the most. Send a new one.", 0},
	{store.ErrSeenByOff, http.StatusForbidden, "You do not tell others what you have read, so you are not told what they have. You can change that in the settings.", 0},
	{store.ErrRoomTooLarge, http.StatusForbidden, "Who has read a message is told in direct rooms, and in rooms of at most 20 people.", 0},
	{store.ErrTooManyTokens, http.StatusConflict, "You have 100 access tokens, which is the most. Revoke one that you no longer use.", 0},
	{store.ErrArchived, http.StatusForbidden, "This room is archived: what was written stays, and nothing new is. Those who look after it can take it back.", 0},
	{store.ErrReadOnly, http.StatusForbidden, "This room is read-only: only those who look after it write here. Write to one of them.", 0},
	{store.ErrForbidden, http.StatusForbidden, "You are not allowed to do this. Ask an owner.", 0},
	{store.ErrSessionEnded, http.StatusUnauthorized, signedOutDetail, 0},
	{store.ErrConflict, http.StatusConflict, "This was changed meanwhile. Load it again and retry.", 0},
	{store.ErrRoomErased, http.StatusGone, "The time in which this room could be taken back is over: it is erased. Make a new one.", 0},
	{store.ErrGone, http.StatusGone, "This is no longer valid. Ask for a new one.", 0},
	{store.ErrOneself, http.StatusUnprocessableEntity, "Nobody does this to themselves. If it has to be, ask somebody else who may.", 0},
	{store.ErrInvalid, http.StatusUnprocessableEntity, "This cannot be stored. Check what you entered.", 0},
	{store.ErrUnavailable, http.StatusServiceUnavailable, unavailableDetail, 2 * time.Second},
	{ErrBusy, http.StatusServiceUnavailable, "Too many people are signing in at the moment. Try again in a few seconds.", 3 * time.Second},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "The server is very busy. Try again in a moment.", 2 * time.Second},
	{context.Canceled, http.StatusServiceUnavailable, "The request was cut off. Try again.", time.Second},
}

const (
	signedOutDetail    = "You are signed out. Sign in to go on."
	noSuchPersonDetail = "There is no such person here. Load the list of people again."
	unavailableDetail  = "The database cannot be reached just now. Try again in a moment."
)

// problemOf turns any error into what the client may see of it. This is the
// one place where that is decided. An error nobody foresaw stays in the log;
// the client gets the id of its entry.
func (a *App) problemOf(ctx context.Context, err error) *Problem {
	if v, _ := viewerOf(ctx); v.token() && errors.Is(err, store.ErrSessionEnded) {
		err = endedToken(v)
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if taken, ok := errors.AsType[*store.TakenError](err); ok {
		return takenProblem(taken.Field)
	}
	if invalid, ok := errors.AsType[*store.InvalidError](err); ok {
		return invalidProblem(invalid)
	}
	if p := standingAgainst(err); p != nil {
		return p
	}
	for _, s := range sentinels {
		if errors.Is(err, s.cause) {
			a.logRefusal(ctx, s.status, err)
			return waitProblem(s.status, s.detail, s.retryAfter)
		}
	}
	if store.Unreachable(err) {
		a.logRefusal(ctx, http.StatusServiceUnavailable, err)
		return waitProblem(http.StatusServiceUnavailable, unavailableDetail, 2*time.Second)
	}
	a.logFailure(ctx, err)
	p := problem(http.StatusInternalServerError,
		"Something went wrong on the server. Try again; if it happens again, tell the owner this number: "+requestID(ctx)+".")
	p.RequestID = requestID(ctx)
	return p
}

func (a *App) logFailure(ctx context.Context, err error) {
	a.log.ErrorContext(ctx, "request failed", slog.String("request_id", requestID(ctx)), slog.Any("error", err))
}

// logRefusal keeps what a person cannot help, and the owner may want to know.
func (a *App) logRefusal(ctx context.Context, status int, err error) {
	if status < http.StatusInternalServerError || errors.Is(err, context.Canceled) {
		return
	}
	a.log.WarnContext(ctx, "request refused", slog.String("request_id", requestID(ctx)),
		slog.Int("status", status), slog.Any("error", err))
}

func takenProblem(field string) *Problem {
	detail := map[string]string{
		"username": "This user name is taken. Choose another one.",
		"email":    "This e-mail address already has an account. Sign in with it, or use another one.",
		"name":     "There is already a room with this name. Choose another one.",
	}[field]
	if detail == "" {
		detail = "This is taken already. Choose another one."
	}
	p := problem(http.StatusConflict, detail)
	p.Errors = []FieldProblem{{Location: "body." + field, Message: detail}}
	return p
}

// standingAgainst is the answer to somebody who has to wait, or against whom
// something was decided; nil for other errors.
func standingAgainst(err error) *Problem {
	if e, ok := errors.AsType[*store.SanctionError](err); ok {
		return sanctionProblem(e)
	}
	if e, ok := errors.AsType[*store.AddressBannedError](err); ok {
		return addressProblem(e)
	}
	if e, ok := errors.AsType[*store.SlowModeError](err); ok {
		return slowModeProblem(e.Wait)
	}
	return nil
}

// fail answers with err: as a page to a browser that asked for one, as a
// problem document to everybody else.
func (a *App) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := a.problemOf(r.Context(), err)
	if isPlain(r) {
		a.failPlain(w, r, p)
		return
	}
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Cache-Control", "no-store")
	if wantsPage(r) {
		a.writeProblemPage(w, p)
		return
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	// The client may be gone; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(p)
}
