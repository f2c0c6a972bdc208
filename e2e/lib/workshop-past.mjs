// The past of a workspace that was made a moment ago.

/** 90 days in which people talked, in all rooms that there are; before anything is said that matters. */
export const talkOfMonths = `
  insert into daily_figures (day, messages, writers, people, rooms, bytes)
  select day, 34 + 9 * sin(n) + n / 4 - 20 * weekend, 8 + 2 * sin(n) + n / 30 - 3 * weekend,
    11 + 2 * sin(n) + n / 25 - 4 * weekend, 5 + n / 40, 0
  from generate_series(1, 90) n, lateral (select (now() at time zone 'utc')::date - 91 + n as day) d,
    lateral (select case when extract(isodow from day) > 5 then 1 else 0 end as weekend) w;
  insert into messages (room_id, number, seq, author_id, client_id, body, created_at)
  select r.id, row_number() over (partition by r.id order by day, i), 0,
    (select id from users where role <> 'guest' order by md5(day || ':' || i || ':' || id) limit 1), gen_random_uuid(),
    (array['Thank you!', 'See you on Thursday.', 'I can help with that.', 'It is on the shelf by the door.',
      'Does anybody know who has the key?', 'I put it back on Tuesday.', 'Good idea.', 'I am there from five o’clock.',
      'The glue is nearly empty, I bring some.'])[(i * 7 + extract(day from day)::int) % 9 + 1],
    day - interval '4 days' + interval '9 hours' + i * interval '7 minutes'
  from daily_figures, generate_series(1, messages) i
  join (select id, row_number() over (order by id) as place from rooms) r
    on (array[2, 1, 3, 2, 5, 1, 2, 3, 8, 6, 2, 4])[i % 12 + 1] = r.place;
  update topics t set last_number = said.number
    from (select room_id, max(number) as number from messages group by room_id) said where said.room_id = t.id`;

/** Spreads what happened just now over weeks, and lets everybody have read it. */
export const longAgo = `
  update messages m set created_at = now() - (t.last_number - m.number) * interval '6 minutes'
    - case r.name when 'bicycles' then interval '5 minutes' else r.id * interval '9 hours' end
    from topics t, rooms r where t.id = m.room_id and r.id = m.room_id and m.seq > 0;
  update memberships m set read_number = t.last_number from topics t where t.id = m.room_id;
  insert into room_sizes (room_id, first_number, last_number, bytes)
    select room_id, 1, max(number), sum(octet_length(body)) from messages group by room_id
    on conflict do nothing;
  alter table audit_entries disable trigger user;
  update audit_entries e set at = now() - (age / 3 + 1) * interval '1 day' + (2 - age % 3) * interval '95 minutes'
    from (select id, max(id) over () - id as age from audit_entries) old where old.id = e.id;
  alter table audit_entries enable trigger user;
  update users set created_at = now() - interval '20 weeks' + id * interval '30 hours',
    last_seen_at = now() - id * id * interval '4 minutes';
  update rooms set created_at = now() - interval '19 weeks' + id * interval '30 hours';
  update daily_figures set bytes = pg_database_size(current_database())
    - extract(day from now() - day) * 25000 - 100000 * sin(extract(day from now() - day) / 9)`;
