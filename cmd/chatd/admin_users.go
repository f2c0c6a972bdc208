package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"chatd/app"
	"chatd/store"
)

func userCommands() []command {
	return []command{
		adminCommand("users list", "", "show everybody", listDetails, listUsers, searchOption,
			option{name: "role", value: "ROLE", help: "only owner, admin, member or guest"},
			option{name: "state", value: "STATE", help: "only active, suspended or deactivated accounts"},
			option{name: "order", value: "ORDER", help: "name (usual), newest or last-seen"}, limitOption),
		adminCommand("users show", "LOGIN", "show one person", "", showUser),
		adminCommand("users make", "USERNAME NAME", "make an account", makeDetails, makeUser,
			option{name: "email", value: "ADDRESS", help: "their e-mail address"},
			option{name: "role", value: "ROLE", help: "owner, admin, member (usual) or guest"}),
		adminCommand("users role", "LOGIN ROLE", "make somebody owner, admin, member or guest", "", setUserRole),
		adminCommand("users suspend", "LOGIN", "let somebody sign in no more for a time", suspendDetails, suspendUser,
			option{name: "until", value: "TIME", help: "when it ends: 3d, 12h, or a time such as 2030-01-31T12:00:00Z; else when you end it"},
			reasonOption,
			option{name: "addresses", help: "ban the addresses of their browsers too", set: func(c *config) { c.addresses = true }}),
		adminCommand("users unsuspend", "LOGIN", "let somebody sign in again", "", unsuspendUser),
		adminCommand("users deactivate", "LOGIN", "close an account", "All their sessions and access tokens end. What they have written stays.", deactivateUser),
		adminCommand("users reactivate", "LOGIN", "open a closed account again", "", reactivateUser),
		adminCommand("users reset-link", "LOGIN", "make a link with which somebody sets a new password of their own", resetLinkDetails, makeResetLink),
		adminCommand("users sign-out", "LOGIN", "end all sessions and access tokens of somebody", "", signOutUser),
	}
}

const (
	listDetails = `People are shown whatever the state of their accounts.`
	makeDetails = `USERNAME is what they sign in with, NAME what others see. The password is the
first line of standard input when that is a pipe or a file; else chatd makes
one up and prints it. They come into the rooms that everybody new comes into,
a guest into none.`
	suspendDetails = `All their sessions and access tokens end at once. They are told the reason and
the end when they try to sign in.`
)

func listUsers(ctx context.Context, d *desk, _ []string) error {
	by, err := d.actor(ctx, 0)
	if err != nil {
		return err
	}
	asked := d.cfg.asked
	people, err := collect(d, everything, func(page store.Page) ([]store.AdminPerson, string, error) {
		return d.AdminPeople(ctx, by, store.AdminPeoplePage{
			Page: page, Search: asked["search"], Role: store.Role(asked["role"]), State: asked["state"], Order: asked["order"],
		})
	})
	if err != nil {
		return err
	}
	list := struct {
		People []app.AdminPerson `json:"people"`
	}{[]app.AdminPerson{}}
	for _, p := range people {
		list.People = append(list.People, app.RenderAdminPerson(p))
	}
	return d.answer(list, func(w io.Writer) {
		printTable(w, "LOGIN | NAME | E-MAIL | ROLE | STATE | LAST SEEN | SESSIONS | ROOMS", func(add func(...any)) {
			for _, p := range people {
				add(p.Username, p.DisplayName, p.Email, p.Role, p.State, shortTime(p.LastSeenAt), p.Sessions, p.Rooms)
			}
		})
	})
}

func showUser(ctx context.Context, d *desk, args []string) error {
	p, _, err := d.person(ctx, args[0])
	if err != nil {
		return err
	}
	return d.showPerson(p)
}

// showPerson prints everything about somebody.
func (d *desk) showPerson(p store.AdminPerson) error {
	return d.answer(app.RenderAdminPerson(p), func(w io.Writer) {
		state := p.State
		if p.State == store.AccountSuspended && p.SuspendedUntil != nil {
			state += " until " + shortTime(p.SuspendedUntil)
		}
		fmt.Fprintf(w, "%s (%s), %s, %s\n", p.DisplayName, p.Username, p.Role, state)
		printTable(w, "", func(add func(...any)) {
			add("id", p.ID)
			add("e-mail", p.Email)
			add("here since", shortTime(&p.CreatedAt))
			add("last seen", shortTime(p.LastSeenAt))
			add("sessions", p.Sessions)
			add("access tokens", p.Tokens)
			add("rooms", p.Rooms)
		})
	})
}

// done tells what became of somebody: for machines all that is known of them now.
func (d *desk) done(ctx context.Context, login, format string, args ...any) error {
	if !d.cfg.json {
		_, err := fmt.Fprintf(d.stdout, format+"\n", args...)
		return err
	}
	p, _, err := d.person(ctx, login)
	if err != nil {
		return err
	}
	return d.showPerson(p)
}

