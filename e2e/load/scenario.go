package main

import (
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// params say how large a scenario is. Zero means the scenario's own value.
type params struct {
	Listeners int     `json:"listeners"`
	Members   int     `json:"members"` // listeners in each room
	Mode      string  `json:"mode"`
	Messages  int     `json:"messages"`
	Rate      float64 `json:"rate"`               // messages a second; people in presence
	Size      int     `json:"size"`               // bytes of a message
	Watchers  int     `json:"watchers,omitempty"` // who listen from the beginning
	// Blind listeners ask for no presence. Else everybody in a small room hears
	// of everybody else there who comes.
	Blind bool `json:"blind"`
}

func (p params) or(usual params) params {
	return params{
		Listeners: cmp.Or(p.Listeners, usual.Listeners),
		Members:   cmp.Or(p.Members, usual.Members),
		Mode:      cmp.Or(p.Mode, usual.Mode),
		Messages:  cmp.Or(p.Messages, usual.Messages),
		Rate:      cmp.Or(p.Rate, usual.Rate),
		Size:      cmp.Or(p.Size, usual.Size),
		Watchers:  cmp.Or(p.Watchers, usual.Watchers),
		Blind:     p.Blind || usual.Blind,
	}
}

// modes are those of the listeners, who take turns when there are several.
func (p params) modes() ([]string, error) {
	switch p.Mode {
	case modeFrame, modeLines, modeLong:
		return []string{p.Mode}, nil
	case "mixed":
		return []string{modeFrame, modeLong, modeLines, modeLong}, nil
	default:
		return nil, fmt.Errorf("there is no mode %q", p.Mode)
	}
}

// line is what a scenario prints.
type line struct {
	Scenario   string             `json:"scenario"`
	Parameters params             `json:"parameters"`
	Figures    map[string]float64 `json:"figures"`
	// Counts tell what happened beside deliveries: kinds of refresh, refusals.
	Counts      map[string]int64 `json:"counts"`
	OK          bool             `json:"ok"`
	Violated    int64            `json:"violated"`
	Violations  []string         `json:"violations"` // the first ones
	Started     time.Time        `json:"started"`
	LoadAverage float64          `json:"load_average"` // of the machine, before
	Processors  int              `json:"processors"`
	Chatd       string           `json:"chatd"`
	Go          string           `json:"go"`
	PostgreSQL  string           `json:"postgresql"`
}

// scenario is one kind of load. Run opens the world, gathers a crowd in it and
// adds what it measures to figures.
type scenario struct {
	name  string
	usual params
	run   func(ctx context.Context, w *world, p params, figures map[string]float64) error
}

var scenarios = map[string]scenario{
	"hold":     {"hold", params{Listeners: 10_000, Members: 10, Mode: modeLines, Messages: 100, Rate: 100, Size: 200}, hold},
	"fanout":   {"fanout", params{Listeners: 1000, Mode: modeLines, Messages: 300, Size: 200, Blind: true}, fanout},
	"chat":     {"chat", params{Listeners: 1000, Members: 10, Mode: modeLines, Messages: 20_000, Rate: 1000, Size: 200}, chat},
	"stalled":  {"stalled", params{Listeners: 10_000, Mode: modeLines, Messages: 60, Rate: 3, Size: 4000, Blind: true}, stalled},
	"restart":  {"restart", params{Listeners: 2000, Members: 20, Mode: "mixed", Rate: 100, Size: 200}, restart},
	"control":  {"control", params{Listeners: 10_000, Members: 10, Mode: modeLines, Messages: 6000, Rate: 500, Size: 200}, control},
	"presence": {"presence", params{Listeners: 5000, Members: 10, Mode: modeLines, Rate: 500, Watchers: 500}, presence},
}

// longForms are what make load runs.
var longForms = []struct {
	scenario string
	params   params
}{
	{"hold", params{Mode: modeLines, Blind: true}},
	{"hold", params{Mode: modeFrame, Blind: true}},
	{"hold", params{Mode: modeLong, Blind: true}},
	{"hold", params{Mode: modeLines, Listeners: 2000}},
	{"fanout", params{Mode: modeLines}},
	{"fanout", params{Mode: modeFrame}},
	{"fanout", params{Mode: modeLong, Messages: 60}},
	{"fanout", params{Mode: modeLines, Listeners: 5000, Messages: 60}},
	{"fanout", params{Mode: modeFrame, Listeners: 5000, Messages: 60}},
	{"fanout", params{Mode: modeLong, Listeners: 5000, Messages: 15}},
	{"chat", params{}},
	{"stalled", params{}},
	{"restart", params{}},
	{"restart", params{Listeners: 10_000, Blind: true}},
	{"control", params{Blind: true}},
	{"presence", params{Mode: modeLines}},
	{"presence", params{Mode: modeLong}},
}

// scenarioLimit bounds one scenario. What is checked afterwards has no limit.
const scenarioLimit = 150 * time.Second

// measure runs the scenario, sends everybody home, checks all transcripts and
// stops the server.
func (s scenario) measure(ctx context.Context, w *world, given params) line {
	p := given.or(s.usual)
	out := line{
		Scenario: s.name, Parameters: p, Figures: map[string]float64{}, Started: time.Now().UTC().Truncate(time.Second),
		LoadAverage: loadAverage(), Processors: runtime.NumCPU(), Chatd: w.chatdVersion(ctx), Go: runtime.Version(), PostgreSQL: w.version,
	}
	note("%s %+v", s.name, p)
	limited, cancel := context.WithTimeout(ctx, scenarioLimit)
	defer cancel()
	err := s.run(limited, w, p, out.Figures)
	if err == nil && w.crowd != nil {
		out.Figures["deliveries"] = float64(w.tally.deliveries.Load())
	}
	if w.crowd != nil {
		if failed := w.crowd.goHome(ctx, err != nil); err == nil {
			err = failed
		}
	}
	if w.server != nil {
		w.stopServer()
	}
	if err != nil {
		w.tally.violate("the scenario did not come to its end: %v", err)
	}
	out.Counts = w.tally.counted()
	out.Violated, out.Violations = w.tally.broken()
	out.OK = out.Violated == 0
	return out
}

// chatdVersion is what the program says of itself.
func (w *world) chatdVersion(ctx context.Context) string {
	if w.options.given.url != "" {
		return "given"
	}
	text, err := exec.CommandContext(ctx, w.options.chatd, "version").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}
