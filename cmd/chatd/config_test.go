package main

import (
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSettingsHaveDefaults(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/xdg")
	c := parsed(t, nil, nil)
	data := "/xdg/chatd"
	if os.Getuid() == 0 {
		data = "/var/lib/chatd"
	}
	if c.addr != "localhost:8080" || c.data != data || c.logLevel != slog.LevelInfo || c.metricsAddr != "localhost:9464" ||
		c.databaseURL != "" || c.pgBin != "" || c.publicURL != nil || c.trustedProxies != nil || len(c.given) > 0 {
		t.Errorf("the defaults are %+v", c)
	}
}

func TestEverySettingIsReadFromFlagsEnvironmentAndFiles(t *testing.T) {
	t.Parallel()
	folder, err := filepath.Abs("some/folder")
	if err != nil {
		t.Fatal(err)
	}
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("::1/128")}
	tests := map[string]struct {
		value string
		right func(c config) bool
	}{
		"CHATD_ADDR":              {":9000", func(c config) bool { return c.addr == ":9000" }},
		"CHATD_DATA":              {"some/folder", func(c config) bool { return c.data == folder }},
		"CHATD_DATABASE_URL":      {"postgres://host/chat", func(c config) bool { return c.databaseURL == "postgres://host/chat" }},
		"CHATD_DATABASE_PASSWORD": {"secret", nil}, // belongs to an address; see below
		"CHATD_PG_BIN":            {"/opt/pg/bin", func(c config) bool { return c.pgBin == "/opt/pg/bin" }},
		"CHATD_PUBLIC_URL":        {"https://chat.example.org/", func(c config) bool { return c.publicURL.String() == "https://chat.example.org" }},
		"CHATD_TRUSTED_PROXIES":   {"10.0.0.1, 192.168.0.0/16,::1", func(c config) bool { return slices.Equal(c.trustedProxies, proxies) }},
		"CHATD_METRICS_ADDR":      {"[::1]:9000", func(c config) bool { return c.metricsAddr == "[::1]:9000" }},
		"CHATD_LOG":               {"Debug", func(c config) bool { return c.logLevel == slog.LevelDebug }},
	}
	for _, s := range settings {
		tt, ok := tests[s.env]
		if !ok {
			t.Errorf("nothing tests %s", s.env)
			continue
		}
		if tt.right == nil {
			continue
		}
		file := holding(t, tt.value+"\n")
		for from, c := range map[string]config{
			"flag":         parsed(t, []string{"--" + s.flag, tt.value}, nil),
			"environment":  parsed(t, nil, []string{s.env + "=" + tt.value}),
			"file " + file: parsed(t, nil, []string{s.env + "_FILE=" + file}),
		} {
			if got := c.given[s.env]; !tt.right(c) || got != (given{tt.value, from}) {
				t.Errorf("%s from %s is %+v, and the settings are %+v", s.env, from, got, c)
			}
		}
	}
}

func TestTheDatabasesPasswordIsPutIntoItsAddress(t *testing.T) {
	t.Parallel()
	const address = "CHATD_DATABASE_URL=postgres://ana@host/chat?sslmode=require"
	file := holding(t, "s&c r+t/\n")
	for _, environ := range [][]string{
		{address, "CHATD_DATABASE_PASSWORD=s&c r+t/"},
		{address, "CHATD_DATABASE_PASSWORD_FILE=" + file},
	} {
		if got, want := parsed(t, nil, environ).databaseURL, "postgres://ana@host/chat?sslmode=require&password=s%26c%20r%2Bt%2F"; got != want {
			t.Errorf("the address is %s, want %s", got, want)
		}
	}
}

func TestAFlagWinsOverTheEnvironmentAndAnEmptyVariableIsNotSet(t *testing.T) {
	t.Parallel()
	c := parsed(t, []string{"--addr=localhost:1"}, []string{"CHATD_ADDR=localhost:2", "CHATD_LOG=", "CHATD_LOG_FILE=",
		"CHATD_NONSENSE=", "CHATD_TEST_ANYTHING=1", "CHATD_PORT=80", "HOME=/x"})
	if c.addr != "localhost:1" || c.logLevel != slog.LevelInfo {
		t.Errorf("got %+v", c)
	}
	c = parsed(t, []string{"--addr=localhost:1"}, []string{"CHATD_ADDR_FILE=/no/such/file"})
	if c.addr != "localhost:1" {
		t.Errorf("got %+v", c)
	}
}

