package browser

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// lockName is the file in a profile that its owner holds locked.
const lockName = "lock"

func lockProfile(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		err = os.Rename(path+".new", path) // under its name it is never seen unlocked
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// sweep removes the profiles of owners that were killed: their lock is free. It does what it can.
func sweep(parent string) {
	if parent == "" {
		parent = os.TempDir()
	}
	dirs, err := filepath.Glob(filepath.Join(parent, profilePattern))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		if isAbandoned(dir) {
			_ = os.RemoveAll(dir)
		}
	}
}

func isAbandoned(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|unix.O_NOFOLLOW, 0)
	if err != nil {
		return false // not a whole profile of ours, or of another user: leave it
	}
	defer func() { _ = f.Close() }()
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}
