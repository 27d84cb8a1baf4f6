package browser

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// TreeMemory is the memory of the process and of all that descend from it, in bytes: the sum of their proportional set sizes, so
// that what processes share is counted once. It reads the page tables of each (some milliseconds for a large one): not for every
// few seconds. It fails where the system does not tell (no /proc), or not us: the processes are another user's. Those that end
// meanwhile count nothing.
func TreeMemory(ctx context.Context, pid int) (int64, error) {
	tree, err := descendants(pid)
	if err != nil {
		return 0, fmt.Errorf("measure the memory of process %d: %w", pid, err)
	}
	var sum int64
	for _, p := range tree {
		if err := ctx.Err(); err != nil {
			return 0, fmt.Errorf("measure the memory of process %d: %w", pid, err)
		}
		bytes, err := proportional(p)
		if err != nil && (p == pid || !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ESRCH)) { // the latter where it ends just now
			return 0, fmt.Errorf("measure the memory of process %d: %w", pid, err)
		}
		sum += bytes
	}
	return sum, nil
}

// descendants lists the process and all below it.
func descendants(pid int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		return nil, errors.New("this system has no /proc")
	}
	children := map[int][]int{}
	for _, name := range stats {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue // it ended
		}
		child, err := strconv.Atoi(strings.Split(name, "/")[2])
		// pid (comm) state ppid …; comm may hold anything, so start after its last parenthesis: proc_pid_stat(5)
		fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])
		if err != nil || len(fields) < 2 {
			continue
		}
		if parent, err := strconv.Atoi(string(fields[1])); err == nil {
			children[parent] = append(children[parent], child)
		}
	}
	tree := []int{pid}
	for i := 0; i < len(tree); i++ {
		tree = append(tree, children[tree[i]]...)
	}
	return tree, nil
}

// proportional is the proportional set size of one process, in bytes.
func proportional(pid int) (int64, error) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/smaps_rollup")
	if err != nil {
		return 0, err
	}
	return kilobytes(raw, "Pss:")
}

// kilobytes reads a line "Name:  123 kB" of a file of /proc, as bytes.
func kilobytes(file []byte, name string) (int64, error) {
	lines := bufio.NewScanner(bytes.NewReader(file))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 3 && fields[0] == name && fields[2] == "kB" {
			n, err := strconv.ParseInt(fields[1], 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("the system does not tell %s", name)
}

// Where the system tells of memory.
const (
	meminfo = "/proc/meminfo"
	cgroups = "/sys/fs/cgroup"
)

// AvailableMemory is how many bytes new processes may take before the machine or the memory limit of our container runs short, and
// how many there are in all: the smaller of the two each. What the kernel gives back by itself counts as available.
func AvailableMemory() (available, total int64, err error) {
	raw, err := os.ReadFile(meminfo)
	if err != nil {
		return 0, 0, fmt.Errorf("measure the available memory: %w", err)
	}
	available, err1 := kilobytes(raw, "MemAvailable:")
	total, err2 := kilobytes(raw, "MemTotal:")
	if err := errors.Join(err1, err2); err != nil {
		return 0, 0, fmt.Errorf("measure the available memory: %w", err)
	}
	membership, _ := os.ReadFile("/proc/self/cgroup") // none: no limit
	left, limit := groupAvailable(cgroups, string(membership))
	return min(available, left), min(total, limit), nil
}

// groupAvailable is what the control group of these memberships, and those above it, leave, and what they allow: the least of
// each. Both versions are understood; where they are mounted otherwise, a container still sees its own group at the root.
func groupAvailable(root, membership string) (least, limit int64) {
	least, limit = math.MaxInt64, math.MaxInt64
	for line := range strings.Lines(membership) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		var files groupFiles
		switch {
		case parts[0] == "0" && parts[1] == "":
			files = groupFiles{root, "memory.max", "memory.current", "inactive_file "}
		case strings.Contains(","+parts[1]+",", ",memory,"):
			files = groupFiles{filepath.Join(root, "memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "}
		default:
			continue
		}
		for dir := filepath.Clean("/" + parts[2]); ; dir = filepath.Dir(dir) {
			left, allowed := files.available(dir)
			least, limit = min(least, left), min(limit, allowed)
			if dir == "/" {
				break
			}
		}
	}
	return least, limit
}

// groupFiles are the files of a hierarchy of control groups.
type groupFiles struct{ root, limit, usage, inactive string }

// available is what a group leaves and what it allows; the largest numbers where it has no limit.
func (f groupFiles) available(dir string) (left, limit int64) {
	limit, err := readNumber(filepath.Join(f.root, dir, f.limit))
	if err != nil || limit >= 1<<60 { // how version 1 says that there is none
		return math.MaxInt64, math.MaxInt64
	}
	usage, err := readNumber(filepath.Join(f.root, dir, f.usage))
	if err != nil {
		return math.MaxInt64, limit
	}
	stat, _ := os.ReadFile(filepath.Join(f.root, dir, "memory.stat"))
	for line := range strings.Lines(string(stat)) {
		if value, found := strings.CutPrefix(line, f.inactive); found {
			if reclaimable, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64); err == nil {
				usage -= reclaimable
			}
		}
	}
	return max(0, limit-max(0, usage)), limit
}

func readNumber(path string) (int64, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
}
