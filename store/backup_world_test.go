package store_test

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"chatd/migrations"
	"chatd/store"
	"chatd/store/archive"
)

// alone says that the store of the world, which is open, is no chatd.
var alone = store.RestoreOptions{Alone: true}

// replacing is alone with leave to replace what is there.
var replacing = store.RestoreOptions{Alone: true, Replace: true}

func (w *world) url() string { return w.sql.Config().ConnString() }

// backup returns an archive of the world's database.
func (w *world) backup() []byte {
	w.t.Helper()
	var out bytes.Buffer
	_, err := store.Backup(w.ctx(), w.url(), "test", &out)
	w.ok(err)
	return out.Bytes()
}

// restore loads an archive.
func (w *world) restore(text []byte, opts store.RestoreOptions) error {
	return w.restoreFrom(bytes.NewReader(text), opts)
}

func (w *world) restoreFrom(in io.Reader, opts store.RestoreOptions) error {
	from, err := archive.NewReader(in)
	if err == nil {
		_, err = store.Restore(w.ctx(), w.url(), from, opts)
	}
	return err
}

// tables lists all tables but those about the database itself.
func (w *world) tables() []string {
	w.t.Helper()
	rows, err := w.sql.Query(w.ctx(), `
		select tablename::text from pg_tables
		where schemaname = current_schema()
			and tablename not in ('schema_migrations', 'database_identity', 'nodes', 'presence_leases', 'presence_changes', 'presence_states')
		order by 1`)
	w.ok(err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	w.ok(err)
	return names
}

// content is all rows of all tables, without what a restore renews.
func (w *world) content() map[string][]string {
	w.t.Helper()
	content := map[string][]string{}
	for _, name := range w.tables() {
		rows, err := w.sql.Query(w.ctx(), `
			select (to_jsonb(t) - array['epoch', 'tx', 'ended_tx', 'changed_tx'])::text from `+pgx.Identifier{name}.Sanitize()+` t
			order by 1`)
		w.ok(err)
		content[name], err = pgx.CollectRows(rows, pgx.RowTo[string])
		w.ok(err)
	}
	return content
}

// wantContent fails unless the database holds this.
func (w *world) wantContent(want map[string][]string) {
	w.t.Helper()
	got := w.content()
	for _, table := range slices.Sorted(maps.Keys(want)) {
		if !slices.Equal(got[table], want[table]) {
			w.t.Errorf("%s holds %q, want %q", table, brief(got[table]), brief(want[table]))
		}
	}
	if len(got) != len(want) {
		w.t.Errorf("there are %d tables, want %d", len(got), len(want))
	}
}

func brief(rows []string) string {
	text := strings.Join(rows, " ")
	return text[:min(len(text), 300)]
}

// fill puts something into every table.
func (w *world) fill() {
	w.t.Helper()
	ana, bo := w.user("ana"), w.user("bo")
	tea := w.room(store.RoomPublic, "tea", ana, bo)
	layoffs := w.room(store.RoomPrivate, "layoffs", w.owner, ana)
	pair := w.direct(ana, bo)
	w.say(tea, ana, 5)
	w.say(layoffs, w.owner, 2)
	w.say(pair, bo, 3)
	for i, body := range []string{"tab\there", "line\nline\r\n", `\N`, `\.`, `back\slash`, "'; drop table users; --", "日本語 😀 ünï", "\u0001\u007f", strings.Repeat("x", 20000)} {
		w.exec(`
			with topic as (
				update topics set head = head + 1, last_number = last_number + 1 where id = $1 returning head, last_number
			), said as (
				insert into messages (room_id, number, seq, author_id, client_id, body, created_at)
				select $1, last_number, head, $2, gen_random_uuid(), $3, now() - $4 * interval '1.234567 days' from topic
				returning id, seq
			)
			insert into events (topic_id, seq, kind, message_id, created_at) select $1, seq, 'message', id, now() from said`,
			tea.ID, bo.ID, body, i)
	}
	w.exec(`update users set email = 'Bo@Example.org', email_key = 'bo@example.org', role = 'guest', changed_tx = 7,
		deactivated_at = 'infinity', last_seen_at = now() where id = $1`, bo.ID)
	w.exec(`update memberships set left_at = now(), read_number = 2 where user_id = $1 and room_id = $2`, bo.ID, pair.ID)
	w.exec(`
		insert into sessions (id, token_hash, user_id, user_agent, expires_at, ended_at, end_reason, ended_tx, kind, name, scope) values
			(gen_random_uuid(), '\x00ff5c0a', $1, 'Firefox "on" Linux', now() + '1 day', null, null, null, 'browser', null, 'read-write'),
			(gen_random_uuid(), '\x01', $1, '', now() + '1 day', now(), 'signed-out', pg_current_xact_id()::text::bigint, 'browser', null, 'read-write'),
			(gen_random_uuid(), '\x02', $1, '', now() + '1 day', null, null, null, 'token', 'my script', 'read')`, ana.ID)
	w.exec(`insert into invite_rooms (invite_id, room_id) select id, $1 from invites`, tea.ID)
	w.exec(`update workspace set sign_up_open = true`)
	w.fillAdministration(tea, ana, bo)
	w.fillConversation(tea, ana, bo)
	w.fillAttention(tea, ana, bo)
	for _, table := range w.tables() {
		if w.number(`select count(*) from `+pgx.Identifier{table}.Sanitize()) == 0 {
			w.t.Fatalf("the table %s is empty", table)
		}
	}
}

// fillAdministration puts something into the tables about moderation and
// figures. The audit log has entries already.
func (w *world) fillAdministration(room store.Room, by, of store.User) {
	w.t.Helper()
	w.exec(`
		with s as (
			insert into sanctions (kind, user_id, created_by, reason, until) values ('suspension', $2, $1, 'spam', 'infinity') returning id
		), address as (
			insert into banned_addresses (sanction_id, address) select id, '192.0.2.0/24' from s
		), d as (
			insert into deletions (room_id, user_id, deleted_by, undo_until) values ($3, $2, $1, now()) returning id
		), gone as (
			update messages set deletion_id = d.id from d where room_id = $3 and number = 1 returning messages.*
		)
		insert into deletion_messages (deletion_id, message_id, number, seq) select deletion_id, id, number, seq from gone`, by.ID, of.ID, room.ID)
	w.exec(`
		insert into reports (room_id, message_id, author_id, body, reporter_id, reason)
		select room_id, id, author_id, body, $1, 'spam' from messages where room_id = $2 and number = 2`, of.ID, room.ID)
	w.exec(`insert into slow_posts (room_id, user_id, posted_at) values ($1, $2, now())`, room.ID, of.ID)
	w.exec(`insert into blocks (user_id, blocked_id) values ($1, $2)`, by.ID, of.ID)
	w.exec(`insert into password_resets (token_hash, user_id, expires_at) values ('\x0102', $1, now())`, of.ID)
	w.exec(`insert into daily_figures (day, messages, writers, people, rooms) values ('2026-01-02', 3, 2, 2, 1)`)
	w.exec(`insert into room_sizes (room_id, first_number, last_number, bytes) values ($1, 1, 5, 50)`, room.ID)
}

// fillConversation puts something into the tables about threads, edits and mentions.
func (w *world) fillConversation(room store.Room, by, of store.User) {
	w.t.Helper()
	w.exec(`
		update messages
		set html = '<em>reply</em>', edited_at = now(), thread = 2, thread_index = 1, reply_to = 2, mentions = array[$2::bigint], mentions_all = 'here', aside = 1
		where room_id = $1 and number = 3`, room.ID, of.ID)
	w.exec(`
		with counted as (
			update topics set last_aside = 1 where id = $1
		), began as (
			insert into threads (room_id, root, last_index, replies, last_number, last_at, authors) values ($1, 2, 1, 1, 3, now(), array[$2::bigint])
		), listed as (
			insert into thread_replies (room_id, root, number) values ($1, 2, 3)
		), followed as (
			insert into thread_follows (room_id, root, user_id, read_number) values ($1, 2, $2, 3)
		)
		insert into mentions (room_id, user_id, number, author_id, thread) values ($1, $3, 3, $2, 2)`, room.ID, by.ID, of.ID)
	w.exec(`
		insert into message_revisions (room_id, number, revision, body, html, at)
		select room_id, number, 1, body, html, created_at from messages where room_id = $1 and number = 2`, room.ID)
}

// fillAttention puts something into the tables about what belongs to persons.
func (w *world) fillAttention(room store.Room, by, of store.User) {
	w.t.Helper()
	w.exec(`update users set send_with = 'ctrl-enter', seen_by = false where id = $1`, by.ID)
	w.exec(`
		with section as (insert into sections (user_id, name, place) values ($2, 'Weekend', 0) returning id)
		update memberships
		set level = 'mentions', silenced_until = 'infinity', favourite = true, section_id = section.id
		from section
		where room_id = $1 and user_id = $2`, room.ID, by.ID)
	w.exec(`insert into reactions (room_id, number, emoji, user_id) values ($1, 2, '🎉', $2)`, room.ID, of.ID)
	w.exec(`insert into pins (room_id, number, user_id) values ($1, 2, $2)`, room.ID, by.ID)
	w.exec(`insert into saved_messages (user_id, room_id, number) values ($2, $1, 2)`, room.ID, of.ID)
	w.exec(`insert into drafts (user_id, room_id, thread, text) values ($2, $1, 0, E'not\nyet')`, room.ID, of.ID)
}

// firstMigrations are the first n migrations.
func firstMigrations(t *testing.T, n int) fs.FS {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, name := range names[:n] {
		sql, err := migrations.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: sql}
	}
	return files
}
