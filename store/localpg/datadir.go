package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// prepareDataDir makes the data folder, locks it and looks at what it holds.
func (c *Cluster) prepareDataDir(ctx context.Context) error {
	var err error
	if c.account, err = chooseAccount(c.cfg.User, c.pgData); err != nil {
		return err
	}
	// Root's data folder is passed by the account that PostgreSQL runs as.
	mode := fs.FileMode(0o700)
	if c.account.drop {
		mode = 0o711
	}
	dir := c.cfg.DataDir
	if err := makeFolders(dir, mode); err != nil {
		return fmt.Errorf("the data folder %s cannot be made (%w); set CHATD_DATA to a folder that you can write to", dir, cause(err))
	}
	if c.folder, err = os.OpenRoot(dir); err != nil {
		return fmt.Errorf("the data folder %s cannot be opened (%w); set CHATD_DATA to a folder of your own", dir, cause(err))
	}
	if err := refuseForeignFiles(dir); err != nil {
		return err
	}
	if c.cfg.Command {
		if err := checkOwner(dir); err != nil {
			return err
		}
	}
	if c.lock, err = lockDir(ctx, c.folder, c.cfg.Command); err != nil {
		return err
	}
	if uid, ok := ownerOf(c.pgData); ok && uid != c.account.uid {
		return fmt.Errorf("%s belongs to another account than %s; start chatd with the account that made it, or set CHATD_DATA to another folder", c.pgData, c.account.name)
	}
	return nil
}

// makeFolders makes dir and what is missing above it with exactly these
// rights, whatever the umask.
func makeFolders(dir string, mode fs.FileMode) error {
	if fileExists(dir) {
		return nil // perhaps as a file, which opening it as a folder will tell
	}
	if err := makeFolders(filepath.Dir(dir), mode); err != nil {
		return err
	}
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Chmod(dir, mode)
}

// refuseForeignFiles protects a folder that is used for something else.
func refuseForeignFiles(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("the data folder %s cannot be read (%w); set CHATD_DATA to a folder of your own", dir, cause(err))
	}
	foreign := ""
	for _, entry := range entries {
		switch name := entry.Name(); {
		case name == lockName:
			return nil
		case name == "PG_VERSION":
			return fmt.Errorf("%s is a PostgreSQL data directory, not chatd's data folder; set CHATD_DATA to a folder for chatd, or CHATD_DATABASE_URL to that PostgreSQL", dir)
		case name != "postgres" && !strings.HasPrefix(name, newPrefix) && name != "lost+found":
			foreign = name
		}
	}
	if foreign != "" {
		return fmt.Errorf("%s holds files that are not chatd's (%s); set CHATD_DATA to a new or an empty folder", dir, foreign)
	}
	return nil
}

// dataVersion reads the major version of a data directory. exists is false
// when there is none yet.
func dataVersion(pgData string) (major int, exists bool, err error) {
	text, err := os.ReadFile(filepath.Join(pgData, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(pgData)
		switch {
		case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
			return 0, false, nil
		case err != nil:
			return 0, false, fmt.Errorf("%s cannot be read (%w); start chatd with the account that made it", pgData, cause(err))
		}
		return 0, false, fmt.Errorf("%s holds files but is not a PostgreSQL data directory; move it away, or set CHATD_DATA to another folder", pgData)
	}
	if err != nil {
		return 0, false, fmt.Errorf("%s cannot be read (%w); start chatd with the account that made it", pgData, cause(err))
	}
	major, err = strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, false, fmt.Errorf("%s does not name a version of PostgreSQL; restore it from a backup, or set CHATD_DATA to another folder", filepath.Join(pgData, "PG_VERSION"))
	}
	return major, true, nil
}

// cause is the plain reason inside a file error, without operation and path.
func cause(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	return err
}
