package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The major versions of PostgreSQL that chatd is written for.
const (
	oldestMajor = 15
	newestMajor = 18
)

// binaries is one installed PostgreSQL.
type binaries struct {
	dir   string
	major int
}

func (b binaries) initdb() string   { return filepath.Join(b.dir, "initdb") }
func (b binaries) postgres() string { return filepath.Join(b.dir, "postgres") }

// usualPlaces are where packages put the server's binaries.
var usualPlaces = []string{
	"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                   // Fedora and RHEL, PostgreSQL's own packages
	"/usr/bin",                                           // Fedora, Arch
	"/usr/libexec/postgresql*",                           // Alpine
	"/usr/lib/postgresql*/bin",                           // openSUSE
	"/opt/homebrew/opt/postgresql@*/bin",                 // Homebrew on Apple silicon
	"/usr/local/opt/postgresql@*/bin",                    // Homebrew on Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",    // Homebrew on Linux
	"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
	"/Library/PostgreSQL/*/bin",                          // the EDB installer
	"/usr/local/pgsql/bin",                               // built from source
}

// chooseBinaries picks the newest PostgreSQL that fits the data directory.
func (c *Cluster) chooseBinaries(ctx context.Context) error {
	found, err := findBinaries(ctx, c.cfg.BinDir)
	if err != nil {
		return err
	}
	major, exists, err := dataVersion(c.pgData)
	if err != nil {
		return err
	}
	if b, ok := pick(found, major, exists); ok {
		c.binaries = b
		return nil
	}
	if exists {
		return fmt.Errorf("the data in %s was written by PostgreSQL %d, but this machine has %s; install PostgreSQL %d%s, or upgrade the data with pg_upgrade", c.pgData, major, versions(found), major, installCommand(major))
	}
	return fmt.Errorf("chatd needs PostgreSQL %d to %d, but this machine has %s; install one of them%s, or set CHATD_DATABASE_URL", oldestMajor, newestMajor, versions(found), installCommand(0))
}

// pick chooses the newest that fits: the version that wrote the data, or any
// that chatd is written for when there is no data yet. found begins with the
// newest.
func pick(found []binaries, major int, exists bool) (binaries, bool) {
	for _, b := range found {
		fits := b.major >= oldestMajor && b.major <= newestMajor
		if exists {
			fits = b.major == major
		}
		if fits {
			return b, true
		}
	}
	return binaries{}, false
}

// findBinaries lists the installed PostgreSQL servers, the newest first.
func findBinaries(ctx context.Context, dir string) ([]binaries, error) {
	if dir != "" {
		b, err := inspect(ctx, dir)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("CHATD_PG_BIN is %s, but the PostgreSQL programs postgres and initdb are not there; set it to the folder that holds them", dir)
		}
		return []binaries{b}, nil
	}
	places := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range usualPlaces {
		// The only error is a malformed pattern.
		matches, _ := filepath.Glob(pattern)
		places = append(places, matches...)
	}
	var found []binaries
	for _, place := range places {
		if b, err := inspect(ctx, place); err == nil {
			found = append(found, b)
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("the PostgreSQL server is not installed%s, or set CHATD_PG_BIN to the folder of its programs, or CHATD_DATABASE_URL to a database of your own", installCommand(0))
	}
	slices.SortStableFunc(found, func(a, b binaries) int { return b.major - a.major })
	return found, nil
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspect looks whether dir holds a PostgreSQL server, and which.
func inspect(ctx context.Context, dir string) (binaries, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return binaries{}, err
	}
	// PostgreSQL finds its other files, and records its start, by the real path.
	program, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if err != nil {
		return binaries{}, err
	}
	b := binaries{dir: filepath.Dir(program)}
	for _, program := range []string{b.initdb(), b.postgres()} {
		info, err := os.Stat(program)
		if err != nil {
			return binaries{}, err
		}
		if info.IsDir() || info.Mode()&0o111 == 0 {
			return binaries{}, errors.New(program + " is not a program")
		}
	}
	cmd := exec.CommandContext(ctx, b.postgres(), "--version")
	cmd.Env = environment()
	out, err := cmd.Output()
	if err != nil {
		return binaries{}, err
	}
	match := versionPattern.FindSubmatch(out)
	if match == nil {
		return binaries{}, fmt.Errorf("%s does not say its version", b.postgres())
	}
	b.major, err = strconv.Atoi(string(match[1]))
	return b, err
}

// versions names the majors found, for people.
func versions(found []binaries) string {
	var names []string
	for _, b := range found {
		names = append(names, strconv.Itoa(b.major))
	}
	return strings.Join(slices.Compact(names), ", ")
}

// installCommand says how this machine installs PostgreSQL, as the middle of a
// sentence; major 0 means any.
func installCommand(major int) string {
	version := ""
	if major != 0 {
		version = strconv.Itoa(major)
	}
	release, _ := os.ReadFile("/etc/os-release") // absent on macOS
	switch {
	case fileExists("/usr/bin/apt-get") && major != 0:
		return " (sudo apt-get install postgresql-" + version + ")"
	case fileExists("/usr/bin/apt-get"):
		return " (sudo apt-get install postgresql)"
	case strings.Contains(string(release), "alpine") && major == 0:
		return " (apk add postgresql17)"
	case strings.Contains(string(release), "alpine"):
		return " (apk add postgresql" + version + ")"
	case fileExists("/usr/bin/dnf"):
		return " (sudo dnf install postgresql" + version + "-server)"
	case fileExists("/opt/homebrew/bin/brew"), fileExists("/usr/local/bin/brew"):
		if major == 0 {
			version = "17"
		}
		return " (brew install postgresql@" + version + ")"
	}
	return ""
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
