package main

import (
	"os"
	"testing"
)

func TestTheProcessorTimeOfAProcessIsKnown(t *testing.T) {
	mine, err := readStat(os.Getpid())
	if err != nil || mine.parent != os.Getppid() {
		t.Errorf("%+v, %v", mine, err)
	}
	family, err := familyTime(os.Getppid())
	if err != nil || family < mine.own {
		t.Errorf("the parent's family took %v (%v), we alone %v", family, err, mine.own)
	}
	if bytes, err := resident(os.Getpid()); err != nil || bytes < mib {
		t.Errorf("%d bytes, %v", bytes, err)
	}
}
