package store_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"chatd/migrations"
	"chatd/store"
	"chatd/store/archive"
)

func TestARestoredBackupHoldsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill()
	text, want := w.backup(), w.content()
	epochs := w.epochs()

	other := emptyWorld(t)
	other.ok(other.restore(text, alone))
	other.wantContent(want)
	if got := renewed(epochs, other.epochs()); got != len(epochs) {
		t.Errorf("%d of %d epochs are new", got, len(epochs))
	}
	if n := other.number(`select count(*) from events where tx <> 0`) +
		other.number(`select count(*) from memberships where changed_tx <> 0`) +
		other.number(`select count(*) from users where changed_tx <> 0`) +
		other.number(`select count(*) from sessions where ended_tx <> 0`); n != 0 {
		t.Errorf("%d rows name transactions of the old database", n)
	}
	look, err := other.Look(t.Context(), 1)
	other.ok(err)
	if len(look.Topics)+len(look.EndedSessions)+len(look.EndedMemberships) > 0 {
		t.Errorf("all of it is news: %+v", look)
	}
	if renewed, err := other.CheckIdentity(t.Context()); err != nil || renewed {
		t.Errorf("at the next start the epochs are renewed again (%v, %v)", renewed, err)
	}
}

func TestTheContentsOfABackupAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill()
	var out bytes.Buffer
	contents, err := store.Backup(t.Context(), w.url(), "test", &out)
	w.ok(err)
	const want = "19 messages, 3 people, 4 rooms"
	if contents.String() != want {
		t.Errorf("backed up %s, want %s", contents, want)
	}
	from, err := archive.NewReader(&out)
	w.ok(err)
	other := emptyWorld(t)
	contents, err = store.Restore(t.Context(), other.url(), from, alone)
	other.ok(err)
	if contents.String() != want || contents.At.IsZero() {
		t.Errorf("restored %s as of %v, want %s", contents, contents.At, want)
	}
	if got := (store.Contents{Messages: 1234567, People: 1, Rooms: 1000}).String(); got != "1,234,567 messages, 1 person, 1,000 rooms" {
		t.Errorf("it says %s", got)
	}
}

func TestTheTalkGoesOnAfterARestore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	first := w.node()
	first.say(room, w.owner, "one")
	first.say(room, w.owner, "two")
	first.stop()
	given := w.number(`select max(id) from topics`)

	other := emptyWorld(t)
	other.ok(other.restore(w.backup(), alone))
	sent := other.node().say(room, w.owner, "three")
	if sent.Message.Number != 3 {
		t.Errorf("the next message has number %d, want 3", sent.Message.Number)
	}
	if got := bodies(other.log(room.ID)); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("the room says %q", got)
	}
	// Ids that the lost time may have given out are not given to others.
	if id := other.room(store.RoomPublic, "coffee", w.owner).ID; id <= given+1000 {
		t.Errorf("a new room has the id %d, and %d was given out before the backup", id, given)
	}
}

func TestThereIsNothingToBackUpBeforeTheFirstStart(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	url := w.emptyDatabase()
	if _, err := store.Backup(t.Context(), url, "test", io.Discard); !errors.Is(err, store.ErrNothingToBackUp) {
		t.Error(err)
	}
	if n := w.number(`select count(*) from pg_tables where schemaname = 'public'`); n != 0 {
		t.Errorf("it made %d tables", n)
	}
}

func TestABackupChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill()
	want, epochs := w.content(), w.epochs()
	w.backup()
	w.wantContent(want)
	if renewed(epochs, w.epochs()) > 0 {
		t.Error("epochs are renewed")
	}
}

func TestABackupThatCannotBeWrittenSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	full := errors.New("no space left on device")
	_, err := store.Backup(t.Context(), w.url(), "test", writes(func([]byte) (int, error) { return 0, full }))
	if !errors.Is(err, full) {
		t.Error(err)
	}
}

