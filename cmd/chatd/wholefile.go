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
// replaced only with force. The other name is a fresh one, so that nobody
// else's file is written into, whatever it is called. What a chatd leaves there
// that is killed stays: nobody can tell that it is not being written.
func createWhole(name string, force bool) (*wholeFile, error) {
	f := &wholeFile{name: name, force: force}
	if err := f.checkPlace(); err != nil {
		return nil, err
	}
	part, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*.part")
	if err != nil {
		return nil, f.cannot(err)
	}
	f.part, f.Writer = part, bufio.NewWriterSize(part, 64<<10)
	return f, nil
}

// cannot says that the file cannot be written, and why.
func (f *wholeFile) cannot(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		err = errno
	}
	return fmt.Errorf("%s cannot be written (%w); choose another place", f.name, err)
}

// taken says that the name is somebody's.
func (f *wholeFile) taken() error {
	return fmt.Errorf("%s is there already; choose another name, or write over it with --force", f.name)
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
		return f.taken()
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
	if f.force {
		return f.replace()
	}
	err := os.Link(f.part.Name(), f.name)
	if err == nil {
		_ = os.Remove(f.part.Name())
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		return f.taken()
	}
	return f.renameWithoutLinks()
}

// renameWithoutLinks is rename where the file system knows no links: it takes
// the name with an empty file first.
func (f *wholeFile) renameWithoutLinks() error {
	mine, err := os.OpenFile(f.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return f.taken()
	}
	if err != nil {
		return f.cannot(err)
	}
	mine.Close()
	if err := os.Rename(f.part.Name(), f.name); err != nil {
		_ = os.Remove(f.name)
		return f.cannot(err)
	}
	return nil
}

// replace gives the file its name, also when there is one.
func (f *wholeFile) replace() error {
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
