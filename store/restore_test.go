package store_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"chatd/store"
	"chatd/store/archive"
)

func TestARestoreReplacesWhatIsThereOnlyWhenTold(t *testing.T) {
	t.Parallel()
	source := newWorld(t)
	source.fill()
	text, want := source.backup(), source.content()

	w := newWorld(t)
	room := w.room(store.RoomPublic, "here before", w.owner)
	w.say(room, w.owner, 1234)
	before := w.content()
	err := w.restore(text, alone)
	occupied, ok := errors.AsType[*store.OccupiedError](err)
	if !ok || occupied.Error() != "the database holds the workspace “Test” (1 person and 1,234 messages)" {
		t.Errorf("without leave: %v", err)
	}
	w.wantContent(before)

	w.ok(w.restore(text, replacing))
	w.wantContent(want)
}

func TestPeopleWithoutAWorkspaceAreNotReplacedEither(t *testing.T) {
	t.Parallel()
	source := newWorld(t)
	w := newWorld(t)
	w.exec(`delete from workspace`)
	if _, ok := errors.AsType[*store.OccupiedError](w.restore(source.backup(), alone)); !ok {
		t.Error("they were")
	}
}

func TestARestoreInTheSameDatabaseTakesItBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill()
	text, want := w.backup(), w.content()
	w.user("late")
	w.room(store.RoomPublic, "late", w.owner)
	w.exec(`delete from memberships`)
	for range 2 {
		given := w.number(`select max(id) from topics`)
		w.ok(w.restore(text, replacing))
		w.wantContent(want)
		if id := w.room(store.RoomPublic, "later", w.owner).ID; id <= given {
			t.Errorf("the id %d was given out before", id)
		}
	}
}

func TestNoEpochOfTheBackupOrOfBeforeTheRestoreIsUsedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const most = 2147483646
	// Every position that the two can have to each other.
	w.exec(`insert into topics (kind, epoch) select 'user', e from (values (1), (2), (1000), ($1::bigint - 1), ($1)) v (e), generate_series(1, 100)`, most)
	text := w.backup()
	archived := w.epochs()
	for _, change := range []string{
		`update topics set epoch = 1 + epoch % 2147483646`,
		`update topics set epoch = 1 + (epoch + 2147483644) % 2147483646`,
		`update topics set epoch = 1 + floor(random() * 2147483646)`,
		`update topics set epoch = epoch`,
		`delete from topics where id > 100`,
	} {
		w.exec(change)
		used := w.epochs()
		w.ok(w.restore(text, replacing))
		for id, epoch := range w.epochs() {
			if epoch == archived[id] || epoch == used[id] || epoch < 1 || epoch > most {
				t.Fatalf("after %s: topic %d had epoch %d and %d in the backup, and has %d", change, id, used[id], archived[id], epoch)
			}
		}
	}
}

func TestAnArchiveThatIsNotWholeLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	source := newWorld(t)
	source.fill()
	text := source.backup()
	w := newWorld(t)
	w.fill()
	want := w.content()
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		n := random.IntN(len(text))
		if err := w.restore(text[:n], replacing); !errors.Is(err, archive.ErrCut) {
			t.Errorf("cut after %d bytes: %v", n, err)
		}
	}
	for range 12 {
		bit := 8*20 + random.IntN(8*(len(text)-20)) // after the head of gzip
		changed := bytes.Clone(text)
		changed[bit/8] ^= 1 << (bit % 8)
		err := w.restore(changed, replacing)
		if !errors.Is(err, archive.ErrDamaged) && !errors.Is(err, archive.ErrCut) && !errors.Is(err, archive.ErrForeign) {
			t.Errorf("bit %d: %v", bit, err)
		}
	}
	broken := errors.New("input/output error")
	if err := w.restoreFrom(io.MultiReader(bytes.NewReader(text[:len(text)-100]), unreadable{broken}), replacing); !errors.Is(err, broken) {
		t.Errorf("a disk that cannot be read: %v", err)
	}
	w.wantContent(want)
}

type unreadable struct{ err error }

func (u unreadable) Read([]byte) (int, error) { return 0, u.err }

