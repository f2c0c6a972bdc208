package app

import (
	"context"
	"errors"
	"net/http"
	"time"

	"chatd/store"
)

// Token is one of the viewer's access tokens.
type Token struct {
	ID         string  `json:"id" format:"uuid"`
	Name       string  `json:"name"`
	Scope      string  `json:"scope" enum:"read,read-write"`
	CreatedAt  string  `json:"created_at" format:"date-time"`
	LastUsedAt *string `json:"last_used_at" format:"date-time" doc:"Null when it was never used."`
	ExpiresAt  string  `json:"expires_at" format:"date-time"`
}

func renderToken(t store.Token) Token {
	return Token{
		ID:         t.ID,
		Name:       t.Name,
		Scope:      t.Scope,
		CreatedAt:  renderTime(t.CreatedAt),
		LastUsedAt: optionalTime(t.LastUsedAt),
		ExpiresAt:  renderTime(t.ExpiresAt),
	}
}

type tokensOutput struct {
	Body struct {
		Tokens []Token `json:"tokens" doc:"The newest first."`
	}
}

// listTokens shows the viewer's access tokens that can be used.
func (a *App) listTokens(ctx context.Context, _ *struct{}) (*tokensOutput, error) {
	tokens, err := a.store.Tokens(ctx, userOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &tokensOutput{}
	out.Body.Tokens = renderAll(tokens, renderToken)
	return out, nil
}

type createTokenInput struct {
	Body struct {
		Name          string `json:"name" doc:"1 to 80 characters on one line, to know it again."`
		Scope         string `json:"scope" enum:"read,read-write"`
		ExpiresInDays int    `json:"expires_in_days,omitempty" default:"90" minimum:"1" maximum:"3650"`
	}
}

type createTokenOutput struct {
	Body struct {
		Token
		Secret string `json:"token" doc:"What the script sends in its Authorization header, after Bearer. It is shown only once."`
	}
}

// createToken makes an access token for a script of the viewer.
func (a *App) createToken(ctx context.Context, in *createTokenInput) (*createTokenOutput, error) {
	v, _ := viewerOf(ctx)
	token, err := a.store.CreateToken(ctx, v.user, v.session, store.NewToken{
		Name:  in.Body.Name,
		Scope: in.Body.Scope,
		TTL:   time.Duration(in.Body.ExpiresInDays) * 24 * time.Hour,
	})
	if err != nil {
		return nil, err
	}
	out := &createTokenOutput{}
	out.Body.Token, out.Body.Secret = renderToken(token), token.Secret
	return out, nil
}

type revokeTokenInput struct {
	Token string `path:"token" doc:"The id of an access token."`
}

// revokeToken ends one of the viewer's access tokens and, at once, what it is
// connected to.
func (a *App) revokeToken(ctx context.Context, in *revokeTokenInput) (*struct{}, error) {
	err := store.ErrNotFound
	if sessionID.MatchString(in.Token) {
		err = a.store.RevokeToken(ctx, userOf(ctx), in.Token)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem(http.StatusNotFound, "You have no such access token. Load the list again.")
	}
	if err != nil {
		return nil, err
	}
	a.endLogins(userOf(ctx), []string{in.Token}, reasonRevoked)
	return nil, nil
}
