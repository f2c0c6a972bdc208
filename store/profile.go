package store

import (
	"context"
	"fmt"
	"strings"
)

// Profile is what people change about themselves; nil leaves it as it is.
type Profile struct {
	DisplayName *string
	Email       *string // "" takes the address away
}

// ChangeProfile changes a user's own profile; what is the same already causes
// no event. It returns *InvalidError for a value that nobody can have,
// *TakenError for an e-mail address that somebody else has, and ErrNotFound
// for a user that does not exist or is deactivated.
func (s *Store) ChangeProfile(ctx context.Context, user int64, profile Profile) (User, Pending, error) {
	set, err := profile.clean()
	if err != nil {
		return User{}, nil, err
	}
	var renamed, readdressed bool
	var changed User
	// Two who exchange their addresses wait for each other.
	err = retry(func() error {
		changed, err = scanUser(s.db.QueryRow(ctx, changeProfile,
			user, set.displayName, set.readdress, set.email, set.emailKey, WorkspaceTopic), &renamed, &readdressed)
		return err
	})
	if err != nil {
		return User{}, nil, fmt.Errorf("change the profile of user %d: %w", user, takenError(err))
	}
	var pending Pending
	if renamed {
		pending = append(pending, WorkspaceTopic)
	}
	if renamed || readdressed {
		pending = append(pending, user)
	}
	return changed, pending, nil
}

// changeProfile finds out itself what is new.
const changeProfile = `
	with old as (
		select id, display_name, email
		from users
		where id = $1 and deactivated_at is null
		for no key update
	), u as (
		update users
		set display_name = coalesce($2, old.display_name),
			email = case when $3 then $4 else users.email end,
			email_key = case when $3 then $5 else users.email_key end
		from old
		where users.id = old.id
		returning users.*,
			users.display_name <> old.display_name as renamed,
			users.email is distinct from old.email as readdressed
	), told as (
		insert into pending_events (topic_id, kind, user_id, actor_id)
		select $6::bigint, 'user-changed', u.id, u.id from u where u.renamed
		union all
		select u.id, 'me-changed', u.id, u.id from u where u.renamed or u.readdressed
	)
	select ` + userColumns + `, u.renamed, u.readdressed from u`

// profileColumns are the values of a changed profile; nil is null.
type profileColumns struct {
	displayName     *string
	readdress       bool
	email, emailKey *string
}

// clean returns a profile as it is stored.
func (p Profile) clean() (set profileColumns, err error) {
	if p.DisplayName != nil {
		name, err := cleanDisplayName(*p.DisplayName)
		if err != nil {
			return set, err
		}
		set.displayName = &name
	}
	if p.Email != nil {
		set.readdress = true
		set.email, set.emailKey, err = emailColumns(*p.Email)
	}
	return set, err
}

func cleanDisplayName(name string) (string, error) {
	return cleanLine(name, MaxDisplayName,
		&InvalidError{Field: "display_name", Text: "A name has 1 to 80 characters on one line."})
}

// emailColumns returns an address as it is stored and as it is compared, or
// nulls when there is none.
func emailColumns(email string) (address, key *string, err error) {
	if strings.TrimSpace(email) == "" {
		return nil, nil, nil
	}
	clean, err := cleanEmail(email)
	if err != nil {
		return nil, nil, err
	}
	folded := fold(clean)
	return &clean, &folded, nil
}
