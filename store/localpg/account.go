package localpg

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// account is who PostgreSQL runs as.
type account struct {
	name     string
	uid, gid int
	// owner is the account chatd itself runs as.
	owner string
	// drop says that chatd is root and PostgreSQL, which refuses root, is not.
	drop bool
}

// chooseAccount finds the account for a data directory: our own, or, for root,
// the named one, the owner of the data, or a well-known unprivileged one.
func chooseAccount(name, pgData string) (account, error) {
	uid := os.Getuid()
	self, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return account{}, fmt.Errorf("the account with id %d has no name on this machine, and PostgreSQL needs one; add it to /etc/passwd, or set CHATD_DATABASE_URL to a PostgreSQL of your own", uid)
	}
	if uid != 0 {
		return account{name: self.Username, uid: uid, gid: os.Getgid(), owner: self.Username}, nil
	}
	found, err := unprivileged(name, pgData)
	if err != nil {
		return account{}, err
	}
	a := account{name: found.Username, owner: self.Username, drop: true}
	if a.uid, err = strconv.Atoi(found.Uid); err != nil {
		return account{}, fmt.Errorf("the account %s has the unusable id %q", a.name, found.Uid)
	}
	if a.gid, err = strconv.Atoi(found.Gid); err != nil {
		return account{}, fmt.Errorf("the account %s has the unusable group %q", a.name, found.Gid)
	}
	return a, nil
}

// unprivileged finds the account that root hands PostgreSQL to.
func unprivileged(name, pgData string) (*user.User, error) {
	if name != "" {
		found, err := user.Lookup(name)
		if err != nil {
			return nil, fmt.Errorf("there is no account %s for PostgreSQL on this machine; create it, or name another one", name)
		}
		return found, nil
	}
	if uid, ok := ownerOf(pgData); ok {
		if uid == 0 {
			return nil, fmt.Errorf("%s belongs to root, and PostgreSQL refuses to run as root; give it to the account that it should run as (chown -R postgres %s)", pgData, pgData)
		}
		found, err := user.LookupId(strconv.Itoa(uid))
		if err != nil {
			return nil, fmt.Errorf("%s belongs to the account with id %d, which has no name on this machine; give it to one that has (chown -R postgres %s)", pgData, uid, pgData)
		}
		return found, nil
	}
	for _, name := range []string{"chatd", "postgres", "nobody"} {
		if found, err := user.Lookup(name); err == nil && found.Uid != "0" {
			return found, nil
		}
	}
	return nil, errors.New("PostgreSQL refuses to run as root and there is no account named chatd, postgres or nobody; create one (useradd --system chatd)")
}

// ownerOf is the user id that path belongs to; ok is false when there is none.
func ownerOf(path string) (uid int, ok bool) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}

// command is a PostgreSQL program run as the account, in a session of its own
// so that Ctrl-C in a terminal reaches chatd alone.
func (a account) command(dir, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...) //nolint:noctx,gosec // a postmaster outlives the context of Start; settings name the program
	cmd.Dir = dir
	cmd.Env = environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)} //nolint:gosec // ids have 32 bits
	}
	return cmd
}

// environment is ours without what would change PostgreSQL's behaviour or the
// language of its messages.
func environment() []string {
	env := []string{"LC_ALL=C"}
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		switch {
		case strings.HasPrefix(name, "PG"), strings.HasPrefix(name, "LC_"), strings.HasPrefix(name, "CHATD_"),
			name == "LANG", name == "LANGUAGE", name == "NOTIFY_SOCKET":
		default:
			env = append(env, pair)
		}
	}
	return env
}

// own gives path to the account.
func (a account) own(path string) error {
	if !a.drop {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// checkReach tries, as the account, to run the binaries and to enter dir.
func (a account) checkReach(b binaries, dir string) error {
	if err := a.command("/", b.initdb(), "--version").Run(); err != nil {
		return fmt.Errorf("the account %s cannot run %s (%w); install PostgreSQL where every account can run it, or set CHATD_PG_BIN to its folder", a.name, b.initdb(), err)
	}
	if err := a.command(dir, b.initdb(), "--version").Run(); err != nil {
		return fmt.Errorf("the account %s, which PostgreSQL runs as, cannot enter %s, because that folder or one above it is closed to others; set CHATD_DATA to a folder it can reach, such as /var/lib/chatd", a.name, dir)
	}
	return nil
}
