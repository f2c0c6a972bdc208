package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// usage is the text of chatd help.
func usage() string {
	var b strings.Builder
	b.WriteString(`chatd serves team chat in a browser.

  chatd            serve (stop with Ctrl-C)
  chatd version    print the version
  chatd help       print this

Settings, as flags or in the environment:

`)
	for _, s := range settings {
		fmt.Fprintf(&b, "  --%-17s %-22s %s", s.flag, s.env, s.help)
		if s.fallback != "" {
			fmt.Fprintf(&b, " (default %s)", s.fallback)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// version names this build: the module's version, or the commit it was built
// from.
func version() string {
	name := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		name = info.Main.Version
	}
	return name + " " + runtime.Version()
}

// nearest is the name with the fewest letters to change, and whether none has
// to be.
func nearest(name string, names []string) (near string, exact bool) {
	best := -1
	for _, candidate := range names {
		if d := distance(name, candidate); best < 0 || d < best {
			near, best = candidate, d
		}
	}
	return near, best == 0
}

// distance counts the letters to insert, delete or replace to get from a to b
// (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
