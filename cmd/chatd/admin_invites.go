package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"chatd/app"
	"chatd/store"
)

func inviteCommands() []command {
	return []command{
		adminCommand("invites list", "", "show all invites", "", listInvites, limitOption),
		adminCommand("invites make", "", "make a link with which people make their own accounts", inviteDetails, makeInvite,
			option{name: "days", value: "N", help: "for how many days it is good (usually 7)"},
			option{name: "uses", value: "N", help: "how many accounts can be made with it; else any number"},
			option{name: "role", value: "ROLE", help: "member (usual) or guest, who needs --rooms"},
			option{name: "rooms", value: "ROOMS", help: "ids or names of rooms to join, with commas between"}),
		adminCommand("invites revoke", "ID", "take an invite back", "Accounts made with it stay.", revokeInvite),
	}
}

const inviteDetails = `The link is shown only once. It begins with CHATD_PUBLIC_URL; where that is not
set, put the address before it at which people reach chatd. The invite is given
in the name of an owner.`

func listInvites(ctx context.Context, d *desk, _ []string) error {
	by, err := d.actor(ctx, 0)
	if err != nil {
		return err
	}
	invites, err := collect(d, everything, func(page store.Page) ([]store.Invite, string, error) { return d.Invites(ctx, by, page) })
	if err != nil {
		return err
	}
	list := struct {
		Invites []app.Invite `json:"invites"`
	}{[]app.Invite{}}
	for _, i := range invites {
		list.Invites = append(list.Invites, app.RenderInvite(i))
	}
	return d.answer(list, func(w io.Writer) {
		printTable(w, "ID | MADE | BY | EXPIRES | ROLE | USED | OF | STATE", func(add func(...any)) {
			for _, i := range invites {
				add(i.ID, shortTime(&i.CreatedAt), i.CreatedBy.Username, shortTime(&i.ExpiresAt), i.Role, i.Uses, mostUses(i), inviteState(i))
			}
		})
	})
}

func mostUses(i store.Invite) string {
	if i.MaxUses == 0 {
		return ""
	}
	return strconv.FormatInt(i.MaxUses, 10)
}

func inviteState(i store.Invite) string {
	switch {
	case i.RevokedAt != nil:
		return "revoked"
	case !i.ExpiresAt.After(time.Now()):
		return "expired"
	case i.MaxUses > 0 && i.Uses >= i.MaxUses:
		return "used up"
	}
	return "good"
}

func makeInvite(ctx context.Context, d *desk, _ []string) error {
	invite := store.NewInvite{Role: store.Role(d.cfg.asked["role"])}
	days, err := number(d.cfg.asked, "days", 7, 365)
	if err != nil {
		return err
	}
	if invite.MaxUses, err = number(d.cfg.asked, "uses", 0, 100_000); err != nil {
		return err
	}
	invite.TTL = time.Duration(days) * 24 * time.Hour
	by, err := d.actor(ctx, 0)
	if err != nil {
		return err
	}
	if invite.Rooms, err = d.roomIDs(ctx, d.cfg.asked["rooms"]); err != nil {
		return err
	}
	made, err := d.CreateInvite(ctx, by, invite)
	if err != nil {
		return err
	}
	link := d.link("join", made.Token)
	return d.answer(struct {
		ID        int64  `json:"id"`
		URL       string `json:"url"`
		ExpiresAt string `json:"expires_at"`
	}{made.ID, link, app.RenderInvite(made).ExpiresAt}, func(w io.Writer) {
		fmt.Fprintf(w, "Invite %d is good until %s: %s\n", made.ID, shortTime(&made.ExpiresAt), link)
	})
}

// number is the value of a flag that is a number from 1 to most, or usual.
func number(asked map[string]string, name string, usual, most int64) (int64, error) {
	text, ok := asked[name]
	if !ok {
		return usual, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > most {
		return 0, fmt.Errorf("--%s %s is no number from 1 to %d", name, text, most)
	}
	return n, nil
}

// roomIDs are the ids of rooms that are named with commas between.
func (d *desk) roomIDs(ctx context.Context, words string) ([]int64, error) {
	var ids []int64
	for word := range strings.SplitSeq(words, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		r, err := d.room(ctx, word, undeleted)
		if err != nil {
			return nil, err
		}
		ids = append(ids, r.ID)
	}
	return ids, nil
}

func revokeInvite(ctx context.Context, d *desk, args []string) error {
	id, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return fmt.Errorf("%q is no id of an invite; chatd admin invites list shows them", args[0])
	}
	by, err := d.actor(ctx, 0)
	if err != nil {
		return err
	}
	if err := d.RevokeInvite(ctx, by, id); errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no invite %d; chatd admin invites list shows which there are", id)
	} else if err != nil {
		return err
	}
	return d.answer(struct {
		ID      int64 `json:"id"`
		Revoked bool  `json:"revoked"`
	}{id, true}, func(w io.Writer) { fmt.Fprintf(w, "Invite %d is taken back.\n", id) })
}
