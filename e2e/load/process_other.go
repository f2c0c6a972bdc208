//go:build !linux

package main

import "syscall"

// childAttributes keep the signals of a terminal away from a chatd that we
// start: we stop it.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