// TestEveryTableIsBackedUpOrLeftOutOnPurpose fails when a migration makes
// something that backup and restore do not know of.
func TestEveryTableIsBackedUpOrLeftOutOnPurpose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill()
	from, err := archive.NewReader(bytes.NewReader(w.backup()))
	w.ok(err)
	var names []string
	for _, table := range from.Head().Tables {
		names = append(names, table.Name)
	}
	slices.Sort(names)
	if want := w.tables(); !slices.Equal(names, want) {
		t.Errorf("the backup holds %v, the database %v", names, want)
	}
	// Whatever else a migration makes would be in the way of the next restore, but
	// for what it replaces.
	if n := w.number(`
		select (select count(*) from pg_proc where pronamespace = current_schema()::regnamespace and proname not in ('audit_entries_refuse', 'messages_set_aside'))
		     + (select count(*) from pg_type where typnamespace = current_schema()::regnamespace and typtype in ('d', 'e', 'r'))
		     + (select count(*) from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('v', 'm', 'p', 'f'))
		     + (select count(*) from pg_extension where extname <> 'plpgsql')`); n > 0 {
		t.Error("there are functions, types, views or extensions, which restore does not remove")
	}
	for _, column := range strings.Fields(w.text(`
		select coalesce(string_agg(a.attname, ' '), '') from pg_attrdef d join pg_attribute a on (a.attrelid, a.attnum) = (d.adrelid, d.adnum)
		where pg_get_expr(d.adbin, d.adrelid) like '%pg_current_xact_id%'`)) {
		if column != "tx" && !strings.HasSuffix(column, "_tx") {
			t.Errorf("the column %s holds transactions; call it something that ends in _tx", column)
		}
	}
}

// text asks for one text.
func (w *world) text(sql string, args ...any) (text string) {
	w.t.Helper()
	w.ok(w.sql.QueryRow(w.ctx(), sql, args...).Scan(&text))
	return text
}

func TestALargeBackupAndItsRestoreNeedLittleMemory(t *testing.T) {
	w := newWorld(t)
	room := w.room(store.RoomPublic, "tea", w.owner)
	for range 4 {
		w.say(room, w.owner, 25_000)
	}
	var out bytes.Buffer
	out.Grow(32 << 20)
	other := emptyWorld(t)
	var before, between, after runtime.MemStats
	runtime.ReadMemStats(&before)
	contents, err := store.Backup(t.Context(), w.url(), "test", &out)
	w.ok(err)
	runtime.ReadMemStats(&between)
	other.ok(other.restoreFrom(&out, alone))
	runtime.ReadMemStats(&after)
	if contents.Messages != 100_000 {
		t.Errorf("%d messages", contents.Messages)
	}
	// The rows have 16 MB.
	for what, used := range map[string]uint64{"backup": between.TotalAlloc - before.TotalAlloc, "restore": after.TotalAlloc - between.TotalAlloc} {
		if used > 12<<20 {
			t.Errorf("the %s allocates %d kB", what, used>>10)
		}
	}
	if got := other.number(`select count(*) from messages`); got != 100_000 {
		t.Errorf("%d messages are restored", got)
	}
}

func TestABackupOfAnOlderVersionIsRestoredAndBroughtUpToDate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	url := w.emptyDatabase()
	w.ok(store.MigrateFiles(t.Context(), url, firstMigrations(t, 1)))
	w.exec(`insert into topics (kind) values ('user'), ('room')`)
	w.exec(`insert into workspace (name) values ('Old')`)
	w.exec(`insert into users (id, username, username_key, display_name, password_hash, role) values (2, 'ana', 'ana', 'Ana', 'hash', 'owner')`)
	w.exec(`insert into rooms (id, kind, name, name_key, created_by) values (3, 'public', 'tea', 'tea', 2)`)
	w.exec(`insert into sessions (id, token_hash, user_id, expires_at) values (gen_random_uuid(), '\x00', 2, now() + '1 day')`)
	text := w.backup()

	newest, err := migrations.Files.ReadDir(".")
	w.ok(err)
	for _, there := range []*world{emptyWorld(t), newWorld(t)} {
		there.ok(there.restore(text, replacing))
		if got := there.number(`select max(version) from schema_migrations`); got != int64(len(newest)) {
			t.Errorf("the schema is %d, want %d", got, len(newest))
		}
		if got := there.text(`select username || ' ' || r.name || ' ' || s.kind from users, rooms r, sessions s`); got != "ana tea browser" {
			t.Errorf("it holds %q", got)
		}
		there.ok(store.Migrate(t.Context(), there.url()))
	}
}
