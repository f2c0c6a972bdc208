package store

import (
	"fmt"
	"math"
	"strconv"
)

// order is one of the orders of a list: by a text, the first in the alphabet
// first, or by a number, the greatest first. Entries with the same follow in the
// order of their ids.
type order struct {
	key    string // the SQL expression of the text or number
	number bool
	more   string // joins to the list what only the key needs
}

// follows is the condition for entries that come after the place that two
// parameters name: the key and the id of the last entry of the page before.
func (o order) follows(id, lastKey, lastID string) string {
	if o.number {
		return fmt.Sprintf(`(%s, %s) < (%s::text::bigint, %s::bigint)`, o.key, id, lastKey, lastID)
	}
	return fmt.Sprintf(`(%s, %s) > (%s::text, %s::bigint)`, o.key, id, lastKey, lastID)
}

// by is what ORDER BY takes.
func (o order) by(key, id string) string {
	if o.number {
		return key + ` desc, ` + id + ` desc`
	}
	return key + `, ` + id
}

// from returns the place that a page follows, as follows compares with it.
func (o order) from(p Page, list string) (cursor, error) {
	at, err := p.from(list)
	if err != nil || !o.number {
		return at, err
	}
	if p.After == "" {
		return cursor{Name: strconv.FormatInt(math.MaxInt64, 10), ID: math.MaxInt64}, nil
	}
	if _, err := strconv.ParseInt(at.Name, 10, 64); err != nil {
		return cursor{}, wrongPlace()
	}
	return at, nil
}

// microseconds makes a number of a time, 0 of none.
func microseconds(time string) string {
	return `coalesce((extract(epoch from ` + time + `) * 1000000)::bigint, 0)`
}

// orders are the orders that a list can have, by name.
type orders map[string]order

// pick finds an order by its name, or the usual one for "".
func (o orders) pick(name, usual string) (string, error) {
	if name == "" {
		name = usual
	}
	if _, ok := o[name]; !ok {
		return "", &InvalidError{Field: "order", Text: "The list has no such order."}
	}
	return name, nil
}
