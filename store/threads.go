package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Thread is a page of the replies to a message, the root.
type Thread struct {
	// Root is deleted, with nothing but its number, when it is erased and replies
	// are left.
	Root Message
	History
	// Following says that the user follows it, and ReadNumber up to which message
	// they have read it.
	Following  bool
	ReadNumber int64
}

// Thread returns a page of a thread to a member of the room; before it has a
// reply, one without any. It returns ErrNotFound for a message that the room does
// not have or that is itself in a thread, and otherwise the errors of
// [Store.History].
func (s *Store) Thread(ctx context.Context, user, room, root int64, page HistoryPage) (Thread, error) {
	if page.Before != 0 && page.After != 0 || page.Around != 0 {
		return Thread{}, &InvalidError{Field: "before", Text: "Ask for messages before a number or after one, not both."}
	}
	var t Thread
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := s.transact(ctx, snapshot, func(tx pgx.Tx) (err error) {
		of := pageOf{user: user, room: room, queries: queries{threadBefore, threadAfter}, more: []any{root}}
		if t.History, err = of.read(ctx, tx, page); err != nil {
			return err
		}
		if t.Root, err = findRoot(ctx, tx, room, root); err != nil {
			return err
		}
		t.Following, t.ReadNumber, err = findFollow(ctx, tx, user, room, root)
		return err
	})
	if err != nil {
		return Thread{}, fmt.Errorf("thread %d of room %d: %w", root, room, err)
	}
	return t, nil
}

var (
	threadBefore = historyQuery(inThread("<", "desc"), "desc")
	threadAfter  = historyQuery(inThread(">", "asc"), "asc")
)

// inThread finds the replies to the message $6. Which ones is known before any of
// them is read.
func inThread(compare, order string) string {
	return `
		select m.*
		from (
			select number from thread_replies where room_id = $2 and root = $6 and number ` + compare + ` $4 order by number ` + order + ` limit $5
		) x
		join messages m on m.room_id = $2 and m.number = x.number`
}

// findRoot returns the message with which a thread began or could begin.
func findRoot(ctx context.Context, db querier, room, root int64) (Message, error) {
	var row messageRow
	var replied bool
	err := db.QueryRow(ctx, `
		select exists (select from threads where room_id = $1 and root = $2), `+messageColumns+`
		from (values ($1::bigint, $2::bigint)) as wanted (room_id, number)
		left join messages msg on msg.room_id = wanted.room_id and msg.number = wanted.number`+messageJoins,
		room, root).Scan(append([]any{&replied}, row.targets()...)...)
	if err != nil {
		return Message{}, err
	}
	message := row.message()
	switch {
	case message != nil && message.Thread == 0:
		return *message, nil
	case message == nil && replied:
		return Message{RoomID: room, Number: root, Deleted: true}, nil
	}
	return Message{}, ErrNotFound
}

// findFollow returns how somebody stands to a thread.
func findFollow(ctx context.Context, db querier, user, room, root int64) (following bool, read int64, err error) {
	err = orNotFound(db.QueryRow(ctx, `
		select following, read_number from thread_follows where room_id = $1 and root = $2 and user_id = $3`,
		room, root, user).Scan(&following, &read))
	if isNotFound(err) {
		err = nil
	}
	return following, read, err
}

