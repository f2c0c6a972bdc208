package main

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

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
		"the database's address is none": {
			settings: []string{"CHATD_DATABASE_URL=secret.example.org"},
			want:     []string{"CHATD_DATABASE_URL", "postgres://user:password@host/database"},
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
		"a word is no command": {
			args: []string{"serv"},
			want: []string{`"serv"`, "chatd help"},
		},
		"a word follows the flags": {
			args: []string{"--addr", "localhost:0", "now"},
			want: []string{`"now"`},
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
