package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// profile is the directory that holds everything a browser writes. It ends with the browser.
type profile struct {
	dir string
	// lock is held for as long as the profile is in use, so that a later launch can tell it from one whose owner was
	// killed.
	lock *os.File
}

// profilePattern names profiles, for os.MkdirTemp and filepath.Match.
const profilePattern = "anteroom-browser-*"

// profileDirs are the parts of a profile.
var profileDirs = []string{"data", "home", "tmp"}

func newProfile(parent string, who account) (profile, error) {
	sweep(parent)
	dir, err := os.MkdirTemp(parent, profilePattern) // 0700
	if err != nil {
		return profile{}, fmt.Errorf("make a browser profile: %w", err)
	}
	p := profile{dir: dir}
	if p.lock, err = lockProfile(dir); err == nil {
		err = p.populate(who)
	}
	if err != nil {
		_ = p.remove()
		return profile{}, fmt.Errorf("make a browser profile: %w", err)
	}
	return p, nil
}

func (p profile) populate(who account) error {
	for _, name := range profileDirs {
		sub := filepath.Join(p.dir, name)
		if err := os.Mkdir(sub, 0o700); err != nil {
			return err
		}
		if err := p.give(sub, who); err != nil {
			return err
		}
	}
	return os.Chmod(p.dir, 0o711) //nolint:gosec // the browser's user must pass through; the parts are 0700
}

func (p profile) give(dir string, who account) error {
	if who.credential == nil {
		return nil
	}
	if err := os.Chown(dir, who.uid, who.gid); err != nil {
		return fmt.Errorf("give it to user %q: %w", who.name, err)
	}
	return nil
}

func (p profile) data() string { return filepath.Join(p.dir, "data") }

// environment is all the browser gets to see of ours: nothing. Its temporary files go into the profile, too.
func (p profile) environment() []string {
	return []string{
		"HOME=" + filepath.Join(p.dir, "home"),
		"TMPDIR=" + filepath.Join(p.dir, "tmp"),
		"PATH=/usr/local/bin:/usr/bin:/bin",
		"LANG=C.UTF-8",
	}
}

// Removal is repeated: a dying child of Chromium may write once more.
const (
	removeTries = 50
	removePause = 20 * time.Millisecond
)

func (p profile) remove() error {
	if p.lock != nil {
		_ = p.lock.Close()
	}
	var err error
	for range removeTries {
		if err = os.RemoveAll(p.dir); err == nil {
			return nil
		}
		<-time.After(removePause)
	}
	return fmt.Errorf("remove the browser profile: %w", err)
}

// smallSharedMemory is below what a few pages need; Docker's default is 64 MB.
const smallSharedMemory = 512 << 20

func sharedMemoryIsSmall() bool {
	var st syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &st); err != nil {
		return true
	}
	return st.Bavail < smallSharedMemory/uint64(max(1, st.Bsize))
}
