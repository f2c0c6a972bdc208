package app

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

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

// inviteProblem explains why an invite does not work.
func inviteProblem(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return problem(http.StatusNotFound, "This invite does not exist. Check the link, or ask for a new one.")
	case errors.Is(err, store.ErrInviteRevoked):
		return problem(http.StatusGone, "This invite was taken back. Ask for a new one.")
	case errors.Is(err, store.ErrInviteUsedUp):
		return problem(http.StatusGone, "This invite is used up: as many accounts were made with it as it was good for. Ask for a new one.")
	case errors.Is(err, store.ErrInviteExpired):
		return problem(http.StatusGone, "This invite has expired. Ask for a new one.")
	}
	return err
}

// Invite is an invite in the list of those who invite.
type Invite struct {
	ID        int64   `json:"id"`
	CreatedBy Author  `json:"created_by" doc:"Who made it."`
	CreatedAt string  `json:"created_at" format:"date-time"`
	ExpiresAt string  `json:"expires_at" format:"date-time"`
	Uses      int64   `json:"uses" doc:"How many people have signed up with it."`
	MaxUses   *int64  `json:"max_uses" doc:"How many can sign up with it; null for any number."`
	Revoked   bool    `json:"revoked"`
	Role      string  `json:"role" enum:"member,guest" doc:"Of those who sign up with it."`
	RoomIDs   []int64 `json:"room_ids" doc:"The rooms that they join, as far as the viewer may see them. Members join the first public room too."`
}

type invitesOutput struct {
	Body struct {
		Invites []Invite `json:"invites" doc:"The newest first."`
		NextPage
	}
}

// listInvites shows all invites to those who may invite.
func (a *App) listInvites(ctx context.Context, in *PageQuery) (*invitesOutput, error) {
	invites, next, err := a.store.Invites(ctx, userOf(ctx), in.page())
	if err != nil {
		return nil, err
	}
	out := &invitesOutput{}
	out.Body.NextPage = nextPage(next)
	out.Body.Invites = renderAll(invites, RenderInvite)
	return out, nil
}

// RenderInvite is how the API and the command line show an invite.
func RenderInvite(invite store.Invite) Invite {
	rendered := Invite{
		ID:        invite.ID,
		CreatedBy: renderAuthor(invite.CreatedBy),
		CreatedAt: renderTime(invite.CreatedAt),
		ExpiresAt: renderTime(invite.ExpiresAt),
		Uses:      invite.Uses,
		Revoked:   invite.RevokedAt != nil,
		Role:      string(invite.Role),
		RoomIDs:   invite.Rooms,
	}
	if invite.MaxUses > 0 {
		rendered.MaxUses = &invite.MaxUses
	}
	return rendered
}

type createInviteInput struct {
	Browser
	Body struct {
		ExpiresInDays given[int]     `json:"expires_in_days,omitempty" minimum:"1" maximum:"365" doc:"Left out: 7."`
		Role          given[string]  `json:"role,omitempty" enum:"member,guest" doc:"Guests see only the rooms they are in. Left out: member."`
		RoomIDs       given[[]int64] `json:"room_ids,omitempty" maxItems:"100" doc:"Rooms to join. A guest needs at least one; a member joins the first public room too."`
		MaxUses       given[int64]   `json:"max_uses,omitempty" minimum:"1" maximum:"100000" doc:"How many people can sign up with it. Left out: any number."`
	}
}

// invite is what the store is asked for.
func (in *createInviteInput) invite() store.NewInvite {
	b := &in.Body
	return store.NewInvite{
		TTL:     time.Duration(b.ExpiresInDays.or(7)) * 24 * time.Hour,
		Role:    store.Role(b.Role.or(string(store.RoleMember))),
		Rooms:   b.RoomIDs.or(nil),
		MaxUses: b.MaxUses.or(0),
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
	invite, err := a.store.CreateInvite(ctx, userOf(ctx), in.invite())
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

// Resolve implements huma.Resolver.
func (*inviteInput) Resolve(ctx huma.Context) []error { return plainID(ctx, "invite") }

// revokeInvite takes an invite back. Accounts made with it stay.
func (a *App) revokeInvite(ctx context.Context, in *inviteInput) (*struct{}, error) {
	return nil, a.store.RevokeInvite(ctx, userOf(ctx), in.Invite)
}
