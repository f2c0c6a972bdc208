package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lockName is the file whose lock a running chatd holds, and which says who
// that is: its process id, and a word when it is a command that does not serve.
const (
	lockName    = "chatd.lock"
	commandWord = "command"
)

// InUseError means that another chatd has the data.
type InUseError struct {
	// Dir is the data folder.
	Dir string
	// PID is the process that has it; 0 when it has not said so yet.
	PID int
	// Command says that it is a command, which ends by itself.
	Command bool
}

func (e *InUseError) Error() string {
	if e.Command {
		return fmt.Sprintf("a command of chatd (process %d) is at work on the data in %s; try again when it has finished", e.PID, e.Dir)
	}
	return fmt.Sprintf("another chatd (process %d) uses the data in %s; stop that one, or set CHATD_DATA to another folder", e.PID, e.Dir)
}

// lockDir takes the lock of the data folder. The kernel gives it back when
// chatd ends, however it ends. A command waits for other commands.
func lockDir(ctx context.Context, folder *os.Root, command bool) (*os.File, error) {
	file, err := folder.OpenFile(lockName, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be written (%w); set CHATD_DATA to a folder that you can write to", folder.Name(), cause(err))
	}
	err = flock(ctx, file)
	for errors.Is(err, syscall.EWOULDBLOCK) {
		if holder := readHolder(file, folder.Name()); !command || !holder.Command {
			_ = file.Close()
			return nil, holder
		}
		err = flock(ctx, file)
	}
	if err == nil {
		err = writeHolder(file, command)
	}
	if err != nil {
		_ = file.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("the data folder %s cannot be locked (%w); set CHATD_DATA to a folder on a local disk", folder.Name(), cause(err))
	}
	return file, nil
}

// flock locks the file, or fails with EWOULDBLOCK. It tries for a moment: a
// chatd that was killed while it started a program has lent its lock to that.
func flock(ctx context.Context, file *os.File) error {
	limit := time.After(time.Second)
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-limit:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// writeHolder says in the locked file who we are.
func writeHolder(file *os.File, command bool) error {
	text := strconv.Itoa(os.Getpid())
	if command {
		text += " " + commandWord
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(text+"\n"), 0)
	return err
}

// readHolder says who has the lock.
func readHolder(file *os.File, dir string) *InUseError {
	text := make([]byte, 40)
	n, _ := file.ReadAt(text, 0) // ends with EOF; nothing read is nobody named
	pid, word, _ := strings.Cut(strings.TrimSpace(string(text[:n])), " ")
	holder := &InUseError{Dir: dir, Command: word == commandWord}
	holder.PID, _ = strconv.Atoi(pid)
	return holder
}

// serving returns who serves from the data folder; ok is false when nobody
// does, or a command is at work.
func serving(dir string) (holder *InUseError, ok bool) {
	file, err := os.Open(filepath.Join(dir, lockName))
	if err != nil {
		return nil, false
	}
	defer file.Close()
	// Shared, so that two who look do not see each other.
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, false
	}
	holder = readHolder(file, dir)
	return holder, !holder.Command
}

// checkOwner refuses to work on the data of another account. For root, too: what it
// makes in the folder would be closed to its owner.
func checkOwner(dir string) error {
	uid, ok := ownerOf(filepath.Join(dir, lockName))
	if !ok || uid == os.Getuid() {
		return nil
	}
	name := strconv.Itoa(uid)
	if found, err := user.LookupId(name); err == nil {
		name = found.Username
	}
	return fmt.Errorf("the data in %s belongs to the account %s; run this command as that account (sudo -u %s chatd …)", dir, name, name)
}
