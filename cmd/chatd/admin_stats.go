package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"chatd/app"
	"chatd/store"
)

const statsDetails = `Days are counted once they are over, by a chatd that runs; the last 14 are
shown, with --json the last 90.`

// shownDays is how many days people see.
const shownDays = 14

func showStats(ctx context.Context, d *desk, _ []string) error {
	by, err := d.actor(ctx, 0)
	if err != nil {
		return err
	}
	f, err := d.Figures(ctx, by)
	if err != nil {
		return err
	}
	return d.answer(app.RenderFigures(f), func(w io.Writer) { printFigures(w, f) })
}

func printFigures(w io.Writer, f store.Figures) {
	printTable(w, "", func(add func(...any)) {
		add("people", fmt.Sprintf("%d active (%d guests), %d suspended, %d deactivated; %d are here", f.People.Active, f.People.Guests, f.People.Suspended, f.People.Deactivated, f.People.Here))
		add("rooms", fmt.Sprintf("%d public, %d private, %d direct; %d archived, %d deleted", f.Rooms.Public, f.Rooms.Private, f.Rooms.Direct, f.Rooms.Archived, f.Rooms.Deleted))
		add("messages", f.Messages)
		add("database", bytesText(f.Bytes))
		add("connections", f.Connections)
		add("nodes", f.Nodes)
	})
	if len(f.Days) == 0 {
		return
	}
	fmt.Fprintln(w)
	printTable(w, "DAY | MESSAGES | WRITERS | PEOPLE | ROOMS | DATABASE", func(add func(...any)) {
		for _, day := range f.Days[max(0, len(f.Days)-shownDays):] {
			size := ""
			if day.Bytes != nil {
				size = bytesText(*day.Bytes)
			}
			add(day.Day.Format(time.DateOnly), day.Messages, day.Writers, day.People, day.Rooms, size)
		}
	})
}
