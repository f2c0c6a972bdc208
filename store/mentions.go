package store

// mentionsOf is the rows of mentions for messages of a source, for each of the
// people who are mentioned but their author, and for 0 when it is everybody. More
// conditions may follow.
func mentionsOf(source string) string {
	return `
		select room_id, user_id, number, author_id, thread
		from ` + source + `
		cross join lateral (
		  select unnest(mentions) as user_id
		  union all
		  select 0 where mentions_all = '` + MentionsRoom + `'
		) named
		where user_id <> author_id`
}
