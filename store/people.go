package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// PeoplePage says which people are wanted.
type PeoplePage struct {
	Page
	Deactivated bool // with those who are deactivated
}

// People returns a page of the active users, by display name, and where the
// next page begins. Those who may not see everybody see themselves and the
// people whom they share a room with. Deactivated users come with them for
// those who may manage members, others who ask for them get ErrForbidden.
func (s *Store) People(ctx context.Context, by int64, page PeoplePage) (people []User, next string, err error) {
	const list = "people" // in one order, with and without the deactivated
	from, err := page.from(list)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Query(ctx, peoplePage,
		by, rights.SeeDirectory.Roles(), page.Deactivated, from.Name, from.ID, page.limit()+1)
	if err != nil {
		return nil, "", fmt.Errorf("list people: %w", err)
	}
	people, next, err = collectPage(rows, page.Page, list, func(row pgx.Row) (u User, at cursor, err error) {
		u, err = scanUser(row, &at.Name)
		at.ID = u.ID
		return u, at, err
	})
	if err == nil && page.Deactivated {
		err = whyNotHere(ctx, s.db, rights.ManageMembers, by)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list people: %w", err)
	}
	return people, next, nil
}

// peoplePage finds a page of people. The place of each in the order is read with
// the row: the database alone knows what it takes for lower case.
var peoplePage = `
	select ` + userColumns + `, lower(u.display_name)
	from users u, users me
	where ` + visible + ` and (u.deactivated_at is null or $3)
		and (lower(u.display_name), u.id) > ($4, $5)
	order by lower(u.display_name), u.id
	limit $6`

// Person returns one user, also a deactivated one, to somebody who may see
// them. Others get ErrNoSuchUser.
func (s *Store) Person(ctx context.Context, by, user int64) (User, error) {
	found, err := findVisible(ctx, s.db, by, user)
	if err != nil {
		return User{}, fmt.Errorf("find person %d: %w", user, err)
	}
	return found, nil
}

// findVisible returns ErrNoSuchUser for somebody whom by may not see.
func findVisible(ctx context.Context, db querier, by, user int64) (User, error) {
	found, err := scanUser(db.QueryRow(ctx, `
		select `+userColumns+`
		from users u, users me
		where `+visible+` and u.id = $3`, by, rights.SeeDirectory.Roles(), user))
	if isNotFound(err) {
		err = ErrNoSuchUser
	}
	return found, err
}
