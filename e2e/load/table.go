package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
)

// goal is a row of the table: a figure and what it should be at most.
type goal struct {
	what     string
	scenario string
	sized    params // what the line's parameters must hold
	figure   string
	most     float64
	unit     string
}

// steady is the goal of a figure that must not grow with time, whatever it is.
const steady = -1

// goals are what chatd is built for, on a machine with two processors that
// server, database and generator share.
var goals = []goal{
	{"memory per stream (ndjson), 10,000", "hold", params{Mode: modeLines, Listeners: 10_000}, "rss_kib_per_connection", 4, "KiB"},
	{"memory per stream (iframe), 10,000", "hold", params{Mode: modeFrame, Listeners: 10_000}, "rss_kib_per_connection", 4, "KiB"},
	{"memory per long-poll, 10,000", "hold", params{Mode: modeLong, Listeners: 10_000}, "rss_kib_per_connection", 4, "KiB"},
	{"memory per stream with presence, 2,000", "hold", params{Mode: modeLines, Listeners: 2000}, "rss_kib_per_connection", 4, "KiB"},
	{"idle processor, streams (ndjson)", "hold", params{Mode: modeLines, Listeners: 10_000}, "idle_cpu_percent", 0.5, "%"},
	{"idle processor, streams (iframe)", "hold", params{Mode: modeFrame}, "idle_cpu_percent", 0.5, "%"},
	{"idle processor, long-polls", "hold", params{Mode: modeLong}, "idle_cpu_percent", 0.5, "%"},
	{"fan-out to 1,000, ndjson", "fanout", params{Mode: modeLines, Listeners: 1000}, "cpu_s_per_million", 8, "s per million"},
	{"fan-out to 5,000, ndjson", "fanout", params{Mode: modeLines, Listeners: 5000}, "cpu_s_per_million", 9.5, "s per million"},
	{"fan-out to 1,000, iframe", "fanout", params{Mode: modeFrame, Listeners: 1000}, "cpu_s_per_million", 8, "s per million"},
	{"fan-out to 5,000, iframe", "fanout", params{Mode: modeFrame, Listeners: 5000}, "cpu_s_per_million", 9.5, "s per million"},
	{"fan-out to 1,000, long-poll", "fanout", params{Mode: modeLong, Listeners: 1000}, "cpu_s_per_million", 12, "s per million"},
	{"fan-out to 5,000, long-poll", "fanout", params{Mode: modeLong, Listeners: 5000}, "cpu_s_per_million", 15, "s per million"},
	{"chat, database included", "chat", params{}, "cpu_s_per_1000_messages", 0.45, "s per 1,000"},
	{"chat, send call to receipt, p50", "chat", params{}, "receipt_p50_ms", 1.5, "ms"},
	{"chat, send call to receipt, p99", "chat", params{}, "receipt_p99_ms", 8, "ms"},
	{"memory of an empty server", "hold", params{}, "empty_rss_mib", 38.1, "MiB"}, // 40 MB
	{"processor of an empty server", "hold", params{}, "empty_cpu_percent", 0.2, "%"},
	{"start until ready", "hold", params{}, "ready_ms", 500, "ms"},
	{"restart with 2,000, all back after SIGTERM", "restart", params{Listeners: 2000}, "back_after_sigterm_ms", 7000, "ms"},
	{"restart with 10,000, all back after SIGTERM", "restart", params{Listeners: 10_000}, "back_after_sigterm_ms", 10_000, "ms"},
	{"control request, 10,000 streams, p99", "control", params{}, "ping_p99_ms", 50, "ms"},
	{"memory per reader that has stalled, at most", "stalled", params{}, "rss_peak_kib_per_stalled", steady, "KiB"},
	{"5,000 people come online, in", "presence", params{Mode: modeLines}, "coming_took_s", 10.5, "s"},
	{"… presence events a second per listener, stream", "presence", params{Mode: modeLines}, "presence_events_a_second", 4, ""},
	{"… the same, long-poll", "presence", params{Mode: modeLong}, "presence_events_a_second", 4, ""},
	{"… states and notices that were missed, stream", "presence", params{Mode: modeLines}, "missed", 0, ""},
	{"… the same, long-poll", "presence", params{Mode: modeLong}, "missed", 0, ""},
}

// fits reports whether a line is what the goal speaks of.
func (g goal) fits(l line) bool {
	return l.Scenario == g.scenario && l.Parameters.or(g.sized) == g.sized.or(l.Parameters)
}

// printTable compares the lines of a file with the goals.
func printTable(name string, out io.Writer) error {
	lines, err := readLines(name)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "what\tmeasured\tgoal\t\tload average")
	for _, g := range goals {
		for _, l := range lines {
			if measured, ok := l.Figures[g.figure]; ok && g.fits(l) {
				fmt.Fprintf(table, "%s\t%s %s\t%s\t%s\t%.1f\n", g.what, short(measured), g.unit, g.bound(), g.verdict(measured), l.LoadAverage)
				break
			}
		}
	}
	for _, l := range lines {
		if !l.OK {
			fmt.Fprintf(table, "%s %+v\t%d violations\t0\tBROKEN\t%.1f\n", l.Scenario, l.Parameters, l.Violated, l.LoadAverage)
		}
	}
	return table.Flush()
}

func (g goal) bound() string {
	if g.most == steady {
		return "constant"
	}
	return "≤ " + short(g.most)
}

// short writes a figure with three digits, or all that stand before the point.
func short(figure float64) string {
	if figure >= 100 {
		return strconv.FormatFloat(figure, 'f', 0, 64)
	}
	return strconv.FormatFloat(figure, 'g', 3, 64)
}

func (g goal) verdict(measured float64) string {
	switch {
	case g.most == steady:
		return ""
	case measured <= g.most:
		return "reached"
	case g.most == 0:
		return "missed"
	default:
		return fmt.Sprintf("%.1f times", measured/g.most)
	}
}

func readLines(name string) ([]line, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var lines []line
	for text := bufio.NewScanner(file); text.Scan(); {
		var l line
		if err := json.Unmarshal(text.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}
