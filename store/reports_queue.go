package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// ReportsPage says which reports are wanted.
type ReportsPage struct {
	Page
	Room int64 // 0 for all rooms
	Open bool  // only those that are not settled
}

// Reports returns a page of the reports that somebody may settle, the newest
// first, where the next page begins, and how many are open of all that they may
// settle. Those who may settle none anywhere get ErrForbidden.
func (s *Store) Reports(ctx context.Context, by int64, page ReportsPage) (reports []Report, next string, open int, err error) {
	const list = "reports"
	from, err := page.from(list)
	if err != nil {
		return nil, "", 0, err
	}
	if from.ID == 0 {
		from.ID = math.MaxInt64
	}
	rows, err := s.db.Query(ctx, `select `+reportColumns+reportsFor+`
			and ($4::bigint = 0 or p.room_id = $4) and (p.settled_at is null or not $5) and p.id < $6
		order by p.id desc
		limit $7`, append(reportArgs(by), page.Room, page.Open, from.ID, page.limit()+1)...)
	if err != nil {
		return nil, "", 0, fmt.Errorf("list reports: %w", err)
	}
	reports, next, err = collectPage(rows, page.Page, list, func(row pgx.Row) (Report, cursor, error) {
		r, err := scanReport(row)
		return r, cursor{ID: r.ID}, err
	})
	if err == nil {
		open, err = s.openReports(ctx, by)
	}
	if err != nil {
		return nil, "", 0, fmt.Errorf("list reports: %w", err)
	}
	return reports, next, open, nil
}

// openReports counts the open reports that somebody may settle.
func (s *Store) openReports(ctx context.Context, by int64) (open int, err error) {
	var somewhere bool
	err = s.db.QueryRow(ctx, `
		select (select count(*) `+reportsFor+` and p.settled_at is null),
			exists (
				select from users me
				where me.id = $1 and `+active(`me`)+` and (me.role = any ($2::text[]) or exists (
					select from memberships mine join rooms r on r.id = mine.room_id
					where mine.user_id = me.id and mine.left_at is null and `+standing+` = any ($3::text[]))))`,
		reportArgs(by)...).Scan(&open, &somewhere)
	if err == nil && !somewhere {
		err = ErrForbidden
	}
	return open, err
}

// reportsFor finds the reports p that user $1 may settle: by a role in the
// workspace, $2, or in the room, $3; never those about oneself.
var reportsFor = `
	from users me
	join reports p on p.author_id <> me.id
	join rooms r on r.id = p.room_id
	left join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at is null
	join users author on author.id = p.author_id
	join users reporter on reporter.id = p.reporter_id
	left join users settler on settler.id = p.settled_by
	left join messages msg on msg.id = p.message_id
	where me.id = $1 and ` + active(`me`) + ` and (me.role = any ($2::text[]) or ` + standing + ` = any ($3::text[]))`

func reportArgs(by int64) []any {
	return []any{by, rights.HandleReports.Roles(), rights.SeeReports.Grant()}
}

// reportColumns are the columns that scanReport reads. A private room has a name
// only for those in it.
var reportColumns = `p.id, p.room_id, r.kind,
	case when ` + standing + ` = any (` + literal(rights.SeeRoom.Grant()) + `) then coalesce(r.name, '') else '' end,
	coalesce(msg.number, 0), msg.id is null or msg.deletion_id is not null, p.body, p.reason, p.created_at,
	coalesce(` + editedSince + `, false),
	case when ` + editedSince + ` and ` + standing + ` = any (` + literal(rights.SeeRoom.Grant()) + `) then msg.body else '' end,
	coalesce(p.settlement, ''), p.settled_at,
	author.id, author.username, author.display_name, author.role, author.deactivated_at,
	reporter.id, reporter.username, reporter.display_name, reporter.role, reporter.deactivated_at,
	settler.id, settler.username, settler.display_name, settler.role, settler.deactivated_at`

// editedSince is whether the message says something else than when it was reported;
// null when it is not there.
const editedSince = `(msg.deletion_id is null and msg.edited_at is not null and msg.body <> p.body and p.body <> '')`

// scanReport reads reportColumns. No row is ErrNotFound.
func scanReport(row pgx.Row) (Report, error) {
	var r Report
	var author, reporter, settler userRow
	targets := slices.Concat([]any{&r.ID, &r.RoomID, &r.RoomKind, &r.RoomName, &r.Number, &r.Deleted,
		&r.Body, &r.Reason, &r.CreatedAt, &r.Edited, &r.Now, &r.Settlement, &r.SettledAt}, author.targets(), reporter.targets(), settler.targets())
	if err := row.Scan(targets...); err != nil {
		return Report{}, orNotFound(err)
	}
	r.Author, r.Reporter, r.SettledBy = *author.user(), *reporter.user(), settler.user()
	return r, nil
}

// SettleReport says that a report is seen to. Doing so twice in the same way
// changes nothing; of two who do it in different ways the second gets ErrSettled
// and the report as the first has settled it. It returns ErrNotFound for a report
// that they may not settle.
func (s *Store) SettleReport(ctx context.Context, by, report int64, settlement string) (Report, Pending, error) {
	if settlement != SettledActed && settlement != SettledDismissed {
		return Report{}, nil, &InvalidError{Field: "settlement", Text: "A report is settled as acted or dismissed."}
	}
	var settled Report
	var pending Pending
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		settled, pending, err = settle(ctx, tx, by, report, settlement)
		return err
	})
	if err != nil {
		return settled, nil, fmt.Errorf("settle report %d: %w", report, err)
	}
	return settled, pending, nil
}

func settle(ctx context.Context, tx pgx.Tx, by, report int64, settlement string) (Report, Pending, error) {
	find := func() (Report, error) {
		return scanReport(tx.QueryRow(ctx, `select `+reportColumns+reportsFor+` and p.id = $4`, append(reportArgs(by), report)...))
	}
	found, err := find()
	if err != nil {
		return Report{}, nil, err
	}
	if err := holdStanding(ctx, tx, by, found.RoomID); err != nil {
		return Report{}, nil, err
	}
	tag, err := tx.Exec(ctx, `
		update reports set settled_at = now(), settled_by = $2, settlement = $3 where id = $1 and settled_at is null`,
		report, by, settlement)
	if err != nil {
		return Report{}, nil, err
	}
	if found, err = find(); err != nil { // the right was lost a moment ago
		return Report{}, nil, err
	}
	if tag.RowsAffected() == 0 {
		if found.Settlement != settlement {
			return found, nil, ErrSettled
		}
		return found, nil, nil
	}
	err = record(ctx, tx, audited{
		by: by, action: AuditReportSettled, user: found.Author.ID, room: found.RoomID, object: strconv.FormatInt(report, 10),
		after: facts{"settlement": settlement},
	})
	if err != nil {
		return Report{}, nil, err
	}
	pending, err := tellModerators(ctx, tx, found.RoomID, found.Author.ID)
	return found, pending, err
}
