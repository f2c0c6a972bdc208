package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Figures of processes come from Linux's /proc.

// tick is the unit of times in /proc/PID/stat (USER_HZ).
const tick = time.Second / 100

// processStat is a part of /proc/PID/stat.
type processStat struct {
	name     string
	parent   int
	own      time.Duration // processor time, user and system
	children time.Duration // that of children that have ended
}

func readStat(pid int) (s processStat, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return s, err
	}
	// The name is in parentheses and may hold anything.
	open, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	fields := strings.Fields(string(text[end+1:]))
	if open < 0 || end < open || len(fields) < 15 {
		return s, fmt.Errorf("/proc/%d/stat is not as expected", pid)
	}
	number := func(i int) time.Duration {
		n, _ := strconv.ParseInt(fields[i], 10, 64)
		return time.Duration(n)
	}
	return processStat{
		name: string(text[open+1 : end]), parent: int(number(1)),
		own: (number(11) + number(12)) * tick, children: (number(13) + number(14)) * tick,
	}, nil
}

// familyTime is the processor time of a process and all its children.
func familyTime(pid int) (time.Duration, error) {
	parent, err := readStat(pid)
	if err != nil {
		return 0, err
	}
	sum := parent.own + parent.children
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	for _, entry := range entries {
		child, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if s, err := readStat(child); err == nil && s.parent == pid { // else it has ended meanwhile
			sum += s.own + s.children
		}
	}
	return sum, nil
}

// resident is how many bytes of a process are in memory.
func resident(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0, fmt.Errorf("/proc/%d/statm is not as expected", pid)
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}

// loadAverage is that of the last minute; 0 when nobody knows.
func loadAverage() float64 {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	load, _ := strconv.ParseFloat(first, 64)
	return load
}
