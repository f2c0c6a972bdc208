package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// What people choose to be for others.
const (
	ChoiceAutomatic = "automatic"
	ChoiceBusy      = "do-not-disturb"
	ChoiceInvisible = "invisible" // offline for all others
)

// SetPresence makes a choice, until a time of the next year or for good (nil),
// and tells the person's own devices; others see what follows from it. To be
// automatic has no end. It returns *InvalidError for a value that nobody can
// have, and ErrNotFound for a user that does not exist or may not act.
func (s *Store) SetPresence(ctx context.Context, user int64, choice string, until *time.Time) (Pending, error) {
	pending, err := s.setPresence(ctx, user, choice, until)
	if err != nil {
		return nil, fmt.Errorf("set the presence of user %d: %w", user, err)
	}
	return pending, nil
}

func (s *Store) setPresence(ctx context.Context, user int64, choice string, until *time.Time) (Pending, error) {
	switch choice {
	case ChoiceAutomatic:
		until = nil
	case ChoiceBusy, ChoiceInvisible:
	default:
		return nil, &InvalidError{Field: "presence.choice", Text: "One is automatic, do-not-disturb or invisible."}
	}
	var active, ends, changed bool
	err := s.changePresence(ctx, func(batch *pgx.Batch) {
		batch.Queue(lockPeople(`id = $1`), user)
		batch.Queue(setChoice, user, choice, until).
			QueryRow(func(row pgx.Row) error { return row.Scan(&active, &ends, &changed) })
		batch.Queue(restate(onePerson, ``), user)
	})
	switch {
	case err != nil:
		return nil, err
	case !active:
		return nil, ErrNotFound
	case !ends:
		return nil, &InvalidError{Field: "presence.until", Text: endText}
	case !changed:
		return nil, nil
	}
	return Pending{user}, nil
}

// An end lies ahead by the database's clock, and not so far that no calendar
// can show it.
const (
	endText = "Choose an end within the next year, or none."
	endsOK  = `coalesce(%[1]s > now() and %[1]s < now() + interval '367 days', true)`
)

var setChoice = `
	with asked as (
		select id, presence_choice, presence_until, ` + fmt.Sprintf(endsOK, `$3::timestamptz`) + ` as ends
		from users
		where id = $1 and ` + active(`users`) + `
		for no key update
	), changed as (
		update users u
		set presence_choice = $2, presence_until = $3
		from asked a
		where u.id = a.id and a.ends and (a.presence_choice, a.presence_until) is distinct from ($2, $3)
		returning u.id
	), told as (
		insert into pending_events (topic_id, kind, user_id, actor_id)
		select id, 'me-changed', id, id from changed
	)
	select exists (select from asked), coalesce((select ends from asked), false), exists (select from changed)`

// LapsePresence makes all who chose something until a time that is over
// automatic again, and reports how many people others see in another state by
// that. It leaves the news for the people's own devices; a [Store.Look] finds
// them.
func (s *Store) LapsePresence(ctx context.Context) (changed int, err error) {
	err = s.changePresence(ctx, func(batch *pgx.Batch) {
		batch.Queue(lockPeople(`presence_until <= now()`))
		batch.Queue(restate(endingPeople, ``)).QueryRow(func(row pgx.Row) error { return row.Scan(&changed) })
		// now() is the same in the whole batch.
		batch.Queue(`
			with ended as (
				update users set presence_choice = 'automatic', presence_until = null
				where presence_until <= now()
				returning id
			)
			insert into pending_events (topic_id, kind, user_id, actor_id)
			select id, 'me-changed', id, id from ended`)
	})
	if err != nil {
		return 0, fmt.Errorf("end choices of presence: %w", err)
	}
	return changed, nil
}

// lockPeople makes a statement that locks some users together with those whom
// [restate] will see to besides, since everybody locks users in the order of
// their ids.
func lockPeople(some string) string {
	return `
		select from users
		where id in (
			select id from users where ` + some + `
			union all
			select user_id from presence_changes where not stated
		)
		order by id
		for no key update`
}
