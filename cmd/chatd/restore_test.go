package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"chatd/store/storetest"
)

func TestWhatCannotBeRestoredIsToldInOneSentence(t *testing.T) {
	t.Parallel()
	address := "CHATD_DATABASE_URL=" + storetest.URL(t)
	archive := does(t, "", []string{"backup", "-"}, address)
	data := filepath.Join(folder(t), "data")
	for what, tt := range map[string]struct{ input, want string }{
		"a foreign file":   {"dear diary", "standard input is not a backup made by chatd; nothing was changed"},
		"nothing":          {"", "standard input is cut short: it was not written or not copied to its end; nothing was changed"},
		"a cut archive":    {archive[:len(archive)-1], "standard input is cut short"},
		"a longer archive": {archive + "!", "standard input is damaged (something follows its end); nothing was changed"},
	} {
		if refused := failsWith(t, tt.input, []string{"restore", "-"}, address); !strings.HasPrefix(refused, tt.want) {
			t.Errorf("%s: %q, want %q", what, refused, tt.want)
		}
	}
	missing := filepath.Join(data, "..", "missing")
	if refused := fails(t, []string{"restore", missing}, "CHATD_DATA="+data); !strings.Contains(refused, "no such file") {
		t.Errorf("no file: %q", refused)
	}
	if refused := fails(t, []string{"restore", ""}, address); !strings.HasPrefix(refused, "the name of the file is empty") {
		t.Errorf("no name: %q", refused)
	}
	if refused, want := fails(t, []string{"restore", os.TempDir()}, address), os.TempDir()+" is a folder; name the file that chatd backup wrote"; refused != want {
		t.Errorf("a folder: %q, want %q", refused, want)
	}
	if refused := failsWith(t, "dear diary", []string{"restore", "-"}, "CHATD_DATA="+data); !strings.Contains(refused, "is not a backup") {
		t.Errorf("a foreign file: %q", refused)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a database was made for it")
	}
	if refused := fails(t, []string{"backup", filepath.Join(t.TempDir(), "file")}, "CHATD_DATA="+data); !strings.Contains(refused, "there is no data of chatd in "+data) {
		t.Errorf("a backup of nothing: %q", refused)
	}
}

// A chatd that has stopped keeps its lease for half a minute.
func TestARestoreWaitsUntilAStoppedChatdIsGoneForSure(t *testing.T) {
	t.Parallel()
	source, target := storetest.URL(t), storetest.URL(t)
	fillWithTalk(t, source, "From the backup", 3)
	archive := does(t, "", []string{"backup", "-"}, "CHATD_DATABASE_URL="+source)
	conn, err := pgx.Connect(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	_, err = conn.Exec(t.Context(), `insert into nodes (id, lease_until, turn) values (gen_random_uuid(), now() + interval '2 seconds', 1)`)
	if err != nil {
		t.Fatal(err)
	}
	if said := does(t, archive, []string{"restore", "-"}, "CHATD_DATABASE_URL="+target); !strings.Contains(said, "restored 3 messages") {
		t.Errorf("it said %q", said)
	}
}

func TestARestoreRightAfterAStop(t *testing.T) {
	t.Parallel()
	database := storetest.URL(t)
	address := "CHATD_DATABASE_URL=" + database
	chatd := serving(t, address)
	ana := chatd.setUp(t)
	ana.says(t, "before the backup")
	archive := does(t, "", []string{"backup", "-"}, address)
	ana.says(t, "after the backup")
	if code := chatd.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the exit code is %d: %s", code, chatd.stderr)
	}
	// PostgreSQL notices in its own time that a process has ended.
	eventually(t, "its connections have ended", func() bool {
		return asked(t, database, `select count(*) from pg_stat_activity where datname = current_database() and application_name like 'chatd%'`) == 0
	})
	if n := asked(t, database, `select count(*) from nodes where lease_until > now() + interval '3 seconds'`); n != 1 {
		t.Errorf("%d leases hold after the stop, want 1", n)
	}
	asked(t, database, `with sooner as (update nodes set lease_until = now() + interval '2 seconds' returning 1) select count(*) from sooner`)
	if said := does(t, archive, []string{"restore", "-", "--force"}, address); !strings.HasPrefix(said, "restored 1 message, 1 person, 1 room") {
		t.Errorf("it says %q", said)
	}
	ana.base = serving(t, address).url
	if heard := ana.hears(t); !strings.Contains(heard, "before the backup") || strings.Contains(heard, "after the backup") {
		t.Errorf("the room holds %s", heard)
	}
}

func TestARestoreThatIsKilledChangesNothing(t *testing.T) {
	t.Parallel()
	source, target := storetest.URL(t), storetest.URL(t)
	fillWithTalk(t, source, "From the backup", 10_000)
	fillWithTalk(t, target, "Here before", 3)
	archive := does(t, "", []string{"backup", "-"}, "CHATD_DATABASE_URL="+source)

	cmd := invocation(t, []string{"restore", "--force", "-"}, "CHATD_DATABASE_URL="+target, mainVar+"="+mainWithInput)
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := input.Write([]byte(archive[:len(archive)/2])); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is in the middle of its work", func() bool {
		return asked(t, target, `select count(*) from pg_stat_activity
			where datname = current_database() and application_name = 'chatd restore' and wait_event = 'ClientRead' and query like 'copy%'`) == 1
	})
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if n := asked(t, target, `select count(*) from messages`); n != 3 {
		t.Errorf("there are %d messages, want 3", n)
	}
	does(t, archive, []string{"restore", "--force", "-"}, "CHATD_DATABASE_URL="+target)
	if n := asked(t, target, `select count(*) from messages`); n != 10_000 {
		t.Errorf("there are %d messages, want 10,000", n)
	}
}

// fillWithTalk makes a workspace with n messages.
func fillWithTalk(t *testing.T, address, name string, n int) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `insert into workspace (name) values ($1)`, name); err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(ctx, `
		insert into messages (room_id, number, seq, author_id, client_id, body, created_at)
		select 2, i, i, 3, gen_random_uuid(), md5(i::text), now() from generate_series(1, $1::int) i`, n)
	if err != nil {
		t.Fatal(err)
	}
}

// asked asks a database for a number.
func asked(t *testing.T, address, sql string) (n int) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