func makeUser(ctx context.Context, d *desk, args []string) error {
	role := store.Role(d.cfg.asked["role"])
	if role == "" {
		role = store.RoleMember
	}
	if err := checkRole(role); err != nil {
		return err
	}
	by, err := d.actor(ctx, 0)
	if err != nil {
		return err
	}
	account := store.NewUser{Username: args[0], DisplayName: args[1], Email: d.cfg.asked["email"]}
	if err := d.Available(ctx, account); err != nil {
		return err
	}
	password, made, err := newPassword(ctx, d.cfg.log, d.stdin)
	if err != nil {
		return err
	}
	if account.PasswordHash, err = app.NewHasher(app.DefaultHashParams, 1).Hash(ctx, password); err != nil {
		return err
	}
	user, _, err := d.MakeUser(ctx, by, account, role)
	if err != nil {
		return err
	}
	if !made {
		return d.done(ctx, user.Username, "%s (%s) has an account, with the password that you gave.", user.DisplayName, user.Username)
	}
	if !d.cfg.json {
		_, err = fmt.Fprintf(d.stdout, "%s (%s) has an account. The password is %s\n", user.DisplayName, user.Username, password)
		return err
	}
	found, err := d.AdminPerson(ctx, by, user.Username)
	if err != nil {
		return err
	}
	return printJSON(d.stdout, struct {
		app.AdminPerson
		Password string `json:"password"`
	}{app.RenderAdminPerson(found), password})
}

func checkRole(role store.Role) error {
	if !slices.Contains([]store.Role{store.RoleOwner, store.RoleAdmin, store.RoleMember, store.RoleGuest}, role) {
		return fmt.Errorf("there is no role %q; the roles are owner, admin, member and guest", role)
	}
	return nil
}

func setUserRole(ctx context.Context, d *desk, args []string) error {
	role := store.Role(args[1])
	if err := checkRole(role); err != nil {
		return err
	}
	p, by, err := d.person(ctx, args[0])
	if err != nil {
		return err
	}
	if _, _, err := d.SetRole(ctx, by, p.ID, role); err != nil {
		return err
	}
	return d.done(ctx, args[0], "%s (%s) is %s.", p.DisplayName, p.Username, role)
}

func suspendUser(ctx context.Context, d *desk, args []string) error {
	until, err := endTime(d.cfg.asked["until"], time.Now())
	if err != nil {
		return err
	}
	p, by, err := d.person(ctx, args[0])
	if err != nil {
		return err
	}
	if by == p.ID {
		return store.ErrLastOwner // there is no other who could do it
	}
	var addresses *store.AddressBan
	if d.cfg.addresses {
		addresses = &store.AddressBan{Never: d.ownProxy}
	}
	suspended, _, err := d.Suspend(ctx, by, p.ID, store.Terms{Reason: d.cfg.asked["reason"], Until: until}, addresses)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s (%s) is suspended, ", p.DisplayName, p.Username) + untilText(suspended.Until) + " " + endings(len(suspended.Ended))
	if d.cfg.addresses || len(suspended.Banned) > 0 {
		text += " Banned addresses: " + orNone(suspended.Banned) + "; spared: " + orNone(suspended.Spared) + "."
	}
	return d.done(ctx, args[0], "%s", text)
}

// ownProxy reports whether an address is that of one of our proxies, through which
// others come too.
func (d *desk) ownProxy(address netip.Addr) bool {
	return slices.ContainsFunc(d.cfg.trustedProxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

func untilText(until *time.Time) string {
	if until == nil {
		return "until you end it."
	}
	return "until " + shortTime(until) + "."
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// tenYears is how far ahead a suspension ends at most.
const tenYears = 3650 * 24 * time.Hour

// endTime reads when something ends: after so many weeks, days, hours or minutes,
// or at a time.
func endTime(text string, now time.Time) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return &at, nil
	}
	units := map[byte]time.Duration{'w': 7 * 24 * time.Hour, 'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute}
	unit, known := units[text[len(text)-1]]
	n, err := strconv.Atoi(text[:len(text)-1])
	if !known || err != nil || n < 1 {
		return nil, errors.New("--until is a number with w, d, h or m for weeks, days, hours or minutes, such as 3d, or a time such as 2030-01-31T12:00:00Z")
	}
	if n > int(tenYears/unit) {
		return nil, errors.New("--until lies too far ahead: a suspension ends within ten years, or leave it out for one without an end")
	}
	at := now.Add(time.Duration(n) * unit)
	return &at, nil
}

func unsuspendUser(ctx context.Context, d *desk, args []string) error {
	p, by, err := d.person(ctx, args[0])
	if err != nil {
		return err
	}
	if _, _, err := d.EndSuspension(ctx, by, p.ID); err != nil {
		return err
	}
	return d.done(ctx, args[0], "%s (%s) may sign in.", p.DisplayName, p.Username)
}

func deactivateUser(ctx context.Context, d *desk, args []string) error {
	p, by, err := d.person(ctx, args[0])
	if err != nil {
		return err
	}
	_, ended, _, err := d.Deactivate(ctx, by, p.ID)
	if err != nil {
		return err
	}
	return d.done(ctx, args[0], "The account of %s (%s) is closed. %s", p.DisplayName, p.Username, endings(len(ended)))
}

func reactivateUser(ctx context.Context, d *desk, args []string) error {
	p, by, err := d.person(ctx, args[0])
	if err != nil {
		return err
	}
	if _, _, err := d.Reactivate(ctx, by, p.ID); err != nil {
		return err
	}
	return d.done(ctx, args[0], "The account of %s (%s) is open.", p.DisplayName, p.Username)
}

func signOutUser(ctx context.Context, d *desk, args []string) error {
	p, by, err := d.person(ctx, args[0])
	if err != nil {
		return err
	}
	ended, err := d.SignOutUser(ctx, by, p.ID, "removed")
	if err != nil {
		return err
	}
	return d.done(ctx, args[0], "%s (%s) is signed out everywhere. %s", p.DisplayName, p.Username, endings(len(ended)))
}
