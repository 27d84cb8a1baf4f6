package vault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// rotateKeyFile replaces the key file at path by one with a further key, which seals. It starts from the file, not
// from memory: a key that another process added in the meantime must not get lost, it may have sealed something.
func rotateKeyFile(path, keyID string) (*keys, error) {
	// Renaming onto a symbolic link would replace the link and leave the file.
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		target = path // openKeyFile says what is wrong
	}
	f, err := openKeyFile(target)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // also gives the lock back
	if err := lockKeyFile(f, target); err != nil {
		return nil, err
	}
	before, err := readKeys(f, target)
	if err != nil {
		return nil, err
	}
	if before.id != keyID {
		return nil, &KeyFileError{Path: path, Kind: ErrKeyChanged, Reason: fmt.Sprintf(
			"holds the keys of vault %s, not of %s: put the right file back", before.id, keyID)}
	}
	after, err := before.withNewPrimary()
	if err != nil {
		return nil, err
	}
	if err := replaceKeyFile(target, after); err != nil {
		return nil, err
	}
	return after, nil
}

// lockKeyFile takes the lock that keeps two rotations apart, without waiting for it.
func lockKeyFile(f *os.File, path string) error {
	busy := &KeyFileError{Path: path, Kind: ErrKeyBusy, Reason: "is being rotated by another process: try again"}
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return busy
	}
	if err != nil {
		return fmt.Errorf("lock vault key file %s: %w", path, err)
	}
	// The other process may have put a new file there between our open and our lock.
	opened, err := f.Stat()
	if err != nil {
		return unreadable(path, err)
	}
	current, err := os.Stat(path)
	if err != nil || !os.SameFile(opened, current) {
		return busy
	}
	return nil
}
