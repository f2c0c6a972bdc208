package main

import (
	"testing"
	"time"
)

func TestHowLongASuspensionLastsIsRead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"1m": time.Minute, "36h": 36 * time.Hour, "3d": 3 * day, "521w": 521 * 7 * day, "3650d": 3650 * day, "5256000m": 3650 * day,
		"2026-01-02T04:04:05+01:00": 0,
	} {
		if at, err := endTime(text, now); err != nil || !at.Equal(now.Add(want)) {
			t.Errorf("%s: %v, %v, want %v", text, at, err, now.Add(want))
		}
	}
	if at, err := endTime("", now); at != nil || err != nil {
		t.Errorf("none: %v, %v", at, err)
	}
	for _, text := range []string{
		"3", "d", "0d", "-1d", "1.5d", "3y", "3 d", "soon", "99999999999999999999d",
		// Of these a time.Duration would make another time.
		"31000w", "522w", "3651d", "87601h", "5256001m", "1000000w", "9223372036854775807m",
	} {
		if at, err := endTime(text, now); err == nil {
			t.Errorf("%s is %v", text, at)
		}
	}
}
