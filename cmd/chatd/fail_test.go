package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"chatd/store/storetest"
)

func TestEveryFailedStartIsOneSentenceWithAWayOut(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	taken, err := config.Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	empty := t.TempDir()
	file := filepath.Join(empty, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}

	for name, tt := range map[string]struct {
		args     []string
		settings []string
		want     []string
	}{
		"the port is in use": {
			settings: []string{"CHATD_ADDR=" + taken.Addr().String()},
			want:     []string{taken.Addr().String() + " is in use", "CHATD_ADDR"},
		},
		"the host is not this machine": {
			settings: []string{"CHATD_ADDR=192.0.2.1:8080"},
			want:     []string{"cannot listen on 192.0.2.1:8080", "CHATD_ADDR"},
		},
		"the host does not exist": {
			settings: []string{"CHATD_ADDR=nowhere.invalid:8080"},
			want:     []string{"cannot listen on nowhere.invalid:8080", "CHATD_ADDR"},
		},
		"there is no PostgreSQL where it should be": {
			settings: []string{"CHATD_PG_BIN=" + empty, "CHATD_DATA=" + folder(t)},
			want:     []string{"CHATD_PG_BIN", empty},
		},
		"the data folder cannot be made": {
			settings: []string{"CHATD_DATA=" + filepath.Join(file, "data")},
			want:     []string{"cannot be made", "CHATD_DATA"},
		},
		"there is no home": {
			settings: []string{"HOME=", "CHATD_DATA=/dev/null/data"},
			want:     []string{"CHATD_DATA"},
		},
		"nothing answers where the database should be": {
			settings: []string{"CHATD_DATABASE_URL=postgres://chatd:secret@127.0.0.1:1/chat"},
			want:     []string{`"chat" on 127.0.0.1:1 cannot be reached: connection refused`, "CHATD_DATABASE_URL"},
		},
		"the database's host does not exist": {
			settings: []string{"CHATD_DATABASE_URL=postgres://chatd:secret@nowhere.invalid/chat"},
			want:     []string{"nowhere.invalid", "CHATD_DATABASE_URL"},
		},
		"something else answers where the database should be": {
			settings: []string{"CHATD_DATABASE_URL=postgres://chatd:secret@" + answering(t, "HTTP/1.1 400 Bad Request\r\n\r\n") + "/chat"},
			want:     []string{"cannot be reached", "no usable PostgreSQL", "CHATD_DATABASE_URL"},
		},
		"the database's host never answers": {
			settings: []string{"CHATD_DATABASE_URL=postgres://chatd:secret@" + answering(t, "") + "/chat"},
			want:     []string{"cannot be reached: it does not answer", "CHATD_DATABASE_URL"},
		},
		"the database does not exist": {
			settings: []string{"CHATD_DATABASE_URL=" + strings.Replace(storetest.URL(t), "/chatd_test", "/no_such", 1)},
			want:     []string{"does not exist", "CHATD_DATABASE_URL"},
		},
		"the database belongs to somebody else": {
			settings: []string{"CHATD_DATABASE_URL=" + stranger(t)},
			want:     []string{`the user "`, `" may not make tables in the database "chatd_test_`, `ALTER DATABASE "chatd_test_`, `OWNER TO "`},
		},
		"the database is read-only": {
			settings: []string{"CHATD_DATABASE_URL=" + changed(t, `do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`)},
			want:     []string{"is read-only", "CHATD_DATABASE_URL"},
		},
		"the database refuses something else": {
			settings: []string{"CHATD_DATABASE_URL=" + changed(t, "alter table database_identity rename timeline to edition")},
			want:     []string{"cannot be used", "does not exist", "CHATD_DATABASE_URL"},
		},
		"the database is of another program": {
			settings: []string{"CHATD_DATABASE_URL=" + changed(t, "alter table schema_migrations alter version type bigint, drop name")},
			want:     []string{"tables of another program (schema_migrations)", "a database of its own"},
		},
		"the database's server does not speak TLS": {
			settings: []string{"CHATD_DATABASE_URL=postgres://chatd:secret@" + answering(t, "N") + "/chat?sslmode=require"},
			want:     []string{"cannot be reached", "does not speak TLS", "sslmode", "CHATD_DATABASE_URL"},
		},
		"the database's address is none": {
			settings: []string{"CHATD_DATABASE_URL=secret.example.org"},
			want:     []string{"CHATD_DATABASE_URL", "postgres://user:password@host/database"},
		},
		"the database's address asks for what there is not": {
			settings: []string{"CHATD_DATABASE_URL=postgres://chatd:secret@host/chat?sslmode=strong"},
			want:     []string{"CHATD_DATABASE_URL", "sslmode is invalid"},
		},
		"the database's address is malformed": {
			settings: []string{"CHATD_DATABASE_URL=postgres://chatd:secret%zz@host/chat"},
			want:     []string{"CHATD_DATABASE_URL", "%40"},
		},
		"a setting is misspelt": {
			settings: []string{"CHATD_ADRR=localhost:0"},
			want:     []string{"CHATD_ADRR", "did you mean CHATD_ADDR?"},
		},
		"a flag is misspelt": {
			args: []string{"--dta", "/tmp"},
			want: []string{"--dta", "did you mean --data?"},
		},
		"a flag has no value": {
			args: []string{"--addr"},
			want: []string{"--addr", "needs a value"},
		},
		"a setting's file is misspelt": {
			settings: []string{"CHATD_DATABASE_PASWORD_FILE=/run/secrets/database"},
			want:     []string{"CHATD_DATABASE_PASWORD_FILE", "did you mean CHATD_DATABASE_PASSWORD_FILE?"},
		},
		"a word is no command": {
			args: []string{"serv"},
			want: []string{`"serv"`, "did you mean chatd serve?", "chatd help"},
		},
		"a word follows the flags": {
			args: []string{"--addr", "localhost:0", "now"},
			want: []string{`"now"`},
		},
		"a command has a word too many": {
			args: []string{"config", "all"},
			want: []string{`"all" is too much`, "chatd config"},
		},
		"a command has a word too few": {
			args: []string{"admin", "reset-password"},
			want: []string{"LOGIN is missing", "chatd admin reset-password [--json] LOGIN"},
		},
		"a group needs to know what": {
			args: []string{"admin"},
			want: []string{"chatd admin needs to know what to do: reset-password"},
		},
		"a word of a group is no command": {
			args: []string{"admin", "reset-pasword", "ana"},
			want: []string{`"admin reset-pasword"`, "did you mean chatd admin reset-password?"},
		},
		"help is asked for no command": {
			args: []string{"help", "confg"},
			want: []string{`"confg"`, "did you mean chatd config?"},
		},
		"a flag belongs to another command": {
			args: []string{"serve", "--force"},
			want: []string{"chatd serve has no flag --force", "chatd help serve"},
		},
		"a value and its file are both set": {
			settings: []string{"CHATD_LOG=info", "CHATD_LOG_FILE=" + file},
			want:     []string{"CHATD_LOG and CHATD_LOG_FILE are both set", "remove one"},
		},
		"the file of a value does not exist": {
			settings: []string{"CHATD_LOG_FILE=" + filepath.Join(empty, "none")},
			want:     []string{"CHATD_LOG_FILE names " + filepath.Join(empty, "none"), "does not exist"},
		},
		"the file of a value is a folder": {
			settings: []string{"CHATD_LOG_FILE=" + empty},
			want:     []string{"CHATD_LOG_FILE", "is a folder"},
		},
		"the file of a value is empty": {
			settings: []string{"CHATD_LOG_FILE=" + file},
			want:     []string{"CHATD_LOG_FILE", "is empty"},
		},
		"the file of a value is too large": {
			settings: []string{"CHATD_LOG_FILE=" + holding(t, strings.Repeat("secret ", 10_000))},
			want:     []string{"CHATD_LOG_FILE", "larger than 64 KiB"},
		},
		"the value in a file is bad": {
			settings: []string{"CHATD_LOG_FILE=" + holding(t, "loud\n")},
			want:     []string{"CHATD_LOG (--log)", "debug, info, warn or error"},
		},
		"the value in a file is a secret that belongs elsewhere": {
			settings: []string{"CHATD_PUBLIC_URL_FILE=" + holding(t, "very secret\n")},
			want:     []string{"CHATD_PUBLIC_URL (--public-url) is the value in /", "which is not a web address"},
		},
		"the public address has a password": {
			settings: []string{"CHATD_PUBLIC_URL=https://u:topsecret@chat.example.org"},
			want:     []string{`"https://xxxxx@chat.example.org"`, "write it without"},
		},
		"the value in a file has two lines": {
			settings: []string{"CHATD_DATABASE_PASSWORD_FILE=" + holding(t, "secret\nsecret\n")},
			want:     []string{"CHATD_DATABASE_PASSWORD_FILE names /", "holds a line break"},
		},
		"there is a password without a database": {
			settings: []string{"CHATD_DATABASE_PASSWORD=secret"},
			want:     []string{"CHATD_DATABASE_PASSWORD is set, but CHATD_DATABASE_URL is not"},
		},
		"there are two passwords for the database": {
			settings: []string{"CHATD_DATABASE_PASSWORD=secret", "CHATD_DATABASE_URL=postgres://ana:secret@host/chat"},
			want:     []string{"CHATD_DATABASE_PASSWORD is set, but CHATD_DATABASE_URL holds a password too"},
		},
		"there are programs for a database that runs already": {
			settings: []string{"CHATD_PG_BIN=/opt/pg/bin", "CHATD_DATABASE_URL=postgres://ana:secret@host/chat"},
			want:     []string{"CHATD_DATABASE_URL and CHATD_PG_BIN contradict each other", "remove one"},
		},
		"metrics have the address of the page": {
			settings: []string{"CHATD_ADDR=:8080", "CHATD_METRICS_ADDR=localhost:8080"},
			want:     []string{"CHATD_ADDR (:8080) and CHATD_METRICS_ADDR (localhost:8080)", "another port"},
		},
		"metrics have the address of the page in other words": {
			settings: []string{"CHATD_ADDR=localhost:8080", "CHATD_METRICS_ADDR=127.0.0.1:8080"},
			want:     []string{"CHATD_ADDR (localhost:8080) and CHATD_METRICS_ADDR (127.0.0.1:8080)", "another port"},
		},
		"the address for metrics is in use": {
			settings: []string{"CHATD_METRICS_ADDR=" + taken.Addr().String()},
			want:     []string{taken.Addr().String() + " for metrics is in use", "CHATD_METRICS_ADDR"},
		},
		"the address for metrics is not this machine's": {
			settings: []string{"CHATD_METRICS_ADDR=192.0.2.1:9464"},
			want:     []string{"cannot listen on 192.0.2.1:9464 for metrics", "CHATD_METRICS_ADDR"},
		},
		"nothing listens where chatd should be": {
			args:     []string{"health"},
			settings: []string{"CHATD_ADDR=127.0.0.1:1"},
			want:     []string{"no chatd answers at http://127.0.0.1:1 (connection refused)", "CHATD_ADDR"},
		},
		"something else listens where chatd should be": {
			args:     []string{"health"},
			settings: []string{"CHATD_ADDR=" + answering(t, "SSH-2.0-OpenSSH\r\n")},
			want:     []string{"no chatd answers", "something else", "CHATD_ADDR"},
		},
		"another web server listens where chatd should be": {
			args:     []string{"health"},
			settings: []string{"CHATD_ADDR=" + strings.TrimPrefix(web.URL, "http://")},
			want:     []string{"404 Not Found", "CHATD_ADDR"},
		},
		"the address has no port": {
			args: []string{"--addr", "localhost"},
			want: []string{"CHATD_ADDR (--addr)", "localhost:8080"},
		},
		"the level is unknown": {
			settings: []string{"CHATD_LOG=loud"},
			want:     []string{"CHATD_LOG", "debug, info, warn or error"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sentence := fails(t, tt.args, tt.settings...)
			for _, want := range tt.want {
				if !strings.Contains(sentence, want) {
					t.Errorf("%q does not say %q", sentence, want)
				}
			}
			if strings.Contains(sentence, "SQLSTATE") {
				t.Errorf("%q speaks to programmers", sentence)
			}
			if strings.Contains(sentence, "secret") {
				t.Errorf("%q shows a password", sentence)
			}
		})
	}
}

