package store

import (
	"context"
	"fmt"
	"time"

	"chatd/store/rights"
)

// What people want to be told of in a room.
const (
	LevelEverything = "everything"
	LevelMentions   = "mentions"
	LevelNothing    = "nothing"
)

// Attention is what somebody wants to be told of a room, and where it stands in their own
// list; nil leaves it as it is.
type Attention struct {
	Level     *string
	Silence   *Silence
	Favourite *bool
	Section   *int64 // 0: none
}

// Silence is that somebody wants to hear nothing of a room for a time.
type Silence struct {
	On    bool
	Until *time.Time // nil: until they end it
}

// ChangeAttention changes what the user is told of a room that they read, and where
// it stands in their list; what is the same already causes no event. It returns the errors of a right that is
// missing, and an *InvalidError for a level or section that is not, or for a
// silence that would be over.
func (s *Store) ChangeAttention(ctx context.Context, user, room int64, to Attention) (Pending, error) {
	pending, err := s.changeAttention(ctx, user, room, to)
	if err != nil {
		return nil, fmt.Errorf("change the attention of user %d to room %d: %w", user, room, err)
	}
	return pending, nil
}

func (s *Store) changeAttention(ctx context.Context, user, room int64, to Attention) (Pending, error) {
	if l := to.Level; l != nil && *l != LevelEverything && *l != LevelMentions && *l != LevelNothing {
		return nil, &InvalidError{Field: "level", Text: "You are told of everything, mentions or nothing."}
	}
	var silence Silence
	if to.Silence != nil {
		silence = *to.Silence
	}
	var known, ends, changed bool
	err := s.db.QueryRow(ctx, changeAttention, user, room, rights.ReadMessages.Grant(),
		to.Level, to.Silence != nil, silence.On, silence.Until, to.Favourite, to.Section).Scan(&known, &ends, &changed)
	switch {
	case err != nil:
		return nil, whyNotRead(ctx, s.db, orNotFound(err), user, room)
	case !known:
		return nil, noSuchSection("section")
	case !ends:
		return nil, &InvalidError{Field: "silenced_until", Text: endText}
	case !changed:
		return nil, nil
	}
	return Pending{user}, nil
}

// changeAttention finds out itself what is new. A section is held as long as a room
// comes into it, so that nobody removes it meanwhile.
var changeAttention = `
	with section as (
		select id from sections where id = $9::bigint and user_id = $1 for key share
	), old as (
		select mine.*, coalesce($9::bigint = 0 or exists (select from section), true) as known,
			` + fmt.Sprintf(endsOK, `$7::timestamptz`) + ` as ends
		from rooms r, ` + asker + `
		where ` + granted + `
	), changed as (
		update memberships m
		set level = coalesce($4, m.level),
			silenced_until = case when not $5 then m.silenced_until when $6 then coalesce($7, 'infinity') end,
			favourite = coalesce($8, m.favourite),
			section_id = coalesce($9, m.section_id)
		from old
		where m.room_id = old.room_id and m.user_id = old.user_id and m.left_at is null and old.known and old.ends
			and (m.level, m.silenced_until, m.favourite, m.section_id) is distinct from (coalesce($4, m.level),
				case when not $5 then m.silenced_until when $6 then coalesce($7, 'infinity') end,
				coalesce($8, m.favourite), coalesce($9, m.section_id))
		returning m.room_id, m.user_id
	), told as (
		insert into pending_events (topic_id, kind, user_id, room_id)
		select user_id, '` + string(EventMembershipChanged) + `', user_id, room_id from changed
	)
	select old.known, old.ends, exists (select from changed) from old`
