package store

import "strings"

// active chooses those of a table of users, named by its alias, who may act:
// neither is their account closed nor are they suspended, by the database's
// clock. Everything that lets somebody do something asks it. Lists of people ask
// only whether an account is closed: who is suspended stays in them.
func active(user string) string {
	return strings.ReplaceAll(`(@.deactivated_at is null and coalesce(@.suspended_until <= statement_timestamp(), true))`, "@", user)
}