// forged is an archive with a good checksum, whatever it says.
func (w *world) forged(schema int, change func(*archive.Head), rows map[string]string) []byte {
	w.t.Helper()
	from, err := archive.NewReader(bytes.NewReader(w.backup()))
	w.ok(err)
	head := from.Head()
	head.Schema = schema
	change(&head)
	var out bytes.Buffer
	into, err := archive.NewWriter(&out, head)
	w.ok(err)
	for _, table := range head.Tables {
		w.ok(into.Table(table.Name, func(to io.Writer) error {
			_, err := io.WriteString(to, rows[table.Name])
			return err
		}))
	}
	w.ok(into.Close())
	return out.Bytes()
}

func TestABackupThatSaysWhatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want, epochs := w.content(), w.epochs()
	schema := int(w.number(`select max(version) from schema_migrations`))
	same := func(*archive.Head) {}
	topic := map[string]string{"topics": "1\tworkspace\t1\t0\t0\n"}

	if err := w.restore(w.forged(schema+1, same, nil), replacing); !errors.Is(err, store.ErrNewerBackup) {
		t.Errorf("a newer schema: %v", err)
	}
	for what, text := range map[string][]byte{
		"an older schema than its tables": w.forged(1, same, topic),
		"a table more": w.forged(schema, func(h *archive.Head) {
			h.Tables = append(h.Tables, archive.Table{Name: "pg_authid", Columns: []string{"rolname"}})
		}, topic),
		"a table less":  w.forged(schema, func(h *archive.Head) { h.Tables = h.Tables[1:] }, topic),
		"other columns": w.forged(schema, func(h *archive.Head) { h.Tables[0].Columns[0] = "body" }, topic),
		"no sequences":  w.forged(schema, func(h *archive.Head) { h.Sequences = nil }, topic),
		"a row twice":   w.forged(schema, same, map[string]string{"topics": strings.Repeat(topic["topics"], 2)}),
		"a row of another table": w.forged(schema, same, map[string]string{
			"topics": topic["topics"], "users": "1\tone\n"}),
		"a number that is none":      w.forged(schema, same, map[string]string{"topics": "one\tworkspace\t1\t0\t0\n"}),
		"rows after the end of COPY": w.forged(schema, same, map[string]string{"topics": topic["topics"] + "\\.\nevil\n"}),
		"a message without end": w.forged(schema, same, map[string]string{
			"topics": topic["topics"], "messages": "2\t1\t1\t1\t1\t6f1c7f0e-9f0b-4f60-8d0a-000000000000\t" + strings.Repeat("x", 20001) + "\t2025-01-01 00:00:00+00\n"}),
	} {
		if err := w.restore(text, replacing); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.wantContent(want)
	if renewed(epochs, w.epochs()) > 0 {
		t.Error("the epochs are others")
	}
}

func TestTablesOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	source := newWorld(t)
	source.exec(`create table theirs (users int)`)
	text := source.backup()
	w := newWorld(t)
	w.exec(`create table theirs as select 'kept' as what`)
	w.ok(w.restore(text, replacing))
	if got := w.text(`select what from theirs`); got != "kept" {
		t.Errorf("it holds %q", got)
	}

	w.emptyDatabase()
	w.exec(`create table users as select 'kept' as what`)
	if err := w.restore(text, replacing); err == nil || !strings.Contains(err.Error(), "another program (users)") {
		t.Errorf("a stranger's users: %v", err)
	}
	if got := w.text(`select what from users`); got != "kept" {
		t.Errorf("it holds %q", got)
	}
}

func TestADatabaseOfANewerChatdIsNotReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := w.backup()
	w.exec(`insert into schema_migrations (version, name) values (9999, '9999_future.sql')`)
	if err := w.restore(text, replacing); !errors.Is(err, store.ErrNewerSchema) {
		t.Error(err)
	}
}

func TestAViewOfAnotherProgramIsNamedWhenItIsInTheWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := w.backup()
	w.exec(`create view directory as select id from users`)
	want := w.content()
	err := w.restore(text, replacing)
	if err == nil || !strings.Contains(err.Error(), "(view directory depends on table users)") || !strings.Contains(err.Error(), "drop that") {
		t.Errorf("it says %v", err)
	}
	w.wantContent(want)
	w.exec(`drop view directory`)
	w.ok(w.restore(text, replacing))
}
