package browser

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// reapPause is how often reap looks whether the process group is empty.
const reapPause = 5 * time.Millisecond

// reapGroup kills what is left of a browser's process group and waits until it is empty. Group 0 is none.
func reapGroup(ctx context.Context, group int) error {
	for group != 0 && groupIsAlive(group) {
		_ = syscall.Kill(-group, syscall.SIGKILL)
		select {
		case <-ctx.Done():
			return fmt.Errorf("close the browser: processes of group %d are still there: %w", group, ctx.Err())
		case <-time.After(reapPause):
		}
	}
	return nil
}

// groupIsAlive reports whether a process of the group runs. Zombies do not count: as the first process of a
// container without an init we would wait for them for ever.
func groupIsAlive(pgid int) bool {
	if err := syscall.Kill(-pgid, 0); err != nil {
		return false
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		return true // no /proc: believe kill
	}
	want := strconv.Itoa(pgid)
	for _, name := range stats {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		// pid (comm) state ppid pgrp …; comm may hold anything, so start after its last parenthesis: proc_pid_stat(5)
		fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])
		if len(fields) > 2 && string(fields[2]) == want && string(fields[0]) != "Z" {
			return true
		}
	}
	return false
}
