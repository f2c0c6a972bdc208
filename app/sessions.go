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
	Kind       string `json:"kind" enum:"browser,phone"`
	UserAgent  string `json:"user_agent"`
	Address    string `json:"address" doc:"The IP address it was last used from."`
	CreatedAt  string `json:"created_at" format:"date-time"`
	LastUsedAt string `json:"last_used_at" format:"date-time"`
	ExpiresAt  string `json:"expires_at" format:"date-time"`

	Connected []Connection `json:"connected" doc:"What listens to chatd there now."`
}

// Connection is one tab, or whatever else listens to chatd in a browser. Tabs that
// share a connection are one.
type Connection struct {
	Device    string `json:"device" enum:"browser,phone,plain" doc:"Plain is the page without scripts."`
	Transport string `json:"transport" doc:"Such as iframe; empty when it is not known."`
	RoundTrip *int64 `json:"round_trip_ms,omitempty" doc:"As the browser has measured it, in milliseconds."`
	Idle      bool   `json:"idle" doc:"Whether nobody has touched it for a while."`
}

// connections are where a user is connected, by session.
func (a *App) connections(ctx context.Context, user int64) (map[string][]Connection, error) {
	devices, err := a.store.Devices(ctx, user)
	if err != nil {
		return nil, err
	}
	connected := map[string][]Connection{}
	for _, d := range devices {
		c := Connection{Device: d.Device, Transport: d.Transport, Idle: d.Idle}
		if ms := d.RoundTrip.Milliseconds(); ms > 0 {
			c.RoundTrip = &ms
		}
		connected[d.Login] = append(connected[d.Login], c)
	}
	return connected, nil
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
	connected, err := a.connections(ctx, v.user)
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
			Kind:       browserKind(s.UserAgent),
			UserAgent:  s.UserAgent,
			Address:    s.Address,
			CreatedAt:  renderTime(s.CreatedAt),
			LastUsedAt: renderTime(s.LastUsedAt),
			ExpiresAt:  renderTime(s.ExpiresAt),
			Connected:  append([]Connection{}, connected[s.ID]...),
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
	a.endLogins(userOf(ctx), []string{in.Session}, reasonRevoked)
	return nil, nil
}

// endOtherSessions signs the viewer out everywhere but here.
func (a *App) endOtherSessions(ctx context.Context, _ *struct{}) (*struct{}, error) {
	v, _ := viewerOf(ctx)
	ended, err := a.store.Control().EndUserSessions(ctx, v.user, v.session, string(reasonRevoked))
	if err != nil {
		return nil, err
	}
	a.endLogins(v.user, ended, reasonRevoked)
	return nil, nil
}
