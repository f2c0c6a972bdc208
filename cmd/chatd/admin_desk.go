package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"chatd/store"
)

// desk is where a command of the admin group works.
type desk struct {
	*store.Store
	cfg    config
	stdin  io.Reader
	stdout io.Writer
}

// administer opens the database for an act of the command line, and says in our
// words what went wrong.
func administer(ctx context.Context, cfg config, stdin io.Reader, stdout io.Writer, act func(context.Context, *desk) error) (err error) {
	db, err := openForCommand(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.closeAfter(ctx, &err)
	err = act(store.FromCommandLine(ctx), &desk{Store: db.store, cfg: cfg, stdin: stdin, stdout: stdout})
	return explainAct(ctx, err, db.address)
}

// actor is the owner in whose right an act is done that concerns somebody, or 0
// for nobody.
func (d *desk) actor(ctx context.Context, concerns int64) (int64, error) {
	by, err := d.ActingOwner(ctx, concerns)
	if errors.Is(err, store.ErrNotFound) {
		err = errNoOwner
	}
	return by, err
}

var errNoOwner = errors.New("there is no active owner yet; set the workspace up in a browser first")

// person finds somebody by their login, and who acts on them.
func (d *desk) person(ctx context.Context, login string) (found store.AdminPerson, by int64, err error) {
	if by, err = d.actor(ctx, 0); err != nil {
		return found, 0, err
	}
	if found, err = d.AdminPerson(ctx, by, login); err != nil {
		if errors.Is(err, store.ErrNoSuchUser) {
			err = fmt.Errorf("nobody has the user name or e-mail address %q; chatd admin users list shows who there is", login)
		}
		return found, 0, err
	}
	by, err = d.actor(ctx, found.ID)
	return found, by, err
}

// room finds one room by its id or name. Of several those are left of which wanted
// says so; then one has to be named by its id.
func (d *desk) room(ctx context.Context, word string, wanted func(store.AdminRoom) bool) (store.AdminRoom, error) {
	called, err := d.RoomsCalled(ctx, word)
	if err != nil {
		return store.AdminRoom{}, err
	}
	var found []store.AdminRoom
	for _, r := range called {
		if strconv.FormatInt(r.ID, 10) == word {
			return r, nil
		}
		if wanted(r) {
			found = append(found, r)
		}
	}
	switch {
	case len(called) == 0:
		return store.AdminRoom{}, fmt.Errorf("there is no room with the id or the name %q; chatd admin rooms list shows which there are", word)
	case len(found) == 0: // one that is not wanted, so that it is said why
		return called[0], nil
	case len(found) > 1:
		return store.AdminRoom{}, fmt.Errorf("several rooms are called %q: %s; name one by its id", word, idsOf(found))
	}
	return found[0], nil
}

func idsOf(rooms []store.AdminRoom) string {
	var list []string
	for _, r := range rooms {
		list = append(list, fmt.Sprintf("%d (%s, %s)", r.ID, r.Kind, r.State))
	}
	return strings.Join(list, ", ")
}

// answer prints v for machines, or what says prints for people.
func (d *desk) answer(v any, says func(io.Writer)) error {
	if !d.cfg.json {
		says(d.stdout)
		return nil
	}
	return printJSON(d.stdout, v)
}

// printJSON writes a value as people and machines can read it.
func printJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// printTable writes lines under their headings, if there are any.
func printTable(w io.Writer, headings string, lines func(add func(cells ...any))) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if headings != "" {
		fmt.Fprintln(table, strings.ReplaceAll(headings, " | ", "\t"))
	}
	lines(func(cells ...any) {
		texts := make([]string, len(cells))
		for i, cell := range cells {
			if texts[i] = fmt.Sprint(cell); texts[i] == "" {
				texts[i] = "-"
			}
		}
		fmt.Fprintln(table, strings.Join(texts, "\t"))
	})
	_ = table.Flush()
}

// shortTime is a time for people, "-" for none.
func shortTime(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// limit is how many entries are asked for at most, or usual.
func (d *desk) limit(usual int) (int, error) {
	text, ok := d.cfg.asked["limit"]
	if !ok {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("--limit %s is no number of entries; write how many at most, from 1", text)
	}
	return n, nil
}

// everything is the limit of lists that are not long.
const everything = 1 << 30

// collect reads a list page by page, up to the limit that is asked for.
func collect[T any](d *desk, usual int, read func(store.Page) ([]T, string, error)) (all []T, err error) {
	limit, err := d.limit(usual)
	if err != nil {
		return nil, err
	}
	for page := (store.Page{}); ; {
		page.Limit = min(limit-len(all), store.MaxPage)
		entries, next, err := read(page)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
		if next == "" || len(all) >= limit {
			return all, nil
		}
		page.After = next
	}
}