func TestASecondChatdOnTheSameDataIsRefused(t *testing.T) {
	t.Parallel()
	data := "CHATD_DATA=" + filepath.Join(folder(t), "data")
	serving(t, data)
	sentence := fails(t, nil, data)
	if !strings.Contains(sentence, "another chatd (process") {
		t.Errorf("the second is told %q", sentence)
	}
}

func TestWhoMayNotMakeTablesIsToldWhatToRun(t *testing.T) {
	t.Parallel()
	err := explain(&pgconn.PgError{Code: stateInsufficientPrivilege}, "postgres://ana:secret@db.example.org/Chat")
	const want = `the user "ana" may not make tables in the database "Chat" on db.example.org; ` +
		`let a superuser of PostgreSQL run: ALTER DATABASE "Chat" OWNER TO "ana"`
	if err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
}

// changed is a database in which statements have been run.
func changed(t *testing.T, statements string) (address string) {
	t.Helper()
	address = storetest.URL(t)
	execute(t, address, statements)
	return address
}

func execute(t *testing.T, address, statements string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statements); err != nil {
		t.Fatal(err)
	}
}

// stranger is a database as seen by a user who owns nothing in it.
func stranger(t *testing.T) string {
	t.Helper()
	address := storetest.URL(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	role := nameOf(t, address) + "_stranger"
	execute(t, address, "create role "+role)
	t.Cleanup(func() { execute(t, address, "drop role "+role) })
	// The servers of tests let only their own user in, who becomes the stranger.
	query := u.Query()
	query.Set("role", role)
	u.RawQuery = query.Encode()
	return u.String()
}

// nameOf is the name of the database that an address leads to.
func nameOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/")
}

// answering listens and says the same words on every connection.
func answering(t *testing.T, words string) (addr string) {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(all.Wait)
	t.Cleanup(func() { _ = listener.Close() })
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, words)
			all.Go(func() {
				defer conn.Close()
				_, _ = io.Copy(io.Discard, conn)
			})
		}
	})
	return listener.Addr().String()
}
