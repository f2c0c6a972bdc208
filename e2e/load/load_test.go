package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"testing"

	"chatd/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// program builds chatd, with the race detector when the tests have it.
var program = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs("../../build/chatd-under-load")
	if err != nil {
		return "", err
	}
	args := []string{"build", "-buildvcs=false", "-o", path}
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		args = append(args, "-race")
	}
	build := exec.Command("go", append(args, "chatd/cmd/chatd")...)
	build.Stderr = os.Stderr
	return path, build.Run()
})

// briefly runs a short form of a scenario and wants no violation.
func briefly(t *testing.T, name string, p params) line {
	t.Helper()
	t.Parallel()
	chatd, err := program()
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWorld(t.Context(), options{chatd: chatd}, storetest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer w.close(context.WithoutCancel(t.Context()))
	w.pace = 0.05
	out := scenarios[name].measure(t.Context(), w, p)
	for _, v := range out.Violations {
		t.Error(v)
	}
	if out.Figures["deliveries"]+out.Figures["coming_events"] == 0 {
		t.Error("nothing was delivered")
	}
	t.Logf("%v %v", out.Figures, out.Counts)
	return out
}

func TestConnectionsThatAreHeldStillHearWhatIsSaid(t *testing.T) {
	briefly(t, "hold", params{Listeners: 200, Messages: 40})
}

func TestAMessageReachesEverybodyInTheRoomByFrames(t *testing.T) {
	briefly(t, "fanout", params{Listeners: 100, Mode: modeFrame, Messages: 60, Rate: 40})
}

func TestAMessageReachesEverybodyInTheRoomByLongPolls(t *testing.T) {
	briefly(t, "fanout", params{Listeners: 100, Mode: modeLong, Messages: 40, Rate: 20})
}

func TestFramesThatAreRecycledLoseAndRepeatNothing(t *testing.T) {
	// A frame carries 1 MiB.
	out := briefly(t, "fanout", params{Listeners: 20, Mode: modeFrame, Messages: 70, Rate: 30, Size: 19_000})
	if out.Counts["refresh recycle"] == 0 {
		t.Error("no frame was recycled")
	}
}

func TestManyRoomsTalkAtOnce(t *testing.T) {
	briefly(t, "chat", params{Listeners: 200, Messages: 400, Rate: 200})
}

func TestThoseWhoDoNotReadTakeNothingFromTheOthersAndCatchUp(t *testing.T) {
	out := briefly(t, "stalled", params{Listeners: 150, Messages: 60, Rate: 20, Size: 8000})
	if out.Counts["data connection lost"] == 0 {
		t.Error("nobody who did not read was cut")
	}
}

func TestARestartLosesAndRepeatsNothing(t *testing.T) {
	out := briefly(t, "restart", params{Listeners: 200, Rate: 50})
	if out.Counts["refresh drain"] == 0 {
		t.Error("nobody was told to come back")
	}
}

func TestControlRequestsAreAnsweredWhileStreamsAreBusy(t *testing.T) {
	out := briefly(t, "control", params{Listeners: 200, Messages: 200, Rate: 100})
	if out.Figures["pings"] == 0 {
		t.Error("nothing was answered")
	}
}

func TestEverybodyIsToldWhoComesAndGoes(t *testing.T) {
	out := briefly(t, "presence", params{Listeners: 200, Watchers: 40, Mode: "mixed", Rate: 100})
	// How often one is told is measured by `make load`, and settled in comet under
	// fake time: here the machine may be busy.
	if out.Figures["coming_events"] == 0 {
		t.Error("nobody was told of anything")
	}
}
