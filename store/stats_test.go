package store_test

import (
	"testing"

	"chatd/store/storetest"
)

func TestEachPoolCountsItsOwnConnections(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	data, control := s.Stats(), s.Control().Stats()
	if data.Max != 16 || control.Max != 4 {
		t.Errorf("there may be %d and %d connections", data.Max, control.Max)
	}
	for range 3 {
		if err := s.Control().Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Stats(); got.Acquires != data.Acquires {
		t.Errorf("the pool for data counts what the other did: %+v", got)
	}
	if got := s.Control().Stats(); got.Acquires != control.Acquires+3 || got.Used != 0 || got.Idle < 1 {
		t.Errorf("three pings later: %+v, before: %+v", got, control)
	}
	s.Close()
	if err := s.Control().Ping(t.Context()); err == nil {
		t.Error("a closed store answers")
	}
}
