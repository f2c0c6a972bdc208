package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestConfigShowsWhatIsInForceAndWhereItComesFrom(t *testing.T) {
	t.Parallel()
	file := holding(t, "warn\n")
	shown := does(t, "", []string{"config", "--data", "/srv/chatd"}, "CHATD_ADDR=:9000", "CHATD_LOG_FILE="+file, "CHATD_METRICS_ADDR=")
	for _, line := range []string{
		"SETTING VALUE FROM",
		"CHATD_ADDR :9000 environment",
		"CHATD_DATA /srv/chatd flag",
		"CHATD_DATABASE_URL - default",
		"CHATD_DATABASE_PASSWORD - default",
		"CHATD_PG_BIN - default",
		"CHATD_PUBLIC_URL - default",
		"CHATD_TRUSTED_PROXIES - default",
		"CHATD_METRICS_ADDR localhost:9464 default",
		"CHATD_LOG warn file " + file,
		"chatd runs a PostgreSQL of its own, with its data in /srv/chatd/postgres.",
		"People may open chatd at any address that leads to it.",
		"Metrics are at http://localhost:9464/metrics.",
	} {
		if !hasLine(shown, line) {
			t.Errorf("there is no line %q in\n%s", line, shown)
		}
	}
	if _, err := os.Stat("/srv/chatd"); err == nil {
		t.Error("it has made the data folder")
	}
}

func TestConfigShowsNoSecrets(t *testing.T) {
	t.Parallel()
	secrets := holding(t, "very secret\n")
	for _, tt := range []struct {
		settings []string
		lines    []string
	}{
		{
			[]string{"CHATD_DATABASE_URL=postgres://ana:very%20secret@nowhere.invalid/chat?sslmode=disable"},
			[]string{
				"CHATD_DATABASE_URL postgres://ana:xxxxx@nowhere.invalid/chat?sslmode=disable environment",
				`chatd uses the database "chat" on nowhere.invalid and runs no PostgreSQL of its own.`,
			},
		},
		{
			[]string{"CHATD_DATABASE_URL=postgres://nowhere.invalid/chat?user=ana&password=very+secret&sslpassword=secret"},
			[]string{"CHATD_DATABASE_URL postgres://nowhere.invalid/chat?password=xxxxx&sslpassword=xxxxx&user=ana environment"},
		},
		{
			[]string{"CHATD_DATABASE_URL=postgres://ana@nowhere.invalid/chat", "CHATD_DATABASE_PASSWORD_FILE=" + secrets},
			[]string{
				"CHATD_DATABASE_URL postgres://ana@nowhere.invalid/chat environment",
				"CHATD_DATABASE_PASSWORD (set) file " + secrets,
			},
		},
	} {
		shown := does(t, "", []string{"config"}, tt.settings...)
		for _, line := range tt.lines {
			if !hasLine(shown, line) {
				t.Errorf("there is no line %q in\n%s", line, shown)
			}
		}
		if strings.Contains(shown, "secret\n") || strings.Contains(shown, "very") {
			t.Errorf("it shows a secret:\n%s", shown)
		}
	}
}

func TestHelpShowsEveryCommandAndSetting(t *testing.T) {
	t.Parallel()
	// Settings that would be refused do not keep help from helping.
	const wrong = "CHATD_ADRR=x"
	all := does(t, "", []string{"help"}, wrong)
	for _, args := range [][]string{{"--help"}, {"-h"}, {"serve", "--help"}} {
		if does(t, "", args, wrong) != all {
			t.Errorf("%v does not print the same as help", args)
		}
	}
	for _, s := range settings {
		if !strings.Contains(all, s.env+" ") || (s.flag != "" && !strings.Contains(all, "--"+s.flag+" ")) {
			t.Errorf("help does not show %s", s.env)
		}
	}
	admin := does(t, "", []string{"help", "admin"}, wrong)
	if !strings.Contains(all, "chatd help admin") || does(t, "", []string{"admin", "--help"}, wrong) != admin {
		t.Error("help does not show how to see the commands of the administration")
	}
	for _, c := range commands() {
		group, isGroup := all, strings.HasPrefix(c.name, adminGroup)
		if isGroup {
			group = strings.ReplaceAll(admin, "\n", " ")
		}
		if !strings.Contains(group, c.usage()+" ") {
			t.Errorf("help does not show %s", c.name)
		}
		about := does(t, "", append([]string{"help"}, strings.Fields(c.name)...), wrong)
		if !strings.HasPrefix(about, c.usage()+"\n") || !strings.Contains(about, c.details) {
			t.Errorf("help %s says %q", c.name, about)
		}
		if c.name != "serve" && does(t, "", append(strings.Fields(c.name), "--help"), wrong) != about {
			t.Errorf("%s --help does not print the same as help %s", c.name, c.name)
		}
	}
	if version := does(t, "", []string{"version"}, wrong); !regexp.MustCompile(`^chatd \S+ go1\.\S+\n$`).MatchString(version) {
		t.Errorf("the version is %q", version)
	}
}

// hasLine reports whether a text has a line, whatever the spaces between its
// words.
func hasLine(text, line string) bool {
	for one := range strings.Lines(text) {
		if strings.Join(strings.Fields(one), " ") == line {
			return true
		}
	}
	return false
}
