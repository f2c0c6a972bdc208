package store

import (
	"context"
	"fmt"
)

// Available makes sure that an account like this could be made at the moment:
// it returns the *InvalidError or *TakenError that SignUp would, but without a
// password's hash, which is dear to make. Only SignUp decides.
func (s *Store) Available(ctx context.Context, account NewUser) error {
	username, err := newUsername(account.Username)
	if err != nil {
		return err
	}
	if _, err := cleanDisplayName(account.DisplayName); err != nil {
		return err
	}
	_, email, err := emailColumns(account.Email)
	if err != nil {
		return err
	}
	var name, address bool
	err = s.db.QueryRow(ctx, `
		select exists (select from users where username_key = $1 or username_skeleton = $2),
		       exists (select from users where email_key = $3)`,
		UsernameKey(username), skeleton(username), email).Scan(&name, &address)
	switch {
	case err != nil:
		return fmt.Errorf("look for an account: %w", err)
	case name:
		return &TakenError{Field: "username"}
	case address:
		return &TakenError{Field: "email"}
	}
	return nil
}

// LoginKey is a login as logins are compared, the same for all spellings of a
// user name and for all of an e-mail address. It is empty for what can be
// neither.
func LoginKey(login string) string {
	_, key := byLogin(login)
	return key
}
