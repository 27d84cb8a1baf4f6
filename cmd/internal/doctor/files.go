package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/vault"
)

// lookAtDataDir tries to write where a process would.
func lookAtDataDir(_ context.Context, e *examined) (Status, string) {
	dir := e.config.DataDir
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return OK, dir + " does not exist yet; the first start makes it"
	}
	if err != nil {
		return Failed, fmt.Sprintf("it cannot be looked at: %v", err)
	}
	if !info.IsDir() {
		return Failed, dir + " is no directory: choose another with --data-dir"
	}
	probe, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return Failed, fmt.Sprintf("nothing can be written there (%v): let the user that runs anteroom own it", err)
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	if info.Mode().Perm()&0o077 != 0 {
		return Warning, fmt.Sprintf("%s may be used by others (mode %04o): set its mode to 0700", dir, info.Mode().Perm())
	}
	return OK, dir
}

// leastDisk is where a database and a browser's profiles get into trouble.
const leastDisk = 1 << 30

func lookAtDisk(_ context.Context, e *examined) (Status, string) {
	for _, dir := range []string{existing(e.config.DataDir), os.TempDir()} {
		var at unix.Statfs_t
		if err := unix.Statfs(dir, &at); err != nil {
			return Warning, fmt.Sprintf("%s cannot be looked at: %v", dir, err)
		}
		if free := at.Bavail * uint64(at.Bsize); free < leastDisk { //nolint:gosec // a block size is positive
			return Warning, fmt.Sprintf("%s has %d MiB left: databases and browser profiles need more", dir, free>>20)
		}
	}
	return OK, "enough is free for data and for browser profiles"
}

// existing is path, or the nearest folder above it that is there.
func existing(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
		path = filepath.Dir(path)
	}
}

func lookAtVaultKey(_ context.Context, e *examined) (Status, string) {
	file := process.KeyFile(e.config)
	key, err := vault.Open(file)
	if errors.Is(err, vault.ErrKeyMissing) && !installed(e.config) {
		return OK, "there is none yet; the first start, or init, makes it"
	}
	if err != nil {
		return Failed, err.Error()
	}
	return OK, fmt.Sprintf("%s in %s", key.KeyID(), file)
}
