package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// What an account can be.
const (
	AccountActive      = "active"
	AccountSuspended   = "suspended"
	AccountDeactivated = "deactivated"
)

// AdminPerson is somebody as those see them who administer the workspace.
type AdminPerson struct {
	User
	State          string     // AccountActive, AccountSuspended or AccountDeactivated
	SuspendedUntil *time.Time // nil when the suspension has no end, or there is none
	Sessions       int        // browsers in which they are signed in
	Tokens         int        // access tokens that can be used
	Rooms          int        // public and private ones that they are in
}

// AdminPeoplePage says which people are wanted, and in which order.
type AdminPeoplePage struct {
	Page
	Search string // only those with this in a name or in the e-mail address, whatever the case
	Role   Role   // "" for all
	State  string // "" for all
	Order  string // name, newest or last-seen; "" means name
}

var peopleOrders = orders{
	"name":      {key: `lower(u.display_name)`},
	"newest":    {key: `u.id`, number: true},
	"last-seen": {key: microseconds(`u.last_seen_at`), number: true},
}

// AdminPeople returns a page of all people, whatever the state of their
// accounts, and where the next page begins. Those who may not see the
// administration get ErrForbidden.
func (s *Store) AdminPeople(ctx context.Context, by int64, page AdminPeoplePage) (people []AdminPerson, next string, err error) {
	if err := page.check(); err != nil {
		return nil, "", err
	}
	order := peopleOrders[page.Order]
	list := "admin-people/" + page.Order
	from, err := order.from(page.Page, list)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Query(ctx, adminPeople(order), planned,
		by, rights.SeeAdministration.Roles(), from.Name, from.ID, page.limit()+1, page.Search, page.Role, page.State)
	if err != nil {
		return nil, "", fmt.Errorf("list people to administer: %w", err)
	}
	people, next, err = collectPage(rows, page.Page, list, scanAdminPerson)
	if err == nil && len(people) == 0 {
		err = whyNotHere(ctx, s.db, rights.SeeAdministration, by)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list people to administer: %w", err)
	}
	return people, next, nil
}

// check makes the page ready to be looked for.
func (p *AdminPeoplePage) check() (err error) {
	if p.Search, err = cleanSearch(p.Search); err != nil {
		return err
	}
	if p.Role != "" && !slices.Contains(rights.Roles, p.Role) {
		return &InvalidError{Field: "role", Text: "The roles are owner, admin, member and guest."}
	}
	if p.State != "" && !slices.Contains([]string{AccountActive, AccountSuspended, AccountDeactivated}, p.State) {
		return &InvalidError{Field: "state", Text: "An account is active, suspended or deactivated."}
	}
	p.Order, err = peopleOrders.pick(p.Order, "name")
	return err
}

// accountState is the state of the account of a user u.
const accountState = `case when u.deactivated_at is not null then '` + AccountDeactivated + `'
	when u.suspended_until > now() then '` + AccountSuspended + `' else '` + AccountActive + `' end`

// administrator chooses the user me, $1, who may see the administration; $2 are
// the roles that may.
var administrator = `me.id = $1 and ` + active(`me`) + ` and me.role = any ($2)`

// adminPeople finds a page of people first, and then what belongs to these few.
func adminPeople(o order) string {
	return `
	with page as materialized (
		select u.id, ` + o.key + ` as key
		from users u, users me
		where ` + administrator + ` and ` + o.follows(`u.id`, `$3`, `$4`) + `
			and ($6 = '' or strpos(lower(u.display_name), lower($6)) > 0 or strpos(lower(u.username), lower($6)) > 0
				or strpos(lower(u.email), lower($6)) > 0)
			and ($7 = '' or u.role = $7) and ($8 = '' or ` + accountState + ` = $8)
		order by ` + o.by(o.key, `u.id`) + `
		limit $5
	)` + adminColumns + `
	order by ` + o.by(`page.key`, `page.id`)
}

// adminColumns are what scanAdminPerson reads of the people of a page.
var adminColumns = `
	select ` + userColumns + `, ` + accountState + `,
		case when u.suspended_until > now() and isfinite(u.suspended_until) then u.suspended_until end,
		signed_in.browsers, signed_in.tokens,
		(
			select count(*)
			from memberships m join rooms r on r.id = m.room_id
			where m.user_id = u.id and m.left_at is null and r.kind <> 'direct' and r.deleted_at is null
		), page.key::text
	from page
	join users u on u.id = page.id
	cross join lateral (
		select count(*) filter (where kind = 'browser') as browsers, count(*) filter (where kind = 'token') as tokens
		from sessions
		where user_id = u.id and ended_at is null and expires_at > now()
	) signed_in`

// scanAdminPerson reads adminColumns. No row is ErrNotFound.
func scanAdminPerson(row pgx.Row) (p AdminPerson, at cursor, err error) {
	p.User, err = scanUser(row, &p.State, &p.SuspendedUntil, &p.Sessions, &p.Tokens, &p.Rooms, &at.Name)
	at.ID = p.ID
	return p, at, err
}

// AdminPerson returns one person as AdminPeople does, by user name or e-mail
// address. Those who may not see the administration get ErrForbidden, and
// ErrNoSuchUser is for a login that nobody has.
func (s *Store) AdminPerson(ctx context.Context, by int64, login string) (AdminPerson, error) {
	where, key := byLogin(login)
	// byLogin has $1 for itself.
	found, _, err := scanAdminPerson(s.db.QueryRow(ctx, `
		with page as (select u.id, '' as key from users u where `+where+`)`+adminColumns, key))
	if isNotFound(err) {
		err = ErrNoSuchUser
	}
	if refused := whyNotHere(ctx, s.db, rights.SeeAdministration, by); refused != nil {
		err = refused
	}
	if err != nil {
		return AdminPerson{}, fmt.Errorf("find a person to administer: %w", err)
	}
	return found, nil
}
