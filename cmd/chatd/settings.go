package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// config is what the command line and the environment ask for.
type config struct {
	// addr is the address to listen on, host:port.
	addr string
	// data is chatd's data folder.
	data string
	// databaseURL is the database to use instead of a private PostgreSQL, with
	// its password.
	databaseURL string
	// databasePassword is the password for databaseURL when that holds none.
	databasePassword string
	// pgBin is the folder of PostgreSQL's programs; empty: search.
	pgBin string
	// publicURL is how people reach chatd; nil: whatever address they use.
	publicURL *url.URL
	// trustedProxies are the peers whose X-Forwarded-For is believed.
	trustedProxies []netip.Prefix
	// metricsAddr is the address to serve metrics on; empty: nowhere.
	metricsAddr string
	logLevel    slog.Level
	// force lets a command replace what is there.
	force bool
	// json makes a command answer for machines.
	json bool
	// addresses lets a suspension ban addresses too.
	addresses bool
	// asked are the values of the command's own flags, by name.
	asked map[string]string
	log   *slog.Logger

	// given is where the value of each setting comes from, by its name in the
	// environment. Those that have their default are not in it.
	given map[string]given
}

// setting is one thing to set, by flag, environment or file.
type setting struct {
	env, flag, fallback, help string
	set                       func(c *config, g given) error
	// shown is what chatd config shows of a value; nil: all of it.
	shown func(c config, value string) string
}

// settings is every setting, in the order in which help shows them.
var settings = []setting{
	{"CHATD_ADDR", "addr", "localhost:8080", "the address to listen on; :8080 lets other machines in", setAddr, nil},
	{"CHATD_DATA", "data", "", "the data folder (as root /var/lib/chatd, else ~/.local/share/chatd)", setData, showData},
	{"CHATD_DATABASE_URL", "database-url", "", "a PostgreSQL database to use instead of a private PostgreSQL", setDatabaseURL, hidePassword},
	// No flag: everybody on the machine can read the command lines of others.
	{"CHATD_DATABASE_PASSWORD", "", "", "the password for CHATD_DATABASE_URL, when that holds none", setDatabasePassword, hideAll},
	{"CHATD_PG_BIN", "pg-bin", "", "the folder of PostgreSQL's programs, when chatd does not find it", setPGBin, nil},
	{"CHATD_PUBLIC_URL", "public-url", "", "how people reach chatd, such as https://chat.example.org or https://example.org/chat", setPublicURL, nil},
	{"CHATD_TRUSTED_PROXIES", "trusted-proxies", "", "addresses or networks of reverse proxies, with commas between", setTrustedProxies, nil},
	{"CHATD_METRICS_ADDR", "metrics-addr", "localhost:9464", "the address to serve metrics on, for Prometheus, or off", setMetricsAddr, nil},
	{"CHATD_LOG", "log", "info", "how much to log: debug, info, warn or error", setLogLevel, nil},
}

// elsewhere are the names that docker-compose.yml and the browser tests read.
var elsewhere = []string{"CHATD_PORT", "CHATD_VERSION", "CHATD_CHROMIUM", "CHATD_FIREFOX", "CHATD_SCREENSHOTS"}

func setAddr(c *config, g given) (err error) {
	c.addr, err = listenAddr(g, "8080")
	return err
}

func setMetricsAddr(c *config, g given) (err error) {
	if g.value == "off" {
		return nil
	}
	c.metricsAddr, err = listenAddr(g, "9464")
	return err
}

// listenAddr checks an address to listen on. The port is for the example that
// the error gives.
func listenAddr(g given, example string) (string, error) {
	host, port, err := net.SplitHostPort(g.value)
	if err != nil {
		if _, err := strconv.ParseUint(g.value, 10, 16); err == nil {
			return "", fmt.Errorf("is %s, a port without a host; write localhost: before it, or only : to let other machines in", g.shown())
		}
		return "", fmt.Errorf("is %s, which is not an address; write a host and a port, such as localhost:%s", g.shown(), example)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("is %s, whose port is not a number from 0 to 65535; write for example localhost:%s", g.shown(), example)
	}
	return net.JoinHostPort(host, port), nil
}

func setData(c *config, g given) error {
	if g.value != "" {
		path, err := filepath.Abs(g.value)
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

// showData shows the folder that is used, as the default depends on the account.
func showData(c config, _ string) string { return c.data }

func setDatabaseURL(c *config, g given) error {
	value := g.value
	// The value may hold a password, so it is never shown.
	if value != "" && !strings.HasPrefix(value, "postgres://") && !strings.HasPrefix(value, "postgresql://") {
		return errors.New("does not begin with postgres://; write for example postgres://user:password@host/database")
	}
	if _, err := url.Parse(value); err != nil {
		return errors.New("is not a valid address; write for example postgres://user:password@host/database, with signs such as @ and / in the password as %40 and %2F")
	}
	if _, err := pgx.ParseConfig(value); value != "" && err != nil {
		// All of the error would show the address.
		why := errors.Unwrap(err)
		if _, inFile := g.inFile(); why == nil || inFile { // it may quote a part
			why = errors.New("PostgreSQL has no such address")
		}
		return fmt.Errorf("cannot be used (%w); write for example postgres://user:password@host/database", why)
	}
	c.databaseURL = value
	return nil
}

func setDatabasePassword(c *config, g given) error {
	c.databasePassword = g.value
	return nil
}

func setPGBin(c *config, g given) error {
	c.pgBin = g.value
	return nil
}

func setTrustedProxies(c *config, g given) error {
	for i, part := range strings.Split(g.value, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			addr, addrErr := netip.ParseAddr(part)
			if addrErr != nil {
				return fmt.Errorf("is %s, of which part %d is neither an address nor a network; write for example 127.0.0.1,10.0.0.0/8", g.shown(), i+1)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		c.trustedProxies = append(c.trustedProxies, prefix.Masked())
	}
	return nil
}

func setLogLevel(c *config, g given) error {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[strings.ToLower(g.value)]
	if !ok {
		return fmt.Errorf("is %s, which is no level; write debug, info, warn or error", g.shown())
	}
	c.logLevel = level
	return nil
}
