package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/session"
)

// lookAtBrowser starts the browser as a worker would, and ends it.
func lookAtBrowser(ctx context.Context, e *examined) (Status, string) {
	b := e.config.Browser
	if len(b.Endpoints) > 0 {
		return lookAtEndpoints(ctx, b.Endpoints)
	}
	if says, err := askKeeper(ctx, process.Socket(e.config)); err == nil {
		return OK, says
	}
	started, err := browser.Launch(ctx, browser.Options{
		Kind: session.BrowserShell, Path: b.Path, User: b.User, NoSandbox: b.NoSandbox, WarmPages: -1, Logger: e.logger,
	})
	switch {
	case errors.Is(err, browser.ErrNotFound):
		return Failed, err.Error()
	case err != nil:
		return Failed, "it does not start: " + err.Error()
	}
	version := started.Version()
	if err := started.Close(ctx); err != nil {
		return Failed, "it does not end: " + err.Error()
	}
	if b.NoSandbox {
		return Warning, version + " starts WITHOUT its sandbox, as browser.noSandbox says: a page that breaks out has the rights of its user"
	}
	return OK, version + " starts, with its sandbox"
}

// lookAtEndpoints asks every browser process that the settings name.
func lookAtEndpoints(ctx context.Context, paths []string) (Status, string) {
	var found []string
	for _, path := range paths {
		says, err := askKeeper(ctx, path)
		if err != nil {
			return Failed, err.Error()
		}
		found = append(found, says)
	}
	return OK, strings.Join(found, "; ")
}

// askKeeper says what serves a socket.
func askKeeper(ctx context.Context, path string) (string, error) {
	at := browser.NewEndpoint(path)
	defer at.Close()
	state, err := at.State(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("the browser process %d serves %s: %d browsers, %d logins on their pages", state.PID, path, len(state.Browsers), state.Wanted.Pages), nil
}

// lookAtChrome looks for the full browser, which only projects with "browser: chrome" need.
func lookAtChrome(context.Context, *examined) (Status, string) {
	path, err := browser.Find(session.BrowserChrome, "")
	if err != nil {
		return OK, "there is none; only projects that say \"browser: chrome\" need one"
	}
	return OK, path
}

// leastSharedMemory is what a browser with some pages needs; containers have 64 MiB unless told otherwise.
const leastSharedMemory = 256 << 20

func lookAtSharedMemory(context.Context, *examined) (Status, string) {
	var fs unix.Statfs_t
	if err := unix.Statfs("/dev/shm", &fs); err != nil {
		return Warning, fmt.Sprintf("/dev/shm cannot be looked at (%v): the browser then uses files", err)
	}
	size := fs.Blocks * uint64(fs.Bsize) //nolint:gosec // a block size is positive
	if size < leastSharedMemory {
		return Warning, fmt.Sprintf("/dev/shm has %d MiB: the browser uses files instead, which is slower; give the container 1 GiB (shm_size)", size>>20)
	}
	return OK, fmt.Sprintf("%d MiB in /dev/shm", size>>20)
}

// leastOpenFiles is what a worker with its pages may use, with room.
const leastOpenFiles = 4096

func lookAtOpenFiles(context.Context, *examined) (Status, string) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return Warning, fmt.Sprintf("the limit cannot be read: %v", err)
	}
	if limit.Cur < leastOpenFiles {
		return Warning, fmt.Sprintf("a process may open %d files: raise the limit to %d or more (ulimit -n, LimitNOFILE=)", limit.Cur, leastOpenFiles)
	}
	return OK, fmt.Sprintf("a process may open %d", limit.Cur)
}
