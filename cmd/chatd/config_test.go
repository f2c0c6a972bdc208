package main

import (
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSettingsHaveDefaults(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/xdg")
	c, err := parse(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	data := "/xdg/chatd"
	if os.Getuid() == 0 {
		data = "/var/lib/chatd"
	}
	if c.command != "serve" || c.addr != "localhost:8080" || c.data != data || c.logLevel != slog.LevelInfo ||
		c.databaseURL != "" || c.pgBin != "" || c.publicURL != nil || c.trustedProxies != nil {
		t.Errorf("the defaults are %+v", c)
	}
}

func TestEverySettingIsReadFromFlagsAndEnvironment(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"addr":            ":9000",
		"data":            "some/folder",
		"database-url":    "postgres://host/chat",
		"pg-bin":          "/opt/pg/bin",
		"public-url":      "https://chat.example.org/",
		"trusted-proxies": "10.0.0.1, 192.168.0.0/16,::1",
		"log":             "Debug",
	}
	var args, environ []string
	for _, s := range settings {
		args = append(args, "--"+s.flag, values[s.flag])
		environ = append(environ, s.env+"="+values[s.flag])
	}
	folder, err := filepath.Abs("some/folder")
	if err != nil {
		t.Fatal(err)
	}
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("::1/128")}
	for name, c := range map[string]config{"flags": parsed(t, args, nil), "environment": parsed(t, nil, environ)} {
		if c.addr != ":9000" || c.data != folder || c.databaseURL != "postgres://host/chat" || c.pgBin != "/opt/pg/bin" ||
			c.publicURL.String() != "https://chat.example.org" || !slices.Equal(c.trustedProxies, proxies) || c.logLevel != slog.LevelDebug {
			t.Errorf("from the %s comes %+v", name, c)
		}
	}
}

func TestAFlagWinsOverTheEnvironmentAndAnEmptyVariableIsNotSet(t *testing.T) {
	t.Parallel()
	c := parsed(t, []string{"--addr=localhost:1"}, []string{"CHATD_ADDR=localhost:2", "CHATD_LOG=", "CHATD_NONSENSE=", "CHATD_TEST_ANYTHING=1", "CHATD_PORT=80", "HOME=/x"})
	if c.addr != "localhost:1" || c.logLevel != slog.LevelInfo {
		t.Errorf("got %+v", c)
	}
}

func TestHelpAndVersionNeedNoSettings(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"help"}, {"--help"}, {"-h"}} {
		if c := parsed(t, args, nil); c.command != "help" {
			t.Errorf("%v means %s", args, c.command)
		}
	}
	if c := parsed(t, []string{"version"}, []string{"CHATD_ADRR=x"}); c.command != "version" {
		t.Errorf("version means %s", c.command)
	}
	for _, s := range settings {
		if !strings.Contains(usage(), "--"+s.flag+" ") || !strings.Contains(usage(), s.env+" ") {
			t.Errorf("help does not show %s", s.env)
		}
	}
}

func TestBadValuesAreRefused(t *testing.T) {
	t.Parallel()
	for _, pair := range []string{
		"CHATD_ADDR=8080", "CHATD_ADDR=localhost:http", "CHATD_ADDR=localhost:65536", "CHATD_ADDR=::1",
		"CHATD_PUBLIC_URL=chat.example.org", "CHATD_PUBLIC_URL=ftp://chat.example.org", "CHATD_PUBLIC_URL=https://",
		"CHATD_PUBLIC_URL=https://example.org/chat", "CHATD_PUBLIC_URL=https://example.org/?a", "CHATD_PUBLIC_URL=https://me@example.org",
		"CHATD_TRUSTED_PROXIES=proxy.example.org", "CHATD_TRUSTED_PROXIES=10.0.0.0/33", "CHATD_TRUSTED_PROXIES=10.0.0.1;10.0.0.2",
		"CHATD_DATABASE_URL=mysql://host/chat", "CHATD_LOG=2",
	} {
		name, _, _ := strings.Cut(pair, "=")
		if _, err := parse(nil, []string{pair}); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: the error is %v", pair, err)
		}
	}
}

func TestTheDistanceOfWordsIsAMetric(t *testing.T) {
	t.Parallel()
	word := rapid.StringMatching(`[a-c]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		if (distance(a, b) == 0) != (a == b) {
			t.Errorf("%q and %q are %d apart", a, b, distance(a, b))
		}
		if distance(a, b) != distance(b, a) {
			t.Errorf("%q and %q are not as far apart as %q and %q", a, b, b, a)
		}
		if distance(a, c) > distance(a, b)+distance(b, c) {
			t.Errorf("over %q it is nearer from %q to %q", b, a, c)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("--addr", "localhost:8080", "CHATD_DATA=/x")
	f.Add("--public-url=https://a", "version", "CHATD_TRUSTED_PROXIES=1.2.3.4")
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
	return c
}
