package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"chatd/app"
	"chatd/store"
)

const resetDetails = `LOGIN is a user name or an e-mail address. The password is the first line of
standard input when that is a pipe or a file; else chatd makes one up and
prints it. All sessions and access tokens of the person end: in a chatd that
runs, within two seconds.`

// resetPassword gives somebody a new password.
func resetPassword(ctx context.Context, cfg config, args []string, stdin io.Reader, stdout io.Writer) (err error) {
	password, made, err := newPassword(ctx, cfg.log, stdin)
	if err != nil {
		return err
	}
	hash, err := app.NewHasher(app.DefaultHashParams, 1).Hash(ctx, password)
	if err != nil {
		return err
	}
	db, err := openForCommand(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.closeAfter(ctx, &err)
	user, ended, err := db.store.ResetPassword(ctx, args[0], hash)
	if err != nil {
		return explainReset(err, args[0], db.address)
	}
	if cfg.json {
		return printReset(stdout, user, len(ended), made, password)
	}
	if made {
		fmt.Fprintf(stdout, "The new password of %s (%s) is %s\n", user.DisplayName, user.Username, password)
	} else {
		fmt.Fprintf(stdout, "%s (%s) has the new password.\n", user.DisplayName, user.Username)
	}
	fmt.Fprintln(stdout, endings(len(ended)))
	return nil
}

// printReset is the answer for machines. It holds no password that they know.
func printReset(w io.Writer, user store.User, ended int, made bool, password string) error {
	answer := struct {
		Username      string `json:"username"`
		DisplayName   string `json:"display_name"`
		SessionsEnded int    `json:"sessions_ended"`
		Password      string `json:"password,omitempty"`
	}{Username: user.Username, DisplayName: user.DisplayName, SessionsEnded: ended}
	if made {
		answer.Password = password
	}
	return printJSON(w, answer)
}

// newPassword reads the password, or makes one up when nobody gives one.
func newPassword(ctx context.Context, log *slog.Logger, stdin io.Reader) (password string, made bool, err error) {
	if file, ok := stdin.(*os.File); ok && isTerminal(file) {
		// What is typed would stand on the screen, as a made up one does, and
		// be worse.
		return madeUpPassword(), true, nil
	}
	log.Info("reading the new password from standard input")
	line, err := firstLine(ctx, stdin)
	if ctx.Err() != nil {
		return "", false, ctx.Err()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, fmt.Errorf("the password cannot be read from standard input: %w", err)
	}
	if line == "" {
		return madeUpPassword(), true, nil
	}
	password = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	if wrong := app.CheckPassword(password); wrong != "" {
		return "", false, errors.New(wrong)
	}
	return password, false, nil
}

// firstLine reads a line until ctx ends. A read from a silent pipe cannot be
// stopped; it is left to the end of the program.
func firstLine(ctx context.Context, stdin io.Reader) (line string, err error) {
	read := make(chan struct{})
	var text string
	var failure error
	go func() {
		defer close(read)
		text, failure = bufio.NewReader(io.LimitReader(stdin, fileLimit)).ReadString('\n')
	}()
	select {
	case <-read:
		return text, failure
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// madeUpPassword has 100 bits and can be read out.
func madeUpPassword() string {
	text := strings.ToLower(rand.Text())
	return strings.Join([]string{text[:5], text[5:10], text[10:15], text[15:20]}, "-")
}

// explainReset says why there is no new password.
func explainReset(err error, login, address string) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("nobody has the user name or e-mail address %q; whoever is signed in sees "+
			"the user name of everybody by pointing at the name above a message", login)
	case errors.Is(err, store.ErrDeactivated):
		return fmt.Errorf("the account of %q is deactivated; let an owner or admin open it again first", login)
	default:
		return explain(err, address)
	}
}

// endings says what has ended.
func endings(n int) string {
	switch n {
	case 0:
		return "There was no session and no access token to end."
	case 1:
		return "One session or access token has ended."
	default:
		return fmt.Sprintf("%d sessions and access tokens have ended.", n)
	}
}
