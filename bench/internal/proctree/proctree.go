// Package proctree measures what a process and everything below it costs, as Linux's /proc tells it. It imports the standard
// library only.
package proctree

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ticksPerSecond is the unit of CPU times in /proc: USER_HZ, 100 on every Linux.
const ticksPerSecond = 100

// Usage is what a tree of processes uses.
type Usage struct {
	// CPU is the time that its processes used so far, with that of ended ones that somebody in the tree waited for. It has
	// a resolution of 10 ms for each process.
	CPU time.Duration
	// PSS is its memory in bytes: what processes share counts in parts.
	PSS int64
	// Processes is how many there are.
	Processes int
}

// Process is one process of a tree.
type Process struct {
	PID int
	// Kind is what it is: of Chromium what that calls it ("renderer", "gpu-process", "network"; "browser" for the main one), of
	// others the name of the program and its first argument. The zygote is a renderer: it waits for those that ended.
	Kind string
	// CPU is what it used, with its ended children that somebody waited for.
	CPU time.Duration
}

// List lists a process and its descendants.
func List(root int) ([]Process, error) {
	tree, err := below(root)
	list := make([]Process, 0, len(tree))
	for _, p := range tree {
		list = append(list, Process{PID: p.pid, Kind: kindOf(p.pid), CPU: p.cpu})
	}
	return list, err
}

// PSS is the memory of one process in bytes; 0 for one that ended.
func PSS(pid int) (int64, error) {
	pss, err := pssOf(pid)
	if gone(err) {
		return 0, nil
	}
	return pss, err
}

// process is a line of the process table.
type process struct {
	pid, parent int
	cpu         time.Duration
}

// CPU returns the CPU time of a process and its descendants; see [Usage].
func CPU(root int) (time.Duration, error) {
	tree, err := below(root)
	var sum time.Duration
	for _, p := range tree {
		sum += p.cpu
	}
	return sum, err
}

// CPUByKind is [CPU], told apart by what the processes are.
func CPUByKind(root int) (map[string]time.Duration, error) {
	tree, err := List(root)
	sums := map[string]time.Duration{}
	for _, p := range tree {
		sums[p.Kind] += p.CPU
	}
	return sums, err
}

func kindOf(pid int) string {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || len(line) == 0 {
		return "ended"
	}
	arguments := strings.Split(string(line), "\x00")
	if len(arguments) <= 2 { // Chromium joins them with blanks in its children
		arguments = strings.Fields(string(line))
	}
	for _, a := range arguments {
		switch kind, ok := strings.CutPrefix(a, "--type="); {
		case ok && kind == "zygote":
			return "renderer"
		case ok && kind == "utility" && bytes.Contains(line, []byte("NetworkService")):
			return "network"
		case ok:
			return kind
		}
	}
	if bytes.Contains(line, []byte("--remote-debugging-")) {
		return "browser"
	}
	name := filepath.Base(arguments[0])
	if len(arguments) > 1 && arguments[1] != "" && arguments[1][0] != '-' {
		name += " " + filepath.Base(arguments[1])
	}
	return name
}

// Of returns what a process and its descendants use. It reads all their memory maps, which takes some milliseconds for each
// process and needs the right to look at them.
func Of(root int) (Usage, error) {
	tree, err := below(root)
	if err != nil {
		return Usage{}, err
	}
	var u Usage
	for _, p := range tree {
		pss, err := pssOf(p.pid)
		if gone(err) {
			continue
		}
		if err != nil {
			return u, fmt.Errorf("read the memory of process %d: %w", p.pid, err)
		}
		u.CPU += p.cpu
		u.PSS += pss
		u.Processes++
	}
	return u, nil
}

// below lists a process and its descendants.
func below(root int) ([]process, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	children := map[int][]process{}
	var tree []process
	for _, path := range paths {
		p, err := read(path)
		if gone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		children[p.parent] = append(children[p.parent], p)
		if p.pid == root {
			tree = append(tree, p)
		}
	}
	if len(tree) == 0 {
		return nil, fmt.Errorf("there is no process %d", root)
	}
	for i := 0; i < len(tree); i++ {
		tree = append(tree, children[tree[i].pid]...)
	}
	return tree, nil
}

// read reads a stat file; see proc(5).
func read(path string) (process, error) {
	stat, err := os.ReadFile(path)
	if err != nil {
		return process{}, err
	}
	pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
	if err != nil {
		return process{}, err
	}
	// The name in brackets may hold anything, brackets too. What follows begins with the third field.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const parentField, firstTime, lastTime = 1, 11, 14 // ppid; utime, stime, cutime, cstime
	if len(fields) <= lastTime {
		return process{}, errors.New("the process table reads unlike any known")
	}
	p := process{pid: pid}
	if p.parent, err = strconv.Atoi(fields[parentField]); err != nil {
		return process{}, err
	}
	for _, field := range fields[firstTime : lastTime+1] {
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return process{}, err
		}
		p.cpu += time.Duration(ticks) * time.Second / ticksPerSecond
	}
	return p, nil
}

// pssOf returns a process's proportional share of memory in bytes; 0 for one that ended and was not waited for.
func pssOf(pid int) (int64, error) {
	rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(rollup)) {
		if value, ok := strings.CutPrefix(line, "Pss:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kB << 10, err
		}
	}
	return 0, nil
}

// gone reports that a process ended while it was looked at.
func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) }
