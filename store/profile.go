package store

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// Profile is what people change about themselves; nil leaves it as it is.
type Profile struct {
	DisplayName *string
	Email       *string // "" takes the address away
	Status      *Status // the zero Status takes it away
	TimeZone    *string // an IANA name; "" takes it away
	Notices     *string // see [Own]
	SendWith    *string
	SeenBy      *bool
}

// How people are told of others who come and go.
const (
	NoticesShow     = "show"
	NoticesCondense = "condense"
	NoticesHide     = "hide"
)

// The keys that send what is written.
const (
	SendWithEnter     = "enter"
	SendWithCtrlEnter = "ctrl-enter"
)

// ChangeProfile changes a user's own profile; what is the same already causes
// no event. It returns *InvalidError for a value that nobody can have,
// *TakenError for an e-mail address that somebody else has, and ErrNotFound
// for a user that does not exist or may not act.
func (s *Store) ChangeProfile(ctx context.Context, user int64, profile Profile) (User, Pending, error) {
	set, err := profile.clean()
	if err != nil {
		return User{}, nil, err
	}
	var ends, seen, changed bool
	var now User
	// Two who exchange their addresses wait for each other.
	err = retry(func() error {
		now, err = scanOwn(s.db.QueryRow(ctx, changeProfile, user, WorkspaceTopic,
			set.displayName, set.readdress, set.email, set.emailKey,
			set.restate, set.status.Emoji, set.status.Text, set.status.Until, set.timeZone, set.notices, set.sendWith, set.seenBy), &ends, &seen, &changed)
		return err
	})
	if err == nil && !ends {
		err = &InvalidError{Field: "status.until", Text: endText}
	}
	if err != nil {
		return User{}, nil, fmt.Errorf("change the profile of user %d: %w", user, takenError(err))
	}
	var pending Pending
	if seen {
		pending = append(pending, WorkspaceTopic)
	}
	if changed {
		pending = append(pending, user)
	}
	return now, pending, nil
}

// changeProfile finds out itself what is new, and what of it others see in
// lists. With an end of the status that is none it changes nothing.
var changeProfile = `
	with old as (
		select *, ` + fmt.Sprintf(endsOK, `$10::timestamptz`) + ` as ends
		from users
		where id = $1 and ` + active(`users`) + `
		for no key update
	), u as (
		update users
		set display_name = coalesce($3, old.display_name),
			email = case when $4 then $5 else old.email end,
			email_key = case when $4 then $6 else old.email_key end,
			status_emoji = case when $7 then $8 else old.status_emoji end,
			status_text = case when $7 then $9 else old.status_text end,
			status_until = case when $7 then $10 else old.status_until end,
			time_zone = coalesce($11, old.time_zone),
			notices = coalesce($12, old.notices),
			send_with = coalesce($13, old.send_with),
			seen_by = coalesce($14, old.seen_by)
		from old
		where users.id = old.id and old.ends
		returning users.*, old.ends,
			(users.display_name, users.status_emoji, users.status_text, users.status_until)
				is distinct from (old.display_name, old.status_emoji, old.status_text, old.status_until) as seen,
			(users.email, users.time_zone, users.notices, users.send_with, users.seen_by)
				is distinct from (old.email, old.time_zone, old.notices, old.send_with, old.seen_by) as kept
	), told as (
		insert into pending_events (topic_id, kind, user_id, actor_id)
		select $2::bigint, 'user-changed', u.id, u.id from u where u.seen
		union all
		select u.id, 'me-changed', u.id, u.id from u where u.seen or u.kept
	)
	select ` + ownColumns + `, u.ends, u.seen, u.seen or u.kept from u
	union all
	select ` + ownColumns + `, u.ends, false, false from old u where not u.ends`

// profileColumns are the values of a changed profile; nil is null.
type profileColumns struct {
	displayName       *string
	readdress         bool
	email, emailKey   *string
	restate           bool
	status            Status
	timeZone, notices *string
	sendWith          *string
	seenBy            *bool
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
		if err != nil {
			return set, err
		}
	}
	if p.Status != nil {
		set.restate = true
		set.status, err = p.Status.clean()
		if err != nil {
			return set, err
		}
	}
	set.timeZone, set.notices, set.sendWith, set.seenBy = p.TimeZone, p.Notices, p.SendWith, p.SeenBy
	return set, p.checkSettings()
}

// checkSettings looks at what is stored as it comes.
func (p Profile) checkSettings() error {
	if p.TimeZone != nil && !validTimeZone(*p.TimeZone) {
		return &InvalidError{Field: "time_zone", Text: "A time zone has a name such as Europe/Vienna."}
	}
	if p.Notices != nil && *p.Notices != NoticesShow && *p.Notices != NoticesCondense && *p.Notices != NoticesHide {
		return &InvalidError{Field: "notices", Text: "Notices are shown, condensed or hidden: show, condense or hide."}
	}
	if p.SendWith != nil && *p.SendWith != SendWithEnter && *p.SendWith != SendWithCtrlEnter {
		return &InvalidError{Field: "send_with", Text: "What is written is sent with Enter or with Ctrl and Enter: enter or ctrl-enter."}
	}
	return nil
}

var timeZoneName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$`)

// validTimeZone goes by the form alone: a browser may know a zone of which this
// machine has not heard yet.
func validTimeZone(name string) bool {
	return name == "" || len(name) <= MaxTimeZone && timeZoneName.MatchString(name)
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
