package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// openUntil opens a file to read from, and gives up when ctx ends: a pipe with
// a name may have nobody at its other end.
func openUntil(ctx context.Context, name string) (*os.File, error) {
	if name == "" {
		return nil, errors.New("the name of the file is empty; write chatd restore FILE, or chatd restore - for standard input")
	}
	var file *os.File
	opened := make(chan error, 1)
	go func() {
		var err error
		file, err = os.Open(name) //nolint:gosec // the command line names it
		opened <- err
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case err := <-opened:
		if err != nil {
			return nil, fmt.Errorf("the backup cannot be read: %w", err)
		}
		return file, nil
	}
}

// checkReadable refuses folders, which open like files.
func checkReadable(name string, in io.Reader) error {
	file, ok := in.(*os.File)
	if !ok {
		return nil
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder; name the file that chatd backup wrote", name)
	}
	return nil
}

// readUntil reads from in until ctx ends. A read that waits for a silent pipe
// cannot be ended from here: it is left alone with a buffer of its own.
func readUntil(ctx context.Context, in io.Reader) io.ReadCloser {
	out, pass := io.Pipe()
	context.AfterFunc(ctx, func() { pass.CloseWithError(ctx.Err()) })
	go func() {
		_, err := io.Copy(pass, in)
		pass.CloseWithError(err)
	}()
	return out
}
