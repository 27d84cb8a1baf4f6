package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/anteroom/anteroom/config"
)

// Files of a data directory, besides those of the Temporal server.
const (
	lockFile = "anteroom.lock"
	// keeperLockFile is the lock of the browser process, which may share the directory with the worker that started it.
	keeperLockFile = "keeper.lock"
	// StoreFile is the SQLite store of a standalone process.
	StoreFile    = "anteroom.db"
	vaultKeyFile = "vault.key"
	apiKeyFile   = "api-key"
	hostFile     = "host-id"
	socketFile   = "browser.sock"
	keeperLog    = "browser.log"
)

// ErrDataDirInUse: another process uses the data directory.
var ErrDataDirInUse = errors.New("the data directory is in use by another anteroom process; stop that one or choose another with --data-dir")

// dataDir is a directory that this process alone uses.
type dataDir struct {
	path string
	lock *os.File
}

// openDataDir makes the directory if need be and locks it, by the file with this name. The lock goes with the process, however it
// ends.
func openDataDir(path, lock string) (*dataDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(path, lock), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: %w", path, ErrDataDirInUse)
	}
	return &dataDir{path: path, lock: f}, nil
}

func (d *dataDir) file(name string) string { return filepath.Join(d.path, name) }

// inDataDir is a file of the data directory, also of one that is not there.
func inDataDir(c *config.Config, name string) string { return filepath.Join(c.DataDir, name) }

func makeFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("make the folder %s: %w", path, err)
	}
	return nil
}

// close gives the lock back explicitly: a child that was forked and has not yet become its program holds the file, too.
func (d *dataDir) close() error {
	return errors.Join(syscall.Flock(int(d.lock.Fd()), syscall.LOCK_UN), d.lock.Close())
}

// remembered reads a small file, or writes it with what produce gives, readable by the owner only.
func remembered(path string, produce func() string) (value string, isNew bool, err error) {
	b, err := os.ReadFile(path)
	if err == nil && len(b) > 0 {
		return string(b), false, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", false, fmt.Errorf("read %s: %w", path, err)
	}
	value = produce()
	tmp := path + ".new"
	if err := os.WriteFile(tmp, []byte(value), 0o600); err != nil {
		return "", false, fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return "", false, fmt.Errorf("write %s: %w", path, err)
	}
	return value, true, nil
}
