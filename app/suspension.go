package app

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"

	"chatd/comet"
	"chatd/store"
	"chatd/store/rights"
)

type suspendInput struct {
	UserPath
	Body struct {
		Terms
		Addresses given[bool] `json:"addresses,omitempty" doc:"Whether the addresses of the person's browsers are banned too: nobody signs in or up from there while it lasts. Left out, those stay banned that are; false ends their ban."`
	}
}

// SuspensionAddresses are from where somebody came, in the last thirty days or
// with a browser that is still signed in.
type SuspensionAddresses struct {
	Banned []string `json:"banned_addresses" doc:"From where nobody signs in or up while it lasts. An IPv6 address stands for its network."`
	Spared []string `json:"spared_addresses" doc:"The person's addresses that are never banned: your own, those of this server and its proxies, and private ones."`
}

func renderSuspensionAddresses(banned, spared []string) SuspensionAddresses {
	return SuspensionAddresses{Banned: append([]string{}, banned...), Spared: append([]string{}, spared...)}
}

type suspensionAddressesOutput struct {
	Body SuspensionAddresses
}

// suspensionAddresses shows which addresses a suspension would ban.
func (a *App) suspensionAddresses(ctx context.Context, in *UserPath) (*suspensionAddressesOutput, error) {
	banned, spared, err := a.store.SuspensionAddresses(ctx, userOf(ctx), in.User, store.AddressBan{Never: a.neverBanned(ctx)})
	if err != nil {
		return nil, err
	}
	return &suspensionAddressesOutput{Body: renderSuspensionAddresses(banned, spared)}, nil
}

type suspendOutput struct {
	Body struct {
		Sanction
		SuspensionAddresses
	}
}

// suspend lets somebody sign in no more for a time, and ends everything they
// have open.
func (a *App) suspend(ctx context.Context, in *suspendInput) (*suspendOutput, error) {
	terms, err := in.Body.store()
	if err != nil {
		return nil, err
	}
	var addresses *store.AddressBan
	if wanted := in.Body.Addresses.to; wanted != nil {
		addresses = &store.AddressBan{None: !*wanted, Never: a.neverBanned(ctx)}
	}
	done, pending, err := a.store.Suspend(ctx, userOf(ctx), in.User, terms, addresses)
	if err != nil {
		return nil, err
	}
	a.endLogins(in.User, done.Ended, comet.ReasonSuspended)
	a.feelChange(ctx, done.User, pending)
	out := &suspendOutput{}
	out.Body.Sanction = renderSanction(done.Sanction)
	out.Body.SuspensionAddresses = renderSuspensionAddresses(done.Banned, done.Spared)
	return out, nil
}

// neverBanned are the network of whoever asks and those of our proxies: all who
// come through one would have its address if it forgot to say theirs.
func (a *App) neverBanned(ctx context.Context) func(netip.Addr) bool {
	_, own, _ := store.ParseAddress(address(ctx))
	return func(address netip.Addr) bool {
		_, network, _ := store.ParseAddress(address.String())
		return network == own || slices.ContainsFunc(a.config.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(address) })
	}
}

// endSuspension lets somebody sign in again.
func (a *App) endSuspension(ctx context.Context, in *UserPath) (*struct{}, error) {
	user, pending, err := a.store.EndSuspension(ctx, userOf(ctx), in.User)
	if err != nil {
		return nil, err
	}
	a.feelChange(ctx, user, pending)
	return nil, nil
}

type ownSuspensionInput struct{ Browser }

type ownSuspensionOutput struct {
	Body struct {
		Ended     string  `json:"ended" doc:"Why the session that this browser had last is over, in a word, as an abort on /comet/data tells it; empty while it lasts, and when it is not known."`
		Suspended bool    `json:"suspended" doc:"Whether the person who was signed in here last is suspended."`
		Reason    string  `json:"reason" doc:"Empty when none was given."`
		Until     *string `json:"until" format:"date-time" doc:"Null when somebody has to end it."`
	}
}

// ownSuspension tells somebody why they were signed out: the browser shows the
// cookie of the session that has ended.
func (a *App) ownSuspension(ctx context.Context, in *ownSuspensionInput) (*ownSuspensionOutput, error) {
	out := &ownSuspensionOutput{}
	token := sessionToken(in.r, a.sessions)
	if _, ok := viewerOf(ctx); token == "" || ok {
		return out, nil
	}
	ended, err := a.store.SessionByToken(ctx, token)
	if errors.Is(err, store.ErrNotFound) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	out.Body.Ended = string(reasonOf(ended))
	found, err := a.store.SuspensionBySession(ctx, token)
	if errors.Is(err, store.ErrNotFound) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	out.Body.Suspended, out.Body.Reason, out.Body.Until = true, found.Reason, optionalTime(found.Until)
	return out, nil
}

// suspensionProblem tells somebody who has shown the right password why they
// cannot come in.
func (a *App) suspensionProblem(ctx context.Context, user store.User) error {
	found, err := a.store.Suspension(ctx, user.ID)
	if errors.Is(err, store.ErrNotFound) { // it has ended just now
		return store.ErrSessionEnded
	}
	if err != nil {
		return err
	}
	return &store.SanctionError{Kind: found.Kind, Terms: found.Terms}
}

// addressProblem tells people that they cannot come in from where they are.
func addressProblem(e *store.AddressBannedError) *Problem {
	return problemUntil(e.Until, http.StatusForbidden, "From your address nobody signs in or makes an account"+untilWords(e.Until)+
		". Come from somewhere else, or write to an owner or admin.")
}

// suspensionOf is what those who may end a suspension see of it.
func (a *App) suspensionOf(ctx context.Context, viewer int64, user store.User) (*Sanction, error) {
	if !user.Suspended {
		return nil, nil
	}
	who, err := a.store.User(ctx, viewer)
	if err != nil || !rights.Manage(user.Role).May(who.Role) {
		return nil, err
	}
	found, err := a.store.Suspension(ctx, user.ID)
	if errors.Is(err, store.ErrNotFound) { // it has ended just now
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rendered := renderSanction(found)
	return &rendered, nil
}
