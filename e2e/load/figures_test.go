package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestQuantilesAreRightWithinTwoPercent(t *testing.T) {
	var h histogram
	for i := 1; i <= 10_000; i++ {
		h.add(time.Duration(i) * 37 * time.Microsecond)
	}
	for share, want := range map[float64]float64{0.5: 185, 0.99: 366.3, 1: 370} {
		if got := h.quantile(share); got < want*0.98 || got > want*1.02 {
			t.Errorf("quantile %v is %v ms, want %v", share, got, want)
		}
	}
	var empty histogram
	if got := empty.quantile(0.99); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestTheTableComparesFiguresWithGoals(t *testing.T) {
	name := filepath.Join(t.TempDir(), "load.jsonl")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	out := json.NewEncoder(file)
	for _, l := range []line{
		{Scenario: "fanout", Parameters: params{Mode: modeLines, Listeners: 1000}, Figures: map[string]float64{"cpu_s_per_million": 7}, OK: true},
		{Scenario: "fanout", Parameters: params{Mode: modeLines, Listeners: 5000}, Figures: map[string]float64{"cpu_s_per_million": 19}, OK: true},
		{Scenario: "control", Parameters: params{Mode: modeLines}, Figures: map[string]float64{"ping_p99_ms": 3}, Violated: 2},
	} {
		if err := out.Encode(l); err != nil {
			t.Fatal(err)
		}
	}
	file.Close()
	var table strings.Builder
	if err := printTable(name, &table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"7 s per million ≤ 8 reached", "19 s per million ≤ 9.5 2.0 times", "2 violations"} {
		if !containsWords(table.String(), want) {
			t.Errorf("there is no %q in\n%s", want, &table)
		}
	}
}

// containsWords reports whether a line of text has these words, whatever the
// spaces between them.
func containsWords(text, words string) bool {
	return strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(words), " "))
}
