package store

import "fmt"

// restate makes a statement that gives people the state that their leases and
// their choice have come to, numbers and dates what changed, and returns how
// many people changed. It is the only place where chatd decides what others
// see of somebody.
//
// concerned finds those it may have changed for: each once, as user_id, with
// the notice that tells others should they be gone, null for went-offline, and
// when they were then last seen, null for now. Of the leases l only those count
// that living allows; ` and …`, or nothing for all.
//
// The version before, which may still run beside this one, knows neither choices
// nor presence_states. The people of whom it has told something since are
// concerned too: what it told is what others know of them by now, and then they
// are told what is so.
//
// People are dated in the order of their ids, in which everybody locks users.
//
// Somebody invisible is offline here, and is written about in no other way: no
// revision, no notice, no date.
func restate(concerned, living string) string {
	return fmt.Sprintf(`
	with told as (
		update presence_changes set stated = true where not stated
		returning revision, user_id, state
	), older as materialized (
		select distinct on (user_id) user_id, state from told order by user_id, revision desc
	), concerned as (
		select user_id, max(notice) as notice, max(seen) as seen
		from (
			(%s)
			union all
			select user_id, null, null from older
		) people
		group by user_id
	), judged as materialized (
		select c.user_id, c.notice, c.seen, coalesce(s.state, 'offline') as stated,
		       coalesce(o.state, s.state, 'offline') as before,
		       case
		         when devices.idle is null or u.chosen = 'invisible' then 'offline'
		         when u.chosen = 'do-not-disturb' then 'do-not-disturb'
		         when devices.idle then 'away'
		         else 'online'
		       end as after
		from concerned c
		join (
			select id, case when presence_until <= now() then 'automatic' else presence_choice end as chosen from users
		) u on u.id = c.user_id
		left join presence_states s on s.user_id = c.user_id
		left join older o on o.user_id = c.user_id
		cross join lateral (
			select bool_and(l.idle) as idle from presence_leases l where l.user_id = c.user_id%s
		) devices
	), stated as (
		insert into presence_states (user_id, state, since)
		select user_id, after, clock_timestamp() from judged where stated <> after and after <> 'offline'
		on conflict (user_id) do update set state = excluded.state, since = excluded.since
	), gone as (
		delete from presence_states s using judged j
		where s.user_id = j.user_id and j.stated <> j.after and j.after = 'offline'
	), changed as (
		insert into presence_changes (revision, user_id, state, notice, changed_at, stated)
		select (select coalesce(max(revision), 0) from presence_changes) + row_number() over (order by user_id),
		       user_id, after,
		       case
		         when before = 'offline' then 'signed-in'
		         when after = 'offline' then coalesce(notice, 'went-offline')
		         else ''
		       end,
		       clock_timestamp(), true
		from judged where before <> after
		returning user_id
	), moved as materialized (
		select u.id, coalesce(j.seen, now()) as seen
		from judged j join users u on u.id = j.user_id
		where (j.before = 'offline') <> (j.after = 'offline')
		order by u.id
		for no key update of u
	), dated as (
		update users u set last_seen_at = greatest(u.last_seen_at, m.seen) from moved m where u.id = m.id
	)
	select count(*) from changed`, concerned, living)
}

// The people that a call of SettlePresence concerns: those of the sessions that
// it names, with the notice of each one's last closing.
const settledPeople = `
		select user_id, (array_agg(notice order by n desc) filter (where notice <> ''))[1] as notice, null::timestamptz as seen
		from unnest($1::bigint[], $2::text[]) with ordinality named (user_id, notice, n)
		group by user_id`

// allPeople are all of whom anything is known besides. A whole call judges
// everybody anew, whatever has put them in the wrong state.
const allPeople = `
		select user_id, max(notice) as notice, null::timestamptz as seen
		from (
			select user_id, notice from (` + settledPeople + `) named
			union all
			select user_id, null from presence_states
			union all
			select user_id, null from presence_leases
		) known
		group by user_id`

// lapsedPeople have sessions at nodes, other than $1, whose lease has run out.
// They were seen until then, not until that was noticed.
const lapsedPeople = `
		select l.user_id, null::text as notice, max(d.lease_until) as seen
		from nodes d join presence_leases l on l.node_id = d.id
		where d.id <> $1 and d.lease_until <= now()
		group by l.user_id`

// ofLivingNodes leaves out the leases that lapsedPeople have there.
const ofLivingNodes = ` and l.node_id not in (select id from nodes where id <> $1 and lease_until <= now())`

// endingPeople have made a choice whose time is over.
const endingPeople = `
		select id as user_id, null::text as notice, null::timestamptz as seen from users where presence_until <= now()`

// onePerson is $1.
const onePerson = `
		select $1::bigint as user_id, null::text as notice, null::timestamptz as seen`
