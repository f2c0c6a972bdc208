package app

import (
	"context"
	"errors"
	"net/http"
	"time"

	"chatd/store"
)

type tokenInput struct {
	Token string `path:"token" maxLength:"200"`
}

type invitationOutput struct {
	Body struct {
		Workspace string `json:"workspace"`
		InvitedBy struct {
			DisplayName string `json:"display_name"`
		} `json:"invited_by"`
		ExpiresAt string `json:"expires_at" format:"date-time"`
	}
}

// invitation shows the holder of an invite's link who invites them where.
func (a *App) invitation(ctx context.Context, in *tokenInput) (*invitationOutput, error) {
	invite, err := a.store.InviteByToken(ctx, in.Token)
	if err != nil {
		return nil, inviteProblem(err)
	}
	workspace, err := a.store.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	out := &invitationOutput{}
	out.Body.Workspace = workspace.Name
	out.Body.InvitedBy.DisplayName = invite.CreatedBy.DisplayName
	out.Body.ExpiresAt = renderTime(invite.ExpiresAt)
	return out, nil
}

type signUpInput struct {
	Browser
	Body struct {
		Invite string `json:"invite" minLength:"1" maxLength:"200" doc:"The token at the end of the invite's link."`
		Account
	}
}

// signUp makes an account for somebody who was invited, and signs them in.
func (a *App) signUp(ctx context.Context, in *signUpInput) (*signedInOutput, error) {
	// Hashing is dear, so it is only done for somebody with an invite. The
	// store checks the invite again with the account.
	if _, err := a.store.InviteByToken(ctx, in.Body.Invite); err != nil {
		return nil, inviteProblem(err)
	}
	hash, err := a.hash(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	user, pending, err := a.store.SignUp(ctx, in.Body.Invite, in.Body.newUser(hash))
	if err != nil {
		return nil, inviteProblem(err)
	}
	a.committer.Number(pending...)
	return a.welcome(ctx, in.Browser, user)
}

// inviteProblem explains why an invite does not work.
func inviteProblem(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return problem(http.StatusNotFound, "This invite does not exist. Check the link, or ask for a new one.")
	case errors.Is(err, store.ErrInviteRevoked):
		return problem(http.StatusGone, "This invite was taken back. Ask for a new one.")
	case errors.Is(err, store.ErrInviteExpired):
		return problem(http.StatusGone, "This invite has expired. Ask for a new one.")
	}
	return err
}

// Invite is an invite in the owner's list.
type Invite struct {
	ID        int64  `json:"id"`
	CreatedAt string `json:"created_at" format:"date-time"`
	ExpiresAt string `json:"expires_at" format:"date-time"`
	Uses      int64  `json:"uses" doc:"How many people have signed up with it."`
	Revoked   bool   `json:"revoked"`
}

type invitesOutput struct {
	Body struct {
		Invites []Invite `json:"invites"`
	}
}

// listInvites shows the owner all invites, the newest first.
func (a *App) listInvites(ctx context.Context, _ *struct{}) (*invitesOutput, error) {
	invites, err := a.store.Invites(ctx, userOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &invitesOutput{}
	out.Body.Invites = make([]Invite, len(invites))
	for i, invite := range invites {
		out.Body.Invites[i] = Invite{
			ID:        invite.ID,
			CreatedAt: renderTime(invite.CreatedAt),
			ExpiresAt: renderTime(invite.ExpiresAt),
			Uses:      invite.Uses,
			Revoked:   invite.RevokedAt != nil,
		}
	}
	return out, nil
}

type createInviteInput struct {
	Browser
	Body struct {
		ExpiresInDays int `json:"expires_in_days,omitempty" default:"7" minimum:"1" maximum:"365"`
	}
}

type createInviteOutput struct {
	Body struct {
		ID        int64  `json:"id"`
		URL       string `json:"url" doc:"The link for the person who is invited. It is shown only once."`
		ExpiresAt string `json:"expires_at" format:"date-time"`
	}
}

// createInvite makes a link with which people make their own accounts.
func (a *App) createInvite(ctx context.Context, in *createInviteInput) (*createInviteOutput, error) {
	ttl := time.Duration(in.Body.ExpiresInDays) * 24 * time.Hour
	invite, err := a.store.CreateInvite(ctx, userOf(ctx), ttl)
	if err != nil {
		return nil, err
	}
	out := &createInviteOutput{}
	out.Body.ID = invite.ID
	out.Body.URL = a.baseURL(in.r).JoinPath("join", invite.Token).String()
	out.Body.ExpiresAt = renderTime(invite.ExpiresAt)
	return out, nil
}

type inviteInput struct {
	Invite int64 `path:"invite" minimum:"1"`
}

// revokeInvite takes an invite back. Accounts made with it stay.
func (a *App) revokeInvite(ctx context.Context, in *inviteInput) (*struct{}, error) {
	return nil, a.store.RevokeInvite(ctx, userOf(ctx), in.Invite)
}
