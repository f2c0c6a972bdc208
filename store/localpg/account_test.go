package localpg

import (
	"context"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
)

// stranger is a user id that is neither chatd's nor PostgreSQL's.
const stranger = 12345

// own gives a path to the account that PostgreSQL runs as.
func own(t *testing.T, path string) {
	t.Helper()
	a, err := chooseAccount("", filepath.Join(path, "nothing here"))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.own(path); err != nil {
		t.Fatal(err)
	}
}

// ordinaryUser is somebody with a name who is not root: ourselves, or nobody.
func ordinaryUser(t *testing.T) int {
	t.Helper()
	if uid := os.Getuid(); uid != 0 {
		return uid
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.Atoi(nobody.Uid)
	if err != nil {
		t.Fatal(err)
	}
	return uid
}

// chown gives a whole tree to a user.
func chown(t *testing.T, root string, uid int) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, -1)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestThePostmasterNeverRunsAsRoot(t *testing.T) {
	t.Parallel()
	c := startNew(t)
	uid, ok := ownerOf(c.pgData)
	if !ok || uid == 0 || uid != c.account.uid {
		t.Errorf("the data belongs to user %d", uid)
	}
	if !runsIn(postmasterPID(t, c), uid, c.pgData) {
		t.Errorf("the postmaster is not a process of user %d in %s", uid, c.pgData)
	}
}

func TestAnOrdinaryUserWithAClosedHomeNeedsNothing(t *testing.T) {
	t.Parallel()
	home := filepath.Join(folder(t), "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	ordinary := ordinaryUser(t)
	chown(t, home, ordinary)
	dir := filepath.Join(home, ".local", "share", "chatd")
	for range 2 {
		owner := play(t, ordinary, ownerVar+"="+dir)
		said := owner.line(t)
		if err := owner.end(); err != nil {
			t.Fatalf("the owner says %q and ends with %v", said, err)
		}
	}
	if uid, ok := ownerOf(filepath.Join(dir, "postgres")); !ok || uid != ordinary {
		t.Errorf("the data belongs to user %d, want %d", uid, ordinary)
	}
}

func TestAClosedFolderAboveTheDataOfRootIsRefused(t *testing.T) {
	t.Parallel()
	home := filepath.Join(folder(t), "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(home, "data")
	if os.Getuid() != 0 {
		start(t, dir) // the folder is ours, so nothing is closed
		return
	}
	wantRefusal(t, refusedStart(t, configFor(t.Output(), dir)), "cannot enter", dir, "CHATD_DATA", "/var/lib/chatd")
}

func TestDataOfAnotherAccountIsRefusedOrKeptByRoot(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	seed(t, dir)
	c := start(t, dir)
	stop(t, c)
	if os.Getuid() != 0 {
		return
	}
	// Root goes on with the account that the data belongs to …
	other := ordinaryUser(t)
	chown(t, c.pgData, other)
	again := start(t, dir)
	if again.account.uid != other {
		t.Errorf("PostgreSQL runs as user %d, want %d", again.account.uid, other)
	}
	stop(t, again)
	// … but never as root.
	chown(t, c.pgData, 0)
	wantRefusal(t, refusedStart(t, configFor(t.Output(), dir)), "belongs to root", "chown")
}

func TestOtherLocalUsersCannotConnect(t *testing.T) {
	t.Parallel()
	c := startNew(t)
	if os.Getuid() != 0 {
		return
	}
	client := play(t, stranger, clientVar+"="+c.URL())
	if said := client.line(t); client.end() == nil {
		t.Errorf("a stranger is let in: %q", said)
	}
	// Even when the rights of the folder and the socket are wide open.
	for path, mode := range map[string]os.FileMode{c.socketDir: 0o777, c.socketDir + "/.s.PGSQL." + socketPort: 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	client = play(t, stranger, clientVar+"="+c.URL())
	if said := client.line(t); client.end() == nil {
		t.Errorf("a stranger is let in: %q", said)
	}
	if err := os.Chmod(c.socketDir, 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestAnAccountThatDoesNotExistIsRefused(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		return
	}
	cfg := configFor(t.Output(), filepath.Join(folder(t), "data"))
	cfg.User = "no-such-account"
	wantRefusal(t, refusedStart(t, cfg), "no-such-account")
}

func TestPostgreSQLDoesNotSeeTheEnvironmentOfOtherDatabases(t *testing.T) {
	t.Setenv("PGDATA", "/nowhere")
	t.Setenv("PGPORT", "1")
	t.Setenv("LC_ALL", "xx_XX")
	c := startNew(t)
	if err := connect(t, c).Ping(context.Background()); err != nil {
		t.Error(err)
	}
}
