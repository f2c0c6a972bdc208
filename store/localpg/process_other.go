//go:build unix && !linux

package localpg

import (
	"os/exec"
	"strconv"
	"strings"
)

// runsIn reports whether process pid is a postgres of the account uid that was
// started with dir as its data directory.
func runsIn(pid, uid int, dir string) bool {
	out, err := exec.Command("ps", "-ww", "-o", "uid=,args=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return false
	}
	owner, args, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	return owner == strconv.Itoa(uid) && strings.Contains(args, "postgres") && strings.Contains(args, " -D "+dir+" ")
}
