package localpg

import (
	"fmt"
	"os"
	"strings"
)

// runsIn reports whether process pid is a postgres of the account uid that
// works in dir, as every PostgreSQL server does in its data directory.
func runsIn(pid, uid int, dir string) bool {
	proc := fmt.Sprintf("/proc/%d", pid)
	name, err := os.ReadFile(proc + "/comm")
	if err != nil || strings.TrimSpace(string(name)) != "postgres" {
		return false
	}
	owner, ok := ownerOf(proc)
	return ok && owner == uid && sameFile(proc+"/cwd", dir)
}
