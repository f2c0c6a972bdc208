package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Mutes returns a page of those who are muted in a room, the last decision first,
// and where the next page begins. Those without the right to restrain members
// get ErrForbidden, ErrNotMember or, when the room is not theirs to know of,
// ErrNotFound.
func (s *Store) Mutes(ctx context.Context, by, room int64, page Page) ([]Sanction, string, error) {
	return s.sanctionsIn(ctx, SanctionMute, by, room, page)
}

// Bans returns a page of those who are banned from a room; see Mutes.
func (s *Store) Bans(ctx context.Context, by, room int64, page Page) ([]Sanction, string, error) {
	return s.sanctionsIn(ctx, SanctionBan, by, room, page)
}

func (s *Store) sanctionsIn(ctx context.Context, kind SanctionKind, by, room int64, page Page) (found []Sanction, next string, err error) {
	list := fmt.Sprintf("%ss/%d", kind, room)
	from, err := page.from(list)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Query(ctx, `
		select `+sanctionColumns+`
		from rooms r
		cross join `+asker+`
		join sanctions s on s.room_id = r.id and s.kind = $4 and `+inForce(`s`)+`
		join users u on u.id = s.user_id
		left join users d on d.id = s.created_by
		where `+granted+` and ($5::bigint = 0 or s.id < $5)
		order by s.id desc
		limit $6`, by, room, rights.RestrainMember.Grant(), kind, from.ID, page.limit()+1)
	if err != nil {
		return nil, "", fmt.Errorf("list each %s in room %d: %w", kind, room, err)
	}
	found, next, err = collectPage(rows, page, list, func(row pgx.Row) (Sanction, cursor, error) {
		s, err := scanSanction(row)
		return s, cursor{ID: s.ID}, err
	})
	if err == nil && len(found) == 0 {
		err = whyNot(ctx, s.db, rights.RestrainMember, by, room)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list each %s in room %d: %w", kind, room, err)
	}
	return found, next, nil
}
