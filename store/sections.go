package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// How many sections somebody's list of rooms has at most, and how long their
// names are, in characters.
const (
	MaxSections    = 50
	MaxSectionName = 40
)

// Section is a part of somebody's list of rooms. Those of ID 0 are in none.
type Section struct {
	ID   int64
	Name string
}

// SetSections replaces the whole list of a user's sections: those with an ID are
// kept, those without are made, and the rooms of those that are left out stand in
// none. It returns the list with all ids. More than MaxSections, a name that
// cannot be and an id that is not theirs or stands twice are an *InvalidError.
func (s *Store) SetSections(ctx context.Context, user int64, wanted []Section) (now []Section, pending Pending, err error) {
	ids, names, err := cleanSections(wanted)
	if err != nil {
		return nil, nil, err
	}
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		now, pending, err = setSections(ctx, tx, user, ids, names)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("set the sections of user %d: %w", user, err)
	}
	return now, pending, nil
}

func cleanSections(wanted []Section) (ids []int64, names []string, err error) {
	if len(wanted) > MaxSections {
		return nil, nil, &InvalidError{Field: "sections", Text: "There may be up to 50 sections."}
	}
	ids = make([]int64, 0, len(wanted)) // for SQL, none is not the same as null
	for _, section := range wanted {
		name, err := cleanLine(section.Name, MaxSectionName,
			&InvalidError{Field: "sections", Text: "The name of a section has 1 to 40 characters on one line."})
		if err != nil {
			return nil, nil, err
		}
		if section.ID != 0 && slices.Contains(ids, section.ID) {
			return nil, nil, noSuchSection("sections")
		}
		ids, names = append(ids, section.ID), append(names, name)
	}
	return ids, names, nil
}

// noSuchSection is about an id in a field that is none of the user's sections.
func noSuchSection(field string) *InvalidError {
	return &InvalidError{Field: field, Text: "There is no such section any more. Load your list again."}
}

// setSections holds the user's row, so that two lists come one after the other.
func setSections(ctx context.Context, tx pgx.Tx, user int64, ids []int64, names []string) ([]Section, Pending, error) {
	if _, err := tx.Exec(ctx, `select from users where id = $1 for no key update`, user); err != nil {
		return nil, nil, err
	}
	before, err := findSections(ctx, tx, user)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		if id != 0 && !slices.ContainsFunc(before, func(s Section) bool { return s.ID == id }) {
			return nil, nil, noSuchSection("sections")
		}
	}
	var batch pgx.Batch
	batch.Queue(`delete from sections where user_id = $1 and id <> all ($2::bigint[])`, user, ids)
	batch.Queue(`update memberships set section_id = 0 where user_id = $1 and left_at is null and section_id <> 0 and section_id <> all ($2::bigint[])`, user, ids)
	for place, id := range ids {
		if id == 0 {
			batch.Queue(`insert into sections (user_id, name, place) values ($1, $2, $3)`, user, names[place], place)
		} else {
			batch.Queue(`update sections set name = $2, place = $3 where id = $1`, id, names[place], place)
		}
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, nil, err
	}
	now, err := findSections(ctx, tx, user)
	if err != nil || slices.Equal(now, before) {
		return now, nil, err
	}
	_, err = tx.Exec(ctx, `insert into pending_events (topic_id, kind, user_id) values ($1, $2, $1)`, user, EventSectionsChanged)
	return now, Pending{user}, err
}

const sectionsOf = `select id, name from sections where user_id = $1 order by place, id`

func findSections(ctx context.Context, db querier, user int64) ([]Section, error) {
	rows, err := db.Query(ctx, sectionsOf, user)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Section])
}

// queueSections reads the sections of a user.
func queueSections(batch *pgx.Batch, user int64, sections *[]Section) {
	batch.Queue(sectionsOf, user).Query(func(rows pgx.Rows) (err error) {
		*sections, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Section])
		return err
	})
}
