package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// committerSettings are those of the committer's sessions.
var committerSettings = map[string]string{
	"default_transaction_isolation":       "read committed",
	"statement_timeout":                   strconv.Itoa(int(statementWithin.Milliseconds())),
	"lock_timeout":                        strconv.Itoa(int(lockWithin.Milliseconds())),
	"idle_in_transaction_session_timeout": "2s",
	// A node that lost its network must not hold locks for hours.
	"tcp_keepalives_idle":     "5",
	"tcp_keepalives_interval": "2",
	"tcp_keepalives_count":    "3",
	// Every look-up in the statements is by key, whatever the statistics say at
	// the time of planning, and planning happens once.
	"plan_cache_mode":   "force_generic_plan",
	"enable_seqscan":    "off",
	"enable_bitmapscan": "off",
	"enable_hashjoin":   "off",
	"enable_mergejoin":  "off",
	"enable_material":   "off",
	"jit":               "off",
}

// openPool prepares the committer's own connections.
func (c *Committer) openPool(ctx context.Context) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(c.store.url)
	if err != nil {
		return nil, fmt.Errorf("committer: %w", err)
	}
	configure(cfg.ConnConfig, "chatd committer", committerSettings)
	// The mode that sends a batch as one implicit transaction, whatever the URL says.
	cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	cfg.MinConns, cfg.MaxConns = 1, 1+waitersMax
	cfg.MaxConnIdleTime = time.Minute
	cfg.AfterConnect = c.afterConnect
	return pgxpool.NewWithConfig(ctx, cfg)
}

// afterConnect makes sure, before anything is written, that the database is
// still the one that the positions in use belong to: it may have been replaced
// by a promoted standby while chatd ran.
func (c *Committer) afterConnect(ctx context.Context, conn *pgx.Conn) error {
	if err := useUTC(ctx, conn); err != nil {
		return err
	}
	// Known from PostgreSQL 17 on.
	_, err := conn.Exec(ctx, `
		select set_config(name, '10s', false) from pg_settings where name = 'transaction_timeout'`)
	if err != nil {
		return fmt.Errorf("set the transaction timeout: %w", err)
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		renewed, err := checkIdentity(ctx, tx)
		if renewed {
			c.log.WarnContext(ctx, "committer: the database was restored or promoted; all epochs are renewed")
		}
		return err
	})
}

// answer is what a transaction reports.
type answer struct {
	locked   map[int64]bool
	moved    []Event
	verdicts []verdict // one for each send, in their order
}

// verdict is a row of postSends.
type verdict struct {
	n                           int64
	verdict                     string
	id, epoch, number, seq      *int64
	at                          *time.Time
	aside                       *int64
	username, displayName, role *string
	body, standing              *string
	kept                        *kept
	mutedUntil                  *time.Time
	wait                        *float64 // seconds
}

// kept is what the database knows of a message beyond what every send is: all of
// one of before, and of a new one what it has decided.
type kept struct {
	HTML                         string
	EditedAt                     *time.Time
	Thread, ThreadIndex, ReplyTo int64
	Mentions                     []int64
	MentionsAll                  string
}

// transact runs the transaction for a batch. After an error nothing is stored,
// or, if it is not the server's own, that is unknown.
func (c *Committer) transact(ctx context.Context, b *batch, lock string) (*answer, error) {
	conn, err := c.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	// What has begun may end although chatd is stopping.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptWithin)
	defer cancel()
	a := &answer{locked: map[int64]bool{}, verdicts: make([]verdict, b.size)}
	var p pgx.Batch
	p.Queue(lock, b.topics()).QueryRow(a.readLocked)
	if b.kicked() {
		p.Queue(movePending, movedMax).Query(a.readMoved)
	}
	if b.size > 0 {
		p.Queue(b.statement(), b.columns()...).Query(a.readVerdicts)
	}
	if err := conn.SendBatch(ctx, &p).Close(); err != nil {
		return nil, err
	}
	return a, nil
}

// kicked reports whether any topic may have pending events.
func (b *batch) kicked() bool {
	return slices.ContainsFunc(b.parts, func(p part) bool { return p.kicked })
}

// statement is the one that judges and stores the sends.
func (b *batch) statement() string {
	if b.related() {
		return postSendsWhole
	}
	if slices.ContainsFunc(b.parts, func(p part) bool { return p.slow }) {
		return postSendsSlowly
	}
	return postSends
}

// related reports whether a send has to do with other messages or other people.
func (b *batch) related() bool {
	return slices.ContainsFunc(b.parts, func(p part) bool {
		return slices.ContainsFunc(p.sends, func(s *send) bool {
			return s.Thread > 0 || s.ReplyTo > 0 || len(s.Mentions) > 0 || s.MentionsAll != ""
		})
	})
}

func (b *batch) topics() []int64 {
	topics := make([]int64, len(b.parts))
	for i, p := range b.parts {
		topics[i] = p.lane.topic
	}
	return topics
}

// columns returns the arguments of postSends.
func (b *batch) columns() []any {
	rooms, authors := make([]int64, 0, b.size), make([]int64, 0, b.size)
	sessions, clients := make([]pgtype.UUID, 0, b.size), make([]pgtype.UUID, 0, b.size)
	bodies, htmls := make([]string, 0, b.size), make([]string, 0, b.size)
	for _, p := range b.parts {
		for _, s := range p.sends {
			rooms, authors = append(rooms, s.RoomID), append(authors, s.AuthorID)
			sessions, clients = append(sessions, s.session), append(clients, s.client)
			bodies, htmls = append(bodies, s.Body), append(htmls, s.HTML)
		}
	}
	columns := []any{rooms, authors, sessions, clients, bodies, htmls}
	if b.related() {
		columns = append(columns, b.relations()...)
	}
	return columns
}

// relations returns the further arguments of postSendsWhole. Lists of different
// lengths make no array of arrays, so the mentions are texts.
func (b *batch) relations() []any {
	threads, targets := make([]int64, 0, b.size), make([]int64, 0, b.size)
	mentions, alls := make([]string, 0, b.size), make([]string, 0, b.size)
	for _, p := range b.parts {
		for _, s := range p.sends {
			threads, targets = append(threads, s.Thread), append(targets, s.ReplyTo)
			mentions, alls = append(mentions, arrayText(s.Mentions)), append(alls, s.MentionsAll)
		}
	}
	return []any{threads, targets, mentions, alls}
}

// arrayText writes numbers as PostgreSQL writes an array.
func arrayText(numbers []int64) string {
	text := []byte{'{'}
	for i, n := range numbers {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, n, 10)
	}
	return string(append(text, '}'))
}

func (a *answer) readLocked(row pgx.Row) error {
	var ids []int64
	if err := row.Scan(&ids, nil); err != nil {
		return err
	}
	for _, id := range ids {
		a.locked[id] = true
	}
	return nil
}

func (a *answer) readMoved(rows pgx.Rows) error {
	var e eventRow
	var epoch int64
	_, err := pgx.ForEachRow(rows, append([]any{&epoch}, e.targets()...), func() error {
		a.moved = append(a.moved, e.event(epoch))
		return nil
	})
	return err
}

func (a *answer) readVerdicts(rows pgx.Rows) error {
	var v verdict
	targets := []any{&v.n, &v.verdict, &v.id, &v.epoch, &v.number, &v.seq, &v.at, &v.aside, &v.kept,
		&v.username, &v.displayName, &v.role, &v.body, &v.standing, &v.mutedUntil, &v.wait}
	_, err := pgx.ForEachRow(rows, targets, func() error {
		a.verdicts[v.n-1] = v
		return nil
	})
	return err
}
