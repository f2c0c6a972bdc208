package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

const resetLinkDetails = `The link is shown only once and is good for 24 hours, for one new password; an
earlier one of the same person no longer is. When it is used all their sessions
and access tokens end. It begins with CHATD_PUBLIC_URL; where that is not set,
put the address before it at which people reach chatd.`

// makeResetLink makes a link with which somebody sets a new password.
func makeResetLink(ctx context.Context, d *desk, args []string) error {
	p, by, err := d.person(ctx, args[0])
	if err != nil {
		return err
	}
	reset, err := d.CreateReset(ctx, by, p.ID)
	if err != nil {
		return err
	}
	link := d.link("reset", reset.Token)
	return d.answer(struct {
		Username  string    `json:"username"`
		URL       string    `json:"url"`
		ExpiresAt time.Time `json:"expires_at"`
	}{p.Username, link, reset.ExpiresAt.UTC()}, func(w io.Writer) {
		fmt.Fprintf(w, "The link for %s (%s) is good until %s: %s\n", p.DisplayName, p.Username, shortTime(&reset.ExpiresAt), link)
	})
}

// link is the address of a page of ours that a token opens, as far as it is known.
func (d *desk) link(page, token string) string {
	if d.cfg.publicURL == nil {
		return "/" + page + "/" + token
	}
	return d.cfg.publicURL.JoinPath(page, token).String()
}
