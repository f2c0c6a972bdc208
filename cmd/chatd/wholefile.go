package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// wholeFile is a file that is there under its name only when it is complete.
// Until then it has another one beside it.
type wholeFile struct {
	*bufio.Writer
	name  string
	part  *os.File // nil when kept or discarded
	force bool
}

// createWhole begins a file that only its owner may read. One that is there is
// replaced only with force.
func createWhole(name string, force bool) (*wholeFile, error) {
	f := &wholeFile{name: name, force: force}
	if err := f.checkPlace(); err != nil {
		return nil, err
	}
	// What an interrupted backup left is written over; what another one is
	// writing at the moment is locked.
	part, err := os.OpenFile(name+".part", os.O_WRONLY|os.O_CREATE|syscall.O_NOFOLLOW, 0o600) //nolint:gosec // the command line names it
	if err != nil {
		return nil, f.cannot(err)
	}
	err = syscall.Flock(int(part.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || !isAt(part, name+".part") {
		part.Close()
		return nil, fmt.Errorf("another chatd is writing %s at the moment; choose another name, or wait", name)
	}
	f.part, f.Writer = part, bufio.NewWriterSize(part, 64<<10)
	if err == nil {
		err = part.Chmod(0o600)
	}
	if err == nil {
		err = part.Truncate(0)
	}
	if err != nil {
		f.discard()
		return nil, f.cannot(err)
	}
	return f, nil
}

// isAt reports whether the file is still the one of that name.
func isAt(file *os.File, name string) bool {
	mine, err := file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(name)
	return err == nil && os.SameFile(mine, there)
}

// cannot says that the file cannot be written, and why.
func (f *wholeFile) cannot(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		err = errno
	}
	return fmt.Errorf("%s cannot be written (%w); choose another place", f.name, err)
}

// checkPlace refuses names at which nothing may be put.
func (f *wholeFile) checkPlace() error {
	info, err := os.Lstat(f.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return f.cannot(err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is there and is no ordinary file; choose another name", f.name)
	case !f.force:
		return fmt.Errorf("%s is there already; choose another name, or write over it with --force", f.name)
	default:
		return nil
	}
}

// keep gives the file its name. It is on the disk when keep returns.
func (f *wholeFile) keep() (size int64, err error) {
	err = f.Flush()
	if err == nil {
		err = f.part.Sync()
	}
	if err == nil {
		size, err = f.part.Seek(0, io.SeekCurrent)
	}
	if err != nil {
		return 0, f.cannot(err)
	}
	if err := f.rename(); err != nil {
		return 0, err
	}
	f.part.Close()
	f.part = nil
	return size, f.syncFolder()
}

// rename gives the file its name. Without force it takes no name that somebody
// else has taken meanwhile.
func (f *wholeFile) rename() error {
	if !f.force && os.Link(f.part.Name(), f.name) == nil {
		_ = os.Remove(f.part.Name())
		return nil
	}
	// The name was taken, or the file system knows no links.
	if err := f.checkPlace(); err != nil {
		return err
	}
	if err := os.Rename(f.part.Name(), f.name); err != nil {
		return f.cannot(err)
	}
	return nil
}

// syncFolder makes the new name last.
func (f *wholeFile) syncFolder() error {
	folder, err := os.Open(filepath.Dir(f.name))
	if err != nil {
		return nil // it may be written to but not read; the file itself is safe
	}
	defer folder.Close()
	return folder.Sync()
}

// discard removes a file that was not kept.
func (f *wholeFile) discard() {
	if f.part != nil {
		_ = os.Remove(f.part.Name())
		f.part.Close()
		f.part = nil
	}
}
