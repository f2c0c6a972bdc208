package localpg

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// socketPort is the number in the socket's file name; there is no TCP port.
const socketPort = "5432"

// maxSocketPath is the longest path of a unix socket in bytes: 107 on Linux,
// 103 on macOS and the BSDs.
const maxSocketPath = 103

// chooseSocketDir finds a short folder that only PostgreSQL's account can
// enter. One that somebody else made under the expected name is left alone.
func (c *Cluster) chooseSocketDir() error {
	if dir := c.cfg.SocketDir; dir != "" {
		if len(dir)+len("/.s.PGSQL.")+len(socketPort) > maxSocketPath {
			return fmt.Errorf("the folder %s is too long for a unix socket; use a shorter one", dir)
		}
		c.socketDir = dir
		return c.makePrivate(dir)
	}
	sum := sha256.Sum256([]byte(c.cfg.DataDir))
	name := "chatd-" + hex.EncodeToString(sum[:5])
	parents := []string{"/run/user/" + strconv.Itoa(os.Getuid()), "/tmp"}
	if os.Getuid() == 0 {
		parents = []string{"/run", "/tmp"}
	}
	for _, parent := range parents {
		dir := filepath.Join(parent, name)
		if c.makePrivate(dir) == nil {
			c.socketDir = dir
			return nil
		}
	}
	dir, err := os.MkdirTemp("/tmp", name+"-")
	if err == nil {
		err = c.account.own(dir)
	}
	if err != nil {
		return fmt.Errorf("no folder for PostgreSQL's socket can be made under /run or /tmp (%w); make /tmp writable", cause(err))
	}
	c.socketDir = dir
	return nil
}

// makePrivate makes a folder that only PostgreSQL's account can enter, or
// accepts one that is there.
func (c *Cluster) makePrivate(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return c.checkPrivate(dir)
	}
	if err != nil {
		return err
	}
	return c.account.own(dir)
}

// removeSocket removes what a postmaster that was killed could not.
func (c *Cluster) removeSocket() {
	socket := filepath.Join(c.socketDir, ".s.PGSQL."+socketPort)
	_ = os.Remove(socket)
	_ = os.Remove(socket + ".lock")
}

// checkPrivate accepts a folder that is our account's and closed to everybody
// else.
func (c *Cluster) checkPrivate(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	uid, _ := ownerOf(dir)
	if !info.IsDir() || info.Mode().Perm()&0o077 != 0 || uid != c.account.uid {
		return fmt.Errorf("%s is not a private folder of %s", dir, c.account.name)
	}
	return nil
}
