package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// The files of a data directory.
const (
	databaseFile = "temporal.db"
	metaFile     = "temporal.json"
	lockFile     = "temporal.lock"
)

// dataDir is a data directory this process has locked.
type dataDir struct {
	path string
	lock *os.File
}

// openDataDir makes the directory if it is missing and locks it. The kernel drops the
// lock when the process dies, however it dies.
func openDataDir(path string) (*dataDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, refuse(ErrDataDir, err, "the temporal data directory %s cannot be made: %v", path, bare(err))
	}
	name := filepath.Join(path, lockFile)
	lock, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, refuse(ErrDataDir, err, "the temporal data directory %s cannot be written: %v", path, bare(err))
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = lock.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, refuse(ErrInUse, err,
				"the temporal data directory %s is in use by another process: stop that one, or choose another directory", path)
		}
		return nil, refuse(ErrDataDir, err, "the temporal data directory %s cannot be locked: %v", path, err)
	}
	return &dataDir{path: path, lock: lock}, nil
}

// close drops the lock. The lock file stays: removing it would let two processes lock
// two files of the same name.
func (d *dataDir) close() error {
	return d.lock.Close()
}

func (d *dataDir) database() string { return filepath.Join(d.path, databaseFile) }

func (d *dataDir) meta() string { return filepath.Join(d.path, metaFile) }

// hasDatabase reports whether the database file is there.
func (d *dataDir) hasDatabase() (bool, error) {
	_, err := os.Stat(d.database())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, refuse(ErrDataDir, err, "the temporal database %s cannot be looked at: %v", d.database(), bare(err))
	}
	return true, nil
}

// removeDatabase deletes the database and SQLite's files beside it.
func (d *dataDir) removeDatabase() error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(d.database() + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return refuse(ErrDataDir, err, "the half-made temporal database %s cannot be removed: %v", d.database(), bare(err))
		}
	}
	return nil
}

// bare strips operation and path from a file error, for sentences that name the path already.
func bare(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
