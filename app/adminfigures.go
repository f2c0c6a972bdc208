package app

import (
	"context"
	"log/slog"
	"time"

	"chatd/store"
)

// Figures are what the workspace amounts to.
type Figures struct {
	People struct {
		Active      int `json:"active" doc:"Accounts that are open, guests among them."`
		Guests      int `json:"guests"`
		Suspended   int `json:"suspended"`
		Deactivated int `json:"deactivated"`
		Here        int `json:"here" doc:"Who is here now, in any state but offline."`
	} `json:"people"`
	Rooms struct {
		Public   int `json:"public"`
		Private  int `json:"private"`
		Direct   int `json:"direct"`
		Archived int `json:"archived" doc:"Of the public and private ones."`
		Deleted  int `json:"deleted" doc:"That can still be taken back."`
	} `json:"rooms"`
	Messages    int64       `json:"messages" doc:"How many are kept, in all rooms."`
	Bytes       int64       `json:"bytes" doc:"Size of the whole database."`
	Connections int         `json:"connections" doc:"How many browsers and tabs listen now, without those of invisible people."`
	Nodes       int         `json:"nodes" doc:"How many chatds serve the workspace."`
	Days        []DayFigure `json:"days" doc:"The last 90 days, as far as they are counted, the oldest first. A day is counted once it is over."`
}

// DayFigure is what happened on one day.
type DayFigure struct {
	Day      string `json:"day" format:"date" doc:"In UTC."`
	Messages int64  `json:"messages"`
	Writers  int64  `json:"writers" doc:"How many people wrote."`
	People   int64  `json:"people" doc:"How many people wrote or were seen."`
	Rooms    int64  `json:"rooms" doc:"How many public and private rooms there were."`
	Bytes    *int64 `json:"bytes" doc:"Size of the database; null for a day that was counted late."`
}

// RenderFigures is how the API and the command line show figures.
func RenderFigures(f store.Figures) Figures {
	out := Figures{Messages: f.Messages, Bytes: f.Bytes, Connections: f.Connections, Nodes: f.Nodes, Days: make([]DayFigure, len(f.Days))}
	out.People.Active, out.People.Guests, out.People.Here = f.People.Active, f.People.Guests, f.People.Here
	out.People.Suspended, out.People.Deactivated = f.People.Suspended, f.People.Deactivated
	out.Rooms.Public, out.Rooms.Private, out.Rooms.Direct = f.Rooms.Public, f.Rooms.Private, f.Rooms.Direct
	out.Rooms.Archived, out.Rooms.Deleted = f.Rooms.Archived, f.Rooms.Deleted
	for i, d := range f.Days {
		out.Days[i] = DayFigure{
			Day: d.Day.Format(time.DateOnly), Messages: d.Messages, Writers: d.Writers, People: d.People, Rooms: d.Rooms, Bytes: d.Bytes,
		}
	}
	return out
}

type figuresOutput struct {
	Body Figures
}

// showFigures shows what the workspace amounts to.
func (a *App) showFigures(ctx context.Context, _ *struct{}) (*figuresOutput, error) {
	figures, err := a.store.Figures(ctx, userOf(ctx))
	if err != nil {
		return nil, err
	}
	return &figuresOutput{Body: RenderFigures(figures)}, nil
}

// countFigures counts the days that are over and how large rooms are, unless
// another node does.
func (a *App) countFigures(ctx context.Context) {
	_, err := a.store.CountDays(ctx)
	if err == nil {
		err = a.store.CountSizes(ctx)
	}
	if err != nil && ctx.Err() == nil {
		a.log.WarnContext(ctx, "the figures of the administration were not counted; trying again in an hour", slog.Any("error", err))
	}
}
