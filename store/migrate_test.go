package store_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"chatd/migrations"
	"chatd/store"
	"chatd/store/storetest"
)

// emptyDatabase makes a database without a schema.
func (w *world) emptyDatabase() (url string) {
	w.t.Helper()
	w.exec(`drop schema public cascade`)
	w.exec(`create schema public`)
	return w.sql.Config().ConnString()
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	url := w.sql.Config().ConnString()
	applied := w.number(`select count(*) from schema_migrations`)
	for range 2 {
		w.ok(store.Migrate(t.Context(), url))
	}
	if got := w.number(`select count(*) from schema_migrations`); got != applied {
		t.Errorf("%d migrations are applied, want %d", got, applied)
	}
	if _, err := w.Workspace(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestManyNodesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	url := w.emptyDatabase()
	w.ok(errors.Join(together(6, func(int) error { return store.Migrate(t.Context(), url) })...))
	files, err := migrations.Files.ReadDir(".")
	w.ok(err)
	if got := w.number(`select count(*) from schema_migrations`); got != int64(len(files)) {
		t.Errorf("%d migrations are applied, want %d", got, len(files))
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	w.exec(`insert into schema_migrations (version, name) values (9999, '9999_future.sql')`)
	err := store.Migrate(t.Context(), w.sql.Config().ConnString())
	if !errors.Is(err, store.ErrNewerSchema) || !strings.Contains(err.Error(), "9999") {
		t.Error(err)
	}
}

func TestAMigrationThatFailsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	url := w.emptyDatabase()
	files := fstest.MapFS{
		"0001_one.sql": {Data: []byte("create table one (); create table other ();")},
		"0002_two.sql": {Data: []byte("create table two (); create table one ();")},
	}
	if err := store.MigrateFiles(t.Context(), url, files); err == nil || !strings.Contains(err.Error(), "0002_two.sql") {
		t.Errorf("error: %v", err)
	}
	if got := w.number(`select count(*) from pg_tables where tablename in ('one', 'other', 'two')`); got != 2 {
		t.Errorf("%d tables, want those of the first migration", got)
	}
	files["0002_two.sql"] = &fstest.MapFile{Data: []byte("create table two ();")}
	w.ok(store.MigrateFiles(t.Context(), url, files))
}

func TestMigrationsAreNumberedWithoutGaps(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"0002_first.sql", "first.sql", "0000_zero.sql"} {
		if err := store.MigrateFiles(t.Context(), storetest.URL(t), fstest.MapFS{name: {}}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestAnAccountWithoutPrivilegesOfItsOwnIsEnough(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	w.emptyDatabase()
	// A role that every server has and that may do nothing of what counts here.
	const role = "pg_signal_backend"
	w.exec(`grant create, usage on schema public to ` + role)
	url := w.sql.Config().ConnString()
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	url += separator + "options=-crole%3D" + role
	w.ok(store.Migrate(t.Context(), url))
	s, err := store.Open(t.Context(), store.Config{URL: url})
	w.ok(err)
	defer s.Close()
	if _, err := s.CheckIdentity(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := s.Look(t.Context(), 1); err != nil {
		t.Error(err)
	}
}

func TestTablesOfAnotherProgramAreNotTakenForOurs(t *testing.T) {
	t.Parallel()
	for _, foreign := range []string{
		`create table schema_migrations (version bigint primary key, dirty boolean not null)`,
		`create table schema_migrations (version text primary key)`,
		`create view schema_migrations as select 1 as version`,
		`create table users (id int)`,
	} {
		w := emptyWorld(t)
		text := w.backup()
		url := w.emptyDatabase()
		w.exec(foreign)
		_, backup := store.Backup(t.Context(), url, "test", io.Discard)
		if strings.Contains(foreign, "schema_migrations") != !errors.Is(backup, store.ErrNothingToBackUp) {
			t.Errorf("%s: the backup says %v", foreign, backup)
		}
		for what, err := range map[string]error{"migrate": store.Migrate(t.Context(), url), "backup": backup, "restore": w.restore(text, replacing)} {
			if !errors.Is(err, store.ErrNothingToBackUp) && (err == nil || !strings.HasPrefix(err.Error(), "the database holds tables of another program (")) {
				t.Errorf("%s: %s says %v", foreign, what, err)
			}
		}
		if n := w.number(`select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')`); n != 1 {
			t.Errorf("%s: there are %d tables now", foreign, n)
		}
	}
}

func TestAnotherProgramMayHaveASchemaOfItsOwn(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	url := w.emptyDatabase()
	w.exec(`create table schema_migrations (version text); create table users (id int); create schema chat`)
	w.exec(`do $$ begin execute format('alter database %I set search_path = chat, public', current_database()); end $$`)
	for range 2 {
		w.ok(store.Migrate(t.Context(), url))
	}
	_, err := store.Backup(t.Context(), url, "test", io.Discard)
	w.ok(err)
}
