package store

import (
	"fmt"
	"strings"
	"time"

	"chatd/store/rights"
)

// An auditQuery is the statement that finds a page of the audit log. It has only
// the conditions that are asked for, so that PostgreSQL can take the index that
// each of them has.
type auditQuery struct {
	args       []any
	conditions []string
	limit      string
	search     *auditSearch
}

// auditSearch are the parameters that a search fills.
type auditSearch struct{ name, words string }

// newAuditQuery finds up to limit entries with an id below before, unless that
// is 0. It returns *InvalidError for a filter that cannot be.
func newAuditQuery(by int64, filter AuditFilter, before int64, limit int) (*auditQuery, error) {
	if err := filter.check(); err != nil {
		return nil, err
	}
	search, words, err := cleanAuditSearch(filter.Search)
	if err != nil {
		return nil, err
	}
	q := &auditQuery{args: []any{by, rights.SeeAudit.Roles()}, conditions: []string{`exists (select from me)`}}
	q.limit = q.arg(limit)
	if before > 0 {
		q.where(`e.id < %s`, before)
	}
	if filter.Actor != 0 {
		q.where(`e.actor_id = %s`, filter.Actor)
	}
	if filter.User != 0 {
		q.where(`e.user_id = %s`, filter.User)
	}
	if filter.Room != 0 {
		q.where(`e.room_id = %s`, filter.Room)
	}
	if filter.Action != "" {
		q.where(`e.action = %s`, string(filter.Action))
	}
	if filter.Origin != "" {
		// Said twice, for the index that leaves out most of them.
		q.where(`e.origin = %s`, filter.Origin)
		if filter.Origin != OriginPerson {
			q.conditions = append(q.conditions, `e.origin <> '`+OriginPerson+`'`)
		}
	}
	q.between(filter.From, filter.To)
	if search != "" {
		q.search = &auditSearch{name: q.arg(search), words: q.arg(words)}
	}
	return q, nil
}

// arg adds an argument and returns how the statement names it.
func (q *auditQuery) arg(value any) string {
	q.args = append(q.args, value)
	return fmt.Sprintf("$%d", len(q.args))
}

func (q *auditQuery) where(condition string, value any) {
	q.conditions = append(q.conditions, fmt.Sprintf(condition, q.arg(value)))
}

// between bounds the time. Entries are numbered nearly in the order of their
// times, which are those at which their transactions began; none takes an hour.
// So the bounds bound the ids too, and what lies outside need not be read.
func (q *auditQuery) between(from, to time.Time) {
	if !from.IsZero() {
		at := q.arg(from)
		q.conditions = append(q.conditions, `e.at >= `+at,
			`e.id > coalesce((select id from audit_entries where at < `+at+`::timestamptz - interval '1 hour' order by at desc limit 1), 0)`)
	}
	if !to.IsZero() {
		at := q.arg(to)
		q.conditions = append(q.conditions, `e.at < `+at,
			`e.id < coalesce((select id from audit_entries where at > `+at+`::timestamptz + interval '1 hour' order by at limit 1), 9223372036854775807)`)
	}
}

// sql is the statement.
func (q *auditQuery) sql() string {
	found := `select e.* from audit_entries e where ` + strings.Join(q.conditions, ` and `)
	with := ``
	if q.search != nil {
		with = q.names()
		found = `
			select e.*
			from (select id from (` + q.hits() + `) hits order by id desc limit ` + q.limit + `) newest
			join audit_entries e on e.id = newest.id`
	}
	return `
		with me as materialized (
			select id from users where id = $1 and ` + active(`users`) + ` and role = any ($2)
		)` + with + `, found as (
			` + found + `
			order by e.id desc
			limit ` + q.limit + `
		)
		select ` + auditColumns + `
		from found e
		left join users actor on actor.id = e.actor_id
		left join users person on person.id = e.user_id
		left join rooms r on r.id = e.room_id
		left join memberships mine on mine.room_id = r.id and mine.user_id = $1 and mine.left_at is null
		order by e.id desc`
}

// knownRoom says of a room r whether the reader knows its name: it is public, or
// they are in it. This is not quite the right to see it, since who may see a
// deleted room's entries was told its name.
const knownRoom = `(r.kind = 'public' or mine.room_id is not null)`

// auditColumns are what scanAuditEntry reads.
const auditColumns = `e.id, e.at, e.origin, e.actor_id, actor.username, actor.display_name, e.action,
	e.user_id, person.username, person.display_name,
	e.room_id, case when ` + knownRoom + ` then coalesce(r.name, '') else '' end, e.room_id is not null and ` + knownRoom + ` is not true,
	coalesce(e.object_id, ''), e.reason, e.before, e.after`

// names finds the people and rooms that a search may mean.
func (q *auditQuery) names() string {
	has := func(column string) string { return `strpos(lower(` + column + `), lower(` + q.search.name + `)) > 0` }
	return `, people as materialized (
			select id from users where ` + has(`display_name`) + ` or ` + has(`username`) + `
		), places as materialized (
			select r.id
			from rooms r
			left join memberships mine on mine.room_id = r.id and mine.user_id = $1 and mine.left_at is null
			where ` + knownRoom + ` and ` + has(`r.name`) + `
		)`
}

// hits finds the ids of what a search may mean: of each person, each room and
// the reasons no more than a page, by the indexes.
func (q *auditQuery) hits() string {
	newest := func(condition string) string {
		return `(select e.id from audit_entries e where ` + strings.Join(append([]string{condition}, q.conditions...), ` and `) +
			` order by e.id desc limit ` + q.limit + `)`
	}
	return strings.Join([]string{
		`select e.id from people p cross join lateral ` + newest(`e.actor_id = p.id`) + ` e`,
		`select e.id from people p cross join lateral ` + newest(`e.user_id = p.id`) + ` e`,
		`select e.id from places p cross join lateral ` + newest(`e.room_id = p.id`) + ` e`,
		newest(`e.object_id = ` + q.search.name),
		newest(`e.reason <> '' and to_tsvector('simple', e.reason) @@ to_tsquery('simple', ` + q.search.words + `)`),
	}, ` union `)
}