func TestFlagsMayStandBeforeBetweenAndAfterTheWords(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"--addr :9000 help admin reset-password", "help --addr :9000 admin reset-password",
		"help admin --addr=:9000 reset-password", "help admin reset-password --addr :9000",
	} {
		c, err := parse(strings.Fields(line), nil)
		if err != nil || c.command.name != "help" || strings.Join(c.args, " ") != "admin reset-password" {
			t.Errorf("chatd %s means %s %q (%v)", line, c.command.name, c.args, err)
		}
	}
	c, err := parse([]string{"config", "--addr", ":9000"}, nil)
	if err != nil || c.command.name != "config" || c.cfg.addr != ":9000" {
		t.Errorf("it means %+v (%v)", c, err)
	}
}

func TestOnlyOneTrailingNewlineOfAFileIsRemoved(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"a": "a", "a\n": "a", "a\r\n": "a", "a\n\n": "a\n", " a \n": " a ", "a\r": "a\r"} {
		if got, err := readValue(holding(t, text)); err != nil || got != want {
			t.Errorf("%q gives %q (%v), want %q", text, got, err, want)
		}
	}
}

func TestBadValuesAreRefused(t *testing.T) {
	t.Parallel()
	for _, pair := range []string{
		"CHATD_ADDR=8080", "CHATD_ADDR=localhost:http", "CHATD_ADDR=localhost:65536", "CHATD_ADDR=::1",
		"CHATD_PUBLIC_URL=chat.example.org", "CHATD_PUBLIC_URL=ftp://chat.example.org", "CHATD_PUBLIC_URL=https://",
		"CHATD_PUBLIC_URL=https://example.org/../chat", "CHATD_PUBLIC_URL=https://example.org/?a", "CHATD_PUBLIC_URL=https://me@example.org",
		"CHATD_TRUSTED_PROXIES=proxy.example.org", "CHATD_TRUSTED_PROXIES=10.0.0.0/33", "CHATD_TRUSTED_PROXIES=10.0.0.1;10.0.0.2",
		"CHATD_DATABASE_URL=mysql://host/chat", "CHATD_LOG=2", "CHATD_METRICS_ADDR=no", "CHATD_METRICS_ADDR=9464",
	} {
		name, _, _ := strings.Cut(pair, "=")
		if _, err := parse(nil, []string{pair}); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: the error is %v", pair, err)
		}
	}
}

func TestAddressesOverlapWhenNotBothCanBeListenedOn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"localhost:80", "localhost:80", true},
		{":80", "localhost:80", true},
		{"127.0.0.1:80", "0.0.0.0:80", true},
		{"[::]:80", "10.0.0.1:80", true},
		{"localhost:80", "localhost:81", false},
		{"localhost:80", "127.0.0.1:80", true},
		{"[::1]:80", "LocalHost:80", true},
		{"127.0.0.1:80", "localhost.:0080", true},
		{"[::ffff:127.0.0.1]:80", "127.0.0.1:80", true},
		{"[::1]:80", "[0:0:0:0:0:0:0:1]:80", true},
		{"Chat.example:80", "chat.example:80", true},
		{"[::1]:80", "127.0.0.1:80", false},
		{"localhost:80", "127.0.0.2:80", false},
		{"localhost:80", "chat.example:80", false},
		{"10.0.0.1:80", "10.0.0.2:80", false},
		{"localhost:0", "localhost:0", false},
		{"localhost:0", ":00", false},
		{"localhost:80", "", false},
	} {
		if got := overlap(tt.a, tt.b); got != tt.want {
			t.Errorf("%s and %s: %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("--addr", "localhost:8080", "CHATD_DATA=/x")
	f.Add("--public-url=https://a", "version", "CHATD_TRUSTED_PROXIES=1.2.3.4")
	f.Add("admin", "--help", "CHATD_DATABASE_PASSWORD=x")
	f.Fuzz(func(t *testing.T, first, second, variable string) {
		_, err := parse([]string{first, second}, []string{variable})
		if err != nil && err.Error() == "" {
			t.Error("an error says nothing")
		}
	})
}

func parsed(t *testing.T, args, environ []string) config {
	t.Helper()
	c, err := parse(args, environ)
	if err != nil {
		t.Fatal(err)
	}
	return c.cfg
}

// holding is a file with a text in it.
func holding(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "value")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
