package store

import (
	"fmt"
	"strconv"
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
	everything bool // nothing is withheld
}

// auditSearch are the parameters that a search fills.
type auditSearch struct{ name, words string }

// newAuditQuery finds up to limit entries with an id below before, unless that
// is 0. With everything it withholds nothing from the reader. It returns
// *InvalidError for a filter that cannot be.
func newAuditQuery(by int64, everything bool, filter AuditFilter, before int64, limit int) (*auditQuery, error) {
	if err := filter.check(); err != nil {
		return nil, err
	}
	search, words, err := cleanAuditSearch(filter.Search)
	if err != nil {
		return nil, err
	}
	q := &auditQuery{args: []any{by, rights.SeeAudit.Roles()}, conditions: []string{`exists (select from me)`}, everything: everything}
	q.limit = q.arg(limit)
	if before > 0 {
		q.where(`e.id < %s`, before)
	}
	if filter.Actor != 0 {
		q.where(`e.actor_id = %s`, filter.Actor)
	}
	if filter.User != 0 {
		q.where(`e.user_id = %s and `+q.disclosed(), filter.User)
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
// So the bounds bound the ids too, and what lies outside need not be read; but
// entries that are late, since the clock was set back, bound nothing.
func (q *auditQuery) between(from, to time.Time) {
	if !from.IsZero() {
		at := q.arg(from)
		q.conditions = append(q.conditions, `e.at >= `+at,
			`e.id > coalesce((select id from audit_entries where at < `+at+`::timestamptz - interval '1 hour' and not late order by at desc limit 1), 0)`)
	}
	if !to.IsZero() {
		at := q.arg(to)
		q.conditions = append(q.conditions, `e.at < `+at,
			`e.id < greatest(
				coalesce((select id from audit_entries where at > `+at+`::timestamptz + interval '1 hour' order by at limit 1), 9223372036854775807),
				(select max(id) + 1 from audit_entries where late and at < `+at+`))`)
	}
}

// sql is the statement. It finds ids first, for which indexes are enough, and
// then the entries.
func (q *auditQuery) sql() string {
	hits, names := q.newest(), ``
	if q.search != nil {
		hits, names = q.hits(), q.names()+q.walk()
	}
	return `
		with me as materialized (
			select id from users where id = $1 and ` + active(`users`) + ` and role = any ($2)
		)` + names + `, found as (
			select e.*
			from (select id from (` + hits + `) hits order by id desc limit ` + q.limit + `) newest
			join audit_entries e on e.id = newest.id
		)
		select ` + q.columns() + `
		from found e
		left join users actor on actor.id = e.actor_id
		left join users person on person.id = e.user_id
		left join rooms r on r.id = e.room_id
		left join memberships mine on mine.room_id = r.id and mine.user_id = $1 and mine.left_at is null
		order by e.id desc`
}

// known says of a room r, and of mine, the reader's membership of it, whether the
// reader knows it: it is public, or they are in it. This is not quite the right
// to see it, since who may see a deleted room's entries was told its name.
func (q *auditQuery) known() string {
	if q.everything {
		return `true`
	}
	return `(r.kind = 'public' or mine.room_id is not null)`
}

// theirs says of an entry e that the reader did it, or that it concerns them.
const theirs = `coalesce(e.actor_id = $1 or e.user_id = $1, false)`

// disclosed says of an entry e that nothing of it is withheld: whatever looks into
// what may be withheld has this condition, so that nobody learns by what is found
// what they are not shown.
func (q *auditQuery) disclosed() string {
	if q.everything {
		return `true`
	}
	return `(e.room_id is null or ` + theirs + ` or exists (
		select
		from rooms r
		left join memberships mine on mine.room_id = r.id and mine.user_id = $1 and mine.left_at is null
		where r.id = e.room_id and ` + q.known() + `))`
}

// columns are what scanAuditEntry reads.
func (q *auditQuery) columns() string {
	unknown := `e.room_id is not null and ` + q.known() + ` is not true`
	return `e.id, e.at, e.origin, e.actor_id, actor.username, actor.display_name, e.action,
		e.user_id, person.username, person.display_name,
		e.room_id, case when ` + q.known() + ` then coalesce(r.name, '') else '' end, ` + unknown + `, ` + unknown + ` and not ` + theirs + `,
		coalesce(e.object_id, ''), e.reason, e.before, ` + q.after()
}

// after is what an entry says of afterwards. Whom an invite brought into which
// private rooms is withheld as other acts in them are.
func (q *auditQuery) after() string {
	return `case
		when jsonb_typeof(e.after -> 'room_ids') = 'array' and not ` + theirs + ` then jsonb_set(e.after, '{room_ids}', (
			select coalesce(jsonb_agg(r.id), '[]')
			from jsonb_array_elements_text(e.after -> 'room_ids') invited
			join rooms r on r.id = invited::bigint
			left join memberships mine on mine.room_id = r.id and mine.user_id = $1 and mine.left_at is null
			where ` + q.known() + `))
		else e.after end`
}

// names finds the people and rooms that a search may mean.
func (q *auditQuery) names() string {
	has := func(column string) string { return `strpos(lower(` + column + `), lower(` + q.search.name + `)) > 0` }
	return `, people as materialized (
			select id from users where ` + has(`display_name`) + ` or ` + has(`username`) + `
		), places as materialized (
			select r.id
			from rooms r
			left join memberships mine on mine.room_id = r.id and mine.user_id = $1 and mine.left_at is null
			where ` + q.known() + ` and ` + has(`r.name`) + `
		)`
}

// walkFirst is how many of the newest entries a search looks through before it
// looks at the indexes of each person and room that it may mean, which may be
// all there are.
const walkFirst = 2000

// hits finds the ids of a page of what a search may mean: among the newest
// entries, and by the indexes when these are too few.
func (q *auditQuery) hits() string {
	return `select id from near where not (select further from walk) union all select id from (` + strings.Join([]string{
		q.of(`people`, `e.actor_id`, `true`),
		q.of(`people`, `e.user_id`, q.disclosed()),
		q.of(`places`, `e.room_id`, `true`),
		`(` + q.newest(q.object(), `(select further from walk)`) + `)`,
		`(` + q.newest(q.reasoned(), `(select further from walk)`) + `)`,
	}, ` union `) + `) indexed where (select further from walk)`
}

// object and reason say of an entry e that it is about what is searched for, or
// gives it as a reason, and that the reader may know.
func (q *auditQuery) object() string {
	return `e.object_id = ` + q.search.name + ` and ` + q.disclosed()
}

func (q *auditQuery) reasoned() string {
	return `e.reason <> '' and to_tsvector('simple', e.reason) @@ to_tsquery('simple', ` + q.search.words + `) and ` + q.disclosed()
}

// of finds the ids of the newest entries that name one of a list in a column. No
// more of the list than fill a page have something on it: those whose newest
// entries are the newest.
func (q *auditQuery) of(list, column, condition string) string {
	named := column + ` = p.id and ` + condition
	return `select e.id
		from (
			select p.id
			from ` + list + ` p cross join lateral (` + q.first(`1`, named) + `) newest
			where (select further from walk)
			order by newest.id desc
			limit ` + q.limit + `
		) p cross join lateral (` + q.newest(named) + `) e`
}

// walk looks through the newest of all entries that meet the conditions: near is
// what the search may mean, and further whether there may be more on the page.
func (q *auditQuery) walk() string {
	first := strconv.Itoa(walkFirst)
	return `, walked as materialized (
			select e.id, e.actor_id, e.user_id, e.room_id, e.object_id, e.reason
			from audit_entries e
			where ` + strings.Join(q.conditions, ` and `) + `
			order by e.id desc
			limit ` + first + `
		), near as materialized (
			select e.id
			from walked e
			where e.actor_id in (select id from people) or e.room_id in (select id from places)
				or e.user_id in (select id from people) and ` + q.disclosed() + `
				or ` + q.object() + ` or ` + q.reasoned() + `
			order by e.id desc
			limit ` + q.limit + `
		), walk as materialized (
			select (select count(*) from walked) = ` + first + ` and (select count(*) from near) < ` + q.limit + ` as further
		)`
}

// newest finds the ids of a page of what meets the conditions, and these.
func (q *auditQuery) newest(more ...string) string { return q.first(q.limit, more...) }

// first finds the ids of so many of the newest of what meets the conditions, and
// these.
func (q *auditQuery) first(limit string, more ...string) string {
	return `select e.id from audit_entries e where ` + strings.Join(append(more, q.conditions...), ` and `) + ` order by e.id desc limit ` + limit
}
