package app

import (
	"bytes"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

// assumedMemory is what a machine is taken to have when it does not tell.
const assumedMemory = 512 << 20

// defaultParallelHashes is one hash per core, but no more than fit into an
// eighth of the memory: the garbage of the last ones counts too.
func defaultParallelHashes(p HashParams) int {
	fit := availableMemory() / 8 / (int64(p.Memory) << 10)
	return int(max(1, min(int64(runtime.GOMAXPROCS(0)), fit)))
}

// availableMemory is the smallest of the limits that apply to this process,
// in bytes: Go's own, the container's, and the machine's memory.
func availableMemory() int64 {
	smallest := debug.SetMemoryLimit(-1)
	if b, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		smallest = min(smallest, parseBytes(b, 1))
	}
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		if _, rest, found := bytes.Cut(b, []byte("MemTotal:")); found {
			line, _, _ := bytes.Cut(rest, []byte("kB"))
			smallest = min(smallest, parseBytes(line, 1<<10))
		}
	}
	if smallest == math.MaxInt64 {
		return assumedMemory
	}
	return smallest
}

// parseBytes reads a number of units; what is no number ("max") limits nothing.
func parseBytes(text []byte, unit int64) int64 {
	n, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64/unit {
		return math.MaxInt64
	}
	return n * unit
}