// recountThreads counts the replies of threads anew after some of them were
// deleted or restored. The committer waits meanwhile with new ones; the second
// statement sees what it had stored before.
func recountThreads(ctx context.Context, tx pgx.Tx, room int64, roots []int64) error {
	if len(roots) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		select from threads where room_id = $1 and root = any ($2::bigint[]) order by root for no key update`, room, roots)
	for _, root := range roots {
		if err == nil {
			_, err = tx.Exec(ctx, recount, planned, room, root, MaxThreadAuthors)
		}
	}
	return err
}

const recount = `
	update threads th
	set replies = live.replies, last_number = live.last_number, last_at = coalesce(live.last_at, th.last_at), authors = live.authors
	from (
		select coalesce(sum(written), 0) as replies, coalesce(max(last_number), 0) as last_number, max(last_at) as last_at,
			coalesce((array_agg(author_id order by last_number desc))[1:$3], '{}') as authors
		from (
			select m.author_id, count(*) as written, max(m.number) as last_number, max(m.created_at) as last_at
			from thread_replies x
			join messages m on m.room_id = x.room_id and m.number = x.number and m.deletion_id is null
			where x.room_id = $1 and x.root = $2
			group by m.author_id
		) people
	) live
	where th.room_id = $1 and th.root = $2`

// ReadThread notes that a member has read a thread up to a message. It never goes
// back and never beyond the room's last message. For a thread that they never
// followed nothing is noted. It returns how far they have read and whether that
// changed, and otherwise the errors of [Store.Thread].
func (s *Store) ReadThread(ctx context.Context, user, room, root, number int64) (now int64, moved bool, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := mayReadThread(ctx, tx, user, room, root); err != nil {
			return err
		}
		err := orNotFound(tx.QueryRow(ctx, `
			update thread_follows f
			set read_number = least($4::bigint, t.last_number)
			from topics t
			where f.room_id = $1 and f.root = $2 and f.user_id = $3 and t.id = f.room_id
				and f.read_number < least($4::bigint, t.last_number)
			returning f.read_number`, room, root, user, number).Scan(&now))
		if moved = err == nil; !isNotFound(err) {
			return err
		}
		_, now, err = findFollow(ctx, tx, user, room, root)
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("read thread %d of room %d: %w", root, room, err)
	}
	return now, moved, nil
}

// FollowThread makes a member follow a thread or follow it no longer. Who begins
// to follow has read what there is. It returns the errors of [Store.Thread].
func (s *Store) FollowThread(ctx context.Context, user, room, root int64, follow bool) error {
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := mayReadThread(ctx, tx, user, room, root); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			insert into thread_follows as f (room_id, root, user_id, following, read_number)
			select id, $2, $3, $4, last_number from topics where id = $1
			on conflict (room_id, root, user_id) do update
			set following = excluded.following, read_number = excluded.read_number
			where f.following <> excluded.following`, room, root, user, follow)
		return err
	})
	if err != nil {
		return fmt.Errorf("follow thread %d of room %d: %w", root, room, err)
	}
	return nil
}

// mayReadThread returns nil when somebody may read the room of a thread that is
// or can be one.
func mayReadThread(ctx context.Context, tx pgx.Tx, user, room, root int64) error {
	if err := whyNot(ctx, tx, rights.ReadMessages, user, room); err != nil {
		return err
	}
	_, err := findRoot(ctx, tx, room, root)
	return err
}

// FollowedThread is a thread in the list of those that somebody follows.
type FollowedThread struct {
	RoomID    int64
	Root      Message // see [Thread]
	Unread    int64   // replies of others that they have not read
	Mentioned bool    // in one of these
	LastAt    time.Time
}

// ThreadsPage is a part of that list. Next is where it goes on, "" at its end.
type ThreadsPage struct {
	Threads []FollowedThread
	Next    string
	Unread  int64 // how many of all of them have unread replies
}

// followedThreads is the name of the list in its pages.
const followedThreads = "threads"

// unreadMost is among how many replies of a thread the unread ones are counted.
const unreadMost = 1000

// FollowedThreads lists the threads that somebody follows and that have replies,
// those with the newest first.
func (s *Store) FollowedThreads(ctx context.Context, user int64, p Page) (ThreadsPage, error) {
	after, err := p.from(followedThreads)
	if err != nil {
		return ThreadsPage{}, err
	}
	from := threadPlace{at: math.MaxInt64}
	if p.After != "" {
		if from, err = parseThreadPlace(after); err != nil {
			return ThreadsPage{}, err
		}
	}
	var page ThreadsPage
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = s.transact(ctx, snapshot, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, threadsOfUser, user, rights.ReadMessages.Grant(), from.at, from.room, after.ID, p.limit()+1, unreadMost)
		if err == nil {
			page.Threads, page.Next, err = collectPage(rows, p, followedThreads, scanFollowedThread)
		}
		if err == nil {
			var batch pgx.Batch
			queueThreadsUnread(&batch, user, &page.Unread)
			err = tx.SendBatch(ctx, &batch).Close()
		}
		return err
	})
	if err != nil {
		return ThreadsPage{}, fmt.Errorf("threads of user %d: %w", user, err)
	}
	return page, nil
}

// threadPlace is where a page of threads ends, besides the root: by the time of
// the newest reply, in microseconds since 1970, and the room.
type threadPlace struct{ at, room int64 }

