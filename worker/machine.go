package worker

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Machine tells the processes of this machine apart for as long as it is up: several workers of one machine can then notice
// that another one's browser is gone. The zero Machine knows no process.
type Machine struct{ id string }

// ThisMachine names this machine as this process sees it: its boot, its namespace of process ids and its host name, of which
// nothing can be read back. It is zero where the system does not tell (no /proc).
func ThisMachine() Machine {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	// Containers count their processes for themselves.
	namespace, nsErr := os.Readlink("/proc/self/ns/pid")
	host, hostErr := os.Hostname()
	if errors.Join(err, nsErr, hostErr) != nil || len(bytes.TrimSpace(boot)) == 0 {
		return Machine{}
	}
	sum := sha256.Sum256([]byte(strings.TrimSpace(string(boot)) + "\n" + namespace + "\n" + host))
	return Machine{id: hex.EncodeToString(sum[:8])}
}

// Process names a running process beyond doubt: process ids are used again. It is empty when that cannot be done.
func (m Machine) Process(pid int) string {
	_, started, err := processStat(pid)
	if m.id == "" || err != nil {
		return ""
	}
	return fmt.Sprintf("%s/%d/%s", m.id, pid, started)
}

// Gone reports that a process named by Process is gone. It is false for processes of other machines, and whenever there is a
// doubt.
func (m Machine) Gone(process string) bool {
	machine, rest, _ := strings.Cut(process, "/")
	number, started, whole := strings.Cut(rest, "/")
	pid, err := strconv.Atoi(number)
	if m.id == "" || machine != m.id || !whole || err != nil || pid <= 1 {
		return false
	}
	// Only this tells that there is none: where /proc hides the processes of others, a missing entry says nothing.
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	state, now, err := processStat(pid)
	if err != nil {
		return false
	}
	return now != started || state == "Z" || state == "X"
}

// processStat reads a process's state and when it started, in ticks since the machine's boot.
func processStat(pid int) (state, started string, err error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", "", err
	}
	// The name in brackets may hold anything, brackets too.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const stateField, startField = 0, 19 // the third and the 22nd of all, see proc(5)
	if len(fields) <= startField {
		return "", "", errors.New("the process table reads unlike any known")
	}
	return fields[stateField], fields[startField], nil
}
