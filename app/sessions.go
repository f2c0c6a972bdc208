package app

import (
	"context"
	"errors"
	"net/http"

	"chatd/store"
)

// Session is a browser in which the viewer is signed in.
type Session struct {
	ID         string `json:"id" format:"uuid"`
	Current    bool   `json:"current" doc:"Whether it is the one that asks."`
	Device     string `json:"device" doc:"Such as Firefox on Linux, as far as the browser tells."`
	UserAgent  string `json:"user_agent"`
	Address    string `json:"address" doc:"The IP address it was last used from."`
	CreatedAt  string `json:"created_at" format:"date-time"`
	LastUsedAt string `json:"last_used_at" format:"date-time"`
	ExpiresAt  string `json:"expires_at" format:"date-time"`
}

type sessionsOutput struct {
	Body struct {
		Sessions []Session `json:"sessions" doc:"The last used first."`
	}
}

// listSessions shows where the viewer is signed in.
func (a *App) listSessions(ctx context.Context, _ *struct{}) (*sessionsOutput, error) {
	v, _ := viewerOf(ctx)
	sessions, err := a.store.Sessions(ctx, v.user)
	if err != nil {
		return nil, err
	}
	out := &sessionsOutput{}
	out.Body.Sessions = make([]Session, len(sessions))
	for i, s := range sessions {
		out.Body.Sessions[i] = Session{
			ID:         s.ID,
			Current:    s.ID == v.session,
			Device:     device(s.UserAgent),
			UserAgent:  s.UserAgent,
			Address:    s.Address,
			CreatedAt:  renderTime(s.CreatedAt),
			LastUsedAt: renderTime(s.LastUsedAt),
			ExpiresAt:  renderTime(s.ExpiresAt),
		}
	}
	return out, nil
}

type sessionInput struct {
	Session string `path:"session" doc:"The id of a session."`
}

// endOwnSession signs the viewer out in one of their browsers.
func (a *App) endOwnSession(ctx context.Context, in *sessionInput) (*struct{}, error) {
	err := store.ErrNotFound
	if sessionID.MatchString(in.Session) {
		err = a.store.Control().EndOwnSession(ctx, userOf(ctx), in.Session, string(reasonRevoked))
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem(http.StatusNotFound, "You are not signed in there. Load the list again.")
	}
	if err != nil {
		return nil, err
	}
	a.endLogins([]string{in.Session}, reasonRevoked)
	return nil, nil
}

// endOtherSessions signs the viewer out everywhere but here.
func (a *App) endOtherSessions(ctx context.Context, _ *struct{}) (*struct{}, error) {
	v, _ := viewerOf(ctx)
	ended, err := a.store.Control().EndUserSessions(ctx, v.user, v.session, string(reasonRevoked))
	if err != nil {
		return nil, err
	}
	a.endLogins(ended, reasonRevoked)
	return nil, nil
}
