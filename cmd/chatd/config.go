package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// config is what flags and environment ask for.
type config struct {
	// command is "serve", "help" or "version".
	command string
	// addr is the address to listen on, host:port.
	addr string
	// data is chatd's data folder.
	data string
	// databaseURL is the database to use instead of a private PostgreSQL.
	databaseURL string
	// pgBin is the folder of PostgreSQL's programs; empty: search.
	pgBin string
	// publicURL is how people reach chatd; nil: whatever address they use.
	publicURL *url.URL
	// trustedProxies are the peers whose X-Forwarded-For is believed.
	trustedProxies []netip.Prefix
	logLevel       slog.Level
	log            *slog.Logger
}

// setting is one thing to set, by flag or environment.
type setting struct {
	env, flag, fallback, help string
	set                       func(c *config, value string) error
}

// settings is every setting, in the order in which help shows them.
var settings = []setting{
	{"CHATD_ADDR", "addr", "localhost:8080", "the address to listen on; :8080 lets other machines in", setAddr},
	{"CHATD_DATA", "data", "", "the data folder (as root /var/lib/chatd, else ~/.local/share/chatd)", setData},
	{"CHATD_DATABASE_URL", "database-url", "", "a PostgreSQL database to use instead of a private PostgreSQL", setDatabaseURL},
	{"CHATD_PG_BIN", "pg-bin", "", "the folder of PostgreSQL's programs, when chatd does not find it", setPGBin},
	{"CHATD_PUBLIC_URL", "public-url", "", "how people reach chatd, such as https://chat.example.org", setPublicURL},
	{"CHATD_TRUSTED_PROXIES", "trusted-proxies", "", "addresses or networks of reverse proxies, with commas between", setTrustedProxies},
	{"CHATD_LOG", "log", "info", "how much to log: debug, info, warn or error", setLogLevel},
}

// elsewhere are the names that docker-compose.yml and the browser tests read.
var elsewhere = []string{"CHATD_PORT", "CHATD_DB_PASSWORD", "CHATD_CHROMIUM", "CHATD_SCREENSHOTS"}

// parse reads the command line and the environment. A flag wins over the
// environment; an empty variable counts as not set.
func parse(args, environ []string) (config, error) {
	c := config{command: "serve"}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		if args[0] != "help" && args[0] != "version" {
			return c, fmt.Errorf("there is no command %q; chatd help shows what there is", args[0])
		}
		c.command = args[0]
		return c, nil
	}
	values, err := environment(environ)
	if err != nil {
		return c, err
	}
	if err := readFlags(args, values); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			c.command = "help"
			return c, nil
		}
		return c, err
	}
	for _, s := range settings {
		value, ok := values[s.env]
		if !ok {
			value = s.fallback
		}
		if err := s.set(&c, value); err != nil {
			return c, fmt.Errorf("%s (--%s) %w", s.env, s.flag, err)
		}
	}
	return c, nil
}

// environment picks the settings out of the environment. A name that looks
// like a setting and is none is an error: it is a slip of the keyboard.
func environment(environ []string) (map[string]string, error) {
	names := make([]string, len(settings))
	for i, s := range settings {
		names[i] = s.env
	}
	values := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "CHATD_") || strings.HasPrefix(name, "CHATD_TEST_") ||
			slices.Contains(elsewhere, name) || value == "" {
			continue
		}
		near, exact := nearest(name, names)
		if !exact {
			return nil, fmt.Errorf("there is no setting %s; did you mean %s?", name, near)
		}
		values[name] = value
	}
	return values, nil
}

// readFlags adds the flags to values.
func readFlags(args []string, values map[string]string) error {
	flags := flag.NewFlagSet("chatd", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	names := make([]string, len(settings))
	for i, s := range settings {
		names[i] = s.flag
		flags.Func(s.flag, s.help, func(value string) error {
			values[s.env] = value
			return nil
		})
	}
	if err := flags.Parse(args); err != nil {
		if unknown, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
			near, _ := nearest(unknown, names)
			return fmt.Errorf("there is no flag --%s; did you mean --%s?", unknown, near)
		}
		if name, ok := strings.CutPrefix(err.Error(), "flag needs an argument: -"); ok {
			return fmt.Errorf("the flag --%s needs a value; chatd help shows what it means", name)
		}
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is not a flag; flags look like --addr localhost:8080", flags.Arg(0))
	}
	return nil
}

func setAddr(c *config, value string) error {
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		if _, err := strconv.ParseUint(value, 10, 16); err == nil {
			return fmt.Errorf("is %q, without a host; write localhost:%s, or :%s to let other machines in", value, value, value)
		}
		return fmt.Errorf("is %q, which is not an address; write a host and a port, such as localhost:8080", value)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("is %q, whose port is not a number from 0 to 65535; write for example localhost:8080", value)
	}
	c.addr = net.JoinHostPort(host, port)
	return nil
}

func setData(c *config, value string) error {
	if value != "" {
		path, err := filepath.Abs(value)
		c.data = path
		return err
	}
	if os.Getuid() == 0 {
		c.data = "/var/lib/chatd"
		return nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		c.data = filepath.Join(dir, "chatd")
		return nil
	}
	// Without a home there is no default; only the private PostgreSQL needs one.
	if home, err := os.UserHomeDir(); err == nil {
		c.data = filepath.Join(home, ".local", "share", "chatd")
	}
	return nil
}

func setDatabaseURL(c *config, value string) error {
	// The value may hold a password, so it is never shown.
	if value != "" && !strings.HasPrefix(value, "postgres://") && !strings.HasPrefix(value, "postgresql://") {
		return errors.New("does not begin with postgres://; write for example postgres://user:password@host/database")
	}
	if _, err := url.Parse(value); err != nil {
		return errors.New("is not a valid address; write for example postgres://user:password@host/database, with signs such as @ and / in the password as %40 and %2F")
	}
	c.databaseURL = value
	return nil
}

func setPGBin(c *config, value string) error {
	c.pgBin = value
	return nil
}

func setPublicURL(c *config, value string) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("is %q, which is not a web address; write for example https://chat.example.org", value)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("is %q, but chatd needs a host of its own; write %s://%s", value, u.Scheme, u.Host)
	}
	c.publicURL = &url.URL{Scheme: u.Scheme, Host: u.Host}
	return nil
}

func setTrustedProxies(c *config, value string) error {
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			addr, addrErr := netip.ParseAddr(part)
			if addrErr != nil {
				return fmt.Errorf("holds %q, which is neither an address nor a network; write for example 127.0.0.1,10.0.0.0/8", part)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		c.trustedProxies = append(c.trustedProxies, prefix.Masked())
	}
	return nil
}

func setLogLevel(c *config, value string) error {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[strings.ToLower(value)]
	if !ok {
		return fmt.Errorf("is %q; write debug, info, warn or error", value)
	}
	c.logLevel = level
	return nil
}
