package localpg

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// settings fit one small machine shared with chatd. Whoever needs others uses
// ALTER SYSTEM, which wins over them.
var settings = map[string]string{
	"cluster_name":    "chatd",
	"max_connections": "60",
	"shared_buffers":  "128MB",
	"huge_pages":      "off",
	"jit":             "off",
	"timezone":        "UTC",
	// A transaction that its client forgot must not hold locks for long.
	"idle_in_transaction_session_timeout": "60s",
	// The log says what went wrong, without the words of the people.
	"log_destination":                 "stderr",
	"logging_collector":               "off",
	"log_checkpoints":                 "off",
	"log_error_verbosity":             "terse",
	"log_min_error_statement":         "panic",
	"log_timezone":                    "UTC",
	"lc_messages":                     "C",
	"unix_socket_permissions":         "0700",
	"max_logical_replication_workers": "0",
	"max_wal_senders":                 "4",
	"max_replication_slots":           "4",
	"autovacuum_naptime":              "30s",
	"checkpoint_timeout":              "10min",
	"effective_io_concurrency":        "16",
	"random_page_cost":                "1.1",
}

// The files of PostgreSQL's configuration. They are in the data folder and not
// in PostgreSQL's own, where a server taken over by an attacker could change
// them or lead chatd, which may be root, to write elsewhere.
const (
	confFile  = "postgres.conf"
	hbaFile   = "postgres.hba.conf"
	identFile = "postgres.ident.conf"
)

// configure writes PostgreSQL's configuration. changed says that a postmaster
// started earlier runs with another one.
func (c *Cluster) configure() (changed bool, err error) {
	files := map[string]string{
		confFile: c.settingsFile(),
		hbaFile:  "local all " + role + " peer map=chatd\nlocal replication " + role + " peer map=chatd\n",
		identFile: fmt.Sprintf("chatd %s %s\nchatd %s %s\n",
			doubleQuoted(c.account.owner), role, doubleQuoted(c.account.name), role),
	}
	for name, text := range files {
		wrote, err := c.writeConfig(name, []byte(text))
		if err != nil {
			return false, fmt.Errorf("the data folder %s cannot be written (%w); set CHATD_DATA to a folder that you can write to", c.cfg.DataDir, cause(err))
		}
		changed = changed || wrote
	}
	return changed, nil
}

// settingsFile is the text of the main configuration file.
func (c *Cluster) settingsFile() string {
	all := maps.Clone(settings)
	all["hba_file"] = filepath.Join(c.cfg.DataDir, hbaFile)
	all["ident_file"] = filepath.Join(c.cfg.DataDir, identFile)
	maps.Copy(all, c.cfg.Settings)
	var text strings.Builder
	text.WriteString("# Written by chatd at every start. To change a setting use ALTER SYSTEM.\n")
	fmt.Fprintf(&text, "include %s\n", singleQuoted(filepath.Join(c.pgData, "postgresql.conf")))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&text, "%s = %s\n", name, singleQuoted(all[name]))
	}
	return text.String()
}

func singleQuoted(value string) string {
	return "'" + strings.NewReplacer("'", "''", `\`, `\\`).Replace(value) + "'"
}

func doubleQuoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// writeConfig replaces a file of the data folder unless it already holds text.
// PostgreSQL's account must be able to read it; it holds no secret.
func (c *Cluster) writeConfig(name string, text []byte) (wrote bool, err error) {
	old, err := c.folder.ReadFile(name)
	if err == nil && bytes.Equal(old, text) {
		return false, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	next := name + ".new"
	if err := c.folder.WriteFile(next, text, 0o644); err != nil {
		return false, err
	}
	// Whatever the umask took away.
	if err := c.folder.Chmod(next, 0o644); err != nil {
		return false, err
	}
	return true, c.folder.Rename(next, name)
}

// arguments start a postmaster. They hold what nothing else may override.
func (c *Cluster) arguments() []string {
	return []string{
		"-D", c.pgData,
		"-c", "config_file=" + filepath.Join(c.cfg.DataDir, confFile),
		"-c", "listen_addresses=",
		"-c", "port=" + socketPort,
		"-c", "unix_socket_directories=" + c.socketDir,
	}
}
