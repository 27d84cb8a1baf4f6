//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
)

// warmContexts is how many browser contexts a worker keeps ready.
const warmContexts = 3

// keeper is the browser process of a server's data directory.
type keeper struct {
	*browser.Endpoint

	t *testing.T
}

func keeperOf(t *testing.T, srv *server) *keeper {
	t.Helper()
	e := browser.NewEndpoint(filepath.Join(srv.dataDir, "browser.sock"))
	t.Cleanup(e.Close)
	return &keeper{e, t}
}

// newest is its newest browser.
func (k *keeper) newest() browser.KeptBrowser {
	k.t.Helper()
	state, err := k.State(k.t.Context())
	require.NoError(k.t, err)
	require.NotEmpty(k.t, state.Browsers)
	return state.Browsers[len(state.Browsers)-1]
}

// contexts counts the browser contexts of all its browsers; -1 while that is not known.
func (k *keeper) contexts() int {
	state, err := k.State(k.t.Context())
	if err != nil {
		return -1
	}
	n := 0
	for _, b := range state.Browsers {
		list, err := k.Contexts(k.t.Context(), b.ID)
		if err != nil {
			return -1
		}
		n += len(list)
	}
	return n
}

// onlyWarm waits until no browser context is left but those that are kept ready.
func (k *keeper) onlyWarm(limit time.Duration) {
	k.t.Helper()
	began := time.Now()
	require.Eventually(k.t, func() bool { return k.contexts() == warmContexts }, limit, pause, "a page was left behind")
	k.t.Logf("no page is left %s after the end", time.Since(began).Round(10*time.Millisecond))
}

// killRenderers kills the processes of all pages; the browser lives.
func (k *keeper) killRenderers() {
	k.t.Helper()
	killed := 0
	for _, pid := range descendants(k.newest().PID) {
		cmdline, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if strings.Contains(string(cmdline), "--type=renderer") && syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	require.NotZero(k.t, killed)
}

// descendants lists the processes below one.
func descendants(pid int) []int {
	children := map[string][]int{}
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range all {
		stat, _ := os.ReadFile(path)
		if fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])); len(fields) > 1 {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			children[fields[1]] = append(children[fields[1]], child)
		}
	}
	found := []int{pid}
	for i := 0; i < len(found); i++ {
		found = append(found, children[strconv.Itoa(found[i])]...)
	}
	return found[1:]
}