func (p threadPlace) String() string { return fmt.Sprintf("%d %d", p.at, p.room) }

func parseThreadPlace(c cursor) (p threadPlace, err error) {
	if n, err := fmt.Sscanf(c.Name, "%d %d", &p.at, &p.room); n != 2 || err != nil || p.String() != c.Name {
		return p, wrongPlace()
	}
	return p, nil
}

// listedThreads are the threads that user $1 follows in rooms that they, by the
// grant $2, read.
var listedThreads = `
	from users me
	join thread_follows f on f.user_id = me.id and f.following
	join memberships mine on mine.room_id = f.room_id and mine.user_id = me.id and mine.left_at is null
	join rooms r on r.id = f.room_id
	join threads listed on listed.room_id = f.room_id and listed.root = f.root and listed.replies > 0
	where me.id = $1 and ` + active(`me`) + ` and ` + standing + ` = any($2::text[])`

var threadsOfUser = `
	with page as materialized (
		select f.room_id, f.root, f.read_number, listed.last_at, (extract(epoch from listed.last_at) * 1000000)::bigint as at` + listedThreads + `
			and ((extract(epoch from listed.last_at) * 1000000)::bigint, f.room_id, f.root) < ($3::bigint, $4::bigint, $5::bigint)
		order by at desc, f.room_id desc, f.root desc
		limit $6
	)
	select page.room_id, page.root, page.last_at, page.at, unread.replies, exists (
			select from mentions n
			where n.room_id = page.room_id and n.user_id in ($1, 0) and n.thread = page.root and n.number > page.read_number
				and n.author_id <> $1
		), ` + messageColumns + `
	from page
	left join messages msg on msg.room_id = page.room_id and msg.number = page.root` + messageJoins + `
	cross join lateral (
		select count(*) as replies
		from (
			select number
			from thread_replies
			where room_id = page.room_id and root = page.root and number > page.read_number
			order by number
			limit $7
		) x
		join messages m on m.room_id = page.room_id and m.number = x.number and m.deletion_id is null and m.author_id <> $1
	) unread
	order by page.at desc, page.room_id desc, page.root desc`

func scanFollowedThread(row pgx.Row) (FollowedThread, cursor, error) {
	var t FollowedThread
	var root, at int64
	var msg messageRow
	err := row.Scan(append([]any{&t.RoomID, &root, &t.LastAt, &at, &t.Unread, &t.Mentioned}, msg.targets()...)...)
	t.Root = Message{RoomID: t.RoomID, Number: root, Deleted: true}
	if message := msg.message(); message != nil {
		t.Root = *message
	}
	return t, cursor{Name: threadPlace{at: at, room: t.RoomID}.String(), ID: root}, err
}

// ThreadRoot names a thread.
type ThreadRoot struct{ RoomID, Number int64 }

// Followers are the people who follow a thread, and how many replies it has.
type Followers struct {
	ThreadRoot
	Users []int64
	Count int64
}

// Followers returns who follows the threads, as far as they are in their rooms.
func (s *Store) Followers(ctx context.Context, threads []ThreadRoot) ([]Followers, error) {
	rooms, roots := make([]int64, len(threads)), make([]int64, len(threads))
	for i, t := range threads {
		rooms[i], roots[i] = t.RoomID, t.Number
	}
	rows, err := s.db.Query(ctx, followersOf, rooms, roots)
	if err != nil {
		return nil, fmt.Errorf("find who follows threads: %w", err)
	}
	followers, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Followers, err error) {
		err = row.Scan(&f.RoomID, &f.Number, &f.Count, &f.Users)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("find who follows threads: %w", err)
	}
	slices.SortFunc(followers, func(a, b Followers) int {
		return cmp.Or(cmp.Compare(a.RoomID, b.RoomID), cmp.Compare(a.Number, b.Number))
	})
	return followers, nil
}

const followersOf = `
	select th.room_id, th.root, th.replies, array(
		select f.user_id
		from thread_follows f
		join memberships m on m.room_id = f.room_id and m.user_id = f.user_id and m.left_at is null
		where f.room_id = th.room_id and f.root = th.root and f.following
		order by f.user_id
	)
	from unnest($1::bigint[], $2::bigint[]) as wanted (room_id, root)
	join threads th on th.room_id = wanted.room_id and th.root = wanted.root`
