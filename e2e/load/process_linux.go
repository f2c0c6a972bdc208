package main

import "syscall"

// childAttributes make a chatd that we start end with us, however we end.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
}
