package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

const (
	keyFileMode = 0o600
	// maxKeyFileSize is far above what hundreds of rotations need.
	maxKeyFileSize = 1 << 20
)

// CreateKeyFile makes new keys and writes them to path with mode 0600. The file appears whole or not at all and is
// on disk when the function returns. It never overwrites: a file at path is ErrKeyExists. The directory must exist.
func CreateKeyFile(path string) error {
	k, err := generateKeys()
	if err != nil {
		return err
	}
	temp, err := writeBeside(path, k)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp) }()
	// A hard link, unlike a rename, fails when the name is taken.
	if err := os.Link(temp, path); errors.Is(err, fs.ErrExist) {
		return &KeyFileError{Path: path, Kind: ErrKeyExists, Cause: err, Reason: "exists already and is never overwritten"}
	} else if err != nil {
		return fmt.Errorf("create vault key file %s: %w", path, err)
	}
	return syncDir(filepath.Dir(path))
}

// replaceKeyFile puts k in the place of the key file at path, atomically.
func replaceKeyFile(path string, k *keys) error {
	temp, err := writeBeside(path, k)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		_ = os.Remove(temp)
		return fmt.Errorf("replace vault key file %s: %w", path, err)
	}
	return syncDir(filepath.Dir(path))
}

// writeBeside writes k to a new file in the directory of path and returns its name.
func writeBeside(path string, k *keys) (name string, err error) {
	data, err := k.marshal()
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".vault-key-*") // mode 0600, O_EXCL
	if err != nil {
		return "", fmt.Errorf("write vault key file %s: %w", path, err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(keyFileMode), f.Sync(), f.Close())
	if err != nil {
		_ = os.Remove(f.Name())
		return "", fmt.Errorf("write vault key file %s: %w", path, err)
	}
	return f.Name(), nil
}

// syncDir makes a new or changed name in dir survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	return nil
}

// readKeyFile reads the keys at path.
func readKeyFile(path string) (*keys, error) {
	f, err := openKeyFile(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return readKeys(f, path)
}

// openKeyFile opens the file at path after checking what it is and who may read it.
func openKeyFile(path string) (*os.File, error) {
	// Without O_NONBLOCK, opening a named pipe would wait for a writer.
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &KeyFileError{Path: path, Kind: ErrKeyMissing, Cause: err,
			Reason: "is missing: restore it from a backup, nothing else opens what it sealed"}
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	if err := checkKeyFile(f, path); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

func checkKeyFile(f *os.File, path string) error {
	info, err := f.Stat()
	if err != nil {
		return unreadable(path, err)
	}
	if !info.Mode().IsRegular() {
		return &KeyFileError{Path: path, Kind: ErrKeyUnreadable, Reason: "is not a regular file: name the file itself"}
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return &KeyFileError{Path: path, Kind: ErrKeyPermissions,
			Reason: fmt.Sprintf("may be used by group or others (mode %04o): set its mode to 0600", mode)}
	}
	return nil
}

func readKeys(f *os.File, path string) (*keys, error) {
	data, err := io.ReadAll(io.LimitReader(f, maxKeyFileSize+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(data) > maxKeyFileSize {
		return nil, malformed(path)
	}
	k, err := unmarshalKeys(data)
	if newer, ok := errors.AsType[newerBundleError](err); ok {
		return nil, &KeyFileError{Path: path, Kind: ErrKeyNewer, Reason: fmt.Sprintf(
			"has version %d and this program reads up to %d: use the program that wrote it", int(newer), bundleVersion)}
	}
	if err != nil {
		return nil, malformed(path)
	}
	return k, nil
}

func malformed(path string) error {
	return &KeyFileError{Path: path, Kind: ErrKeyMalformed, Reason: "is damaged or no vault key file: restore it from a backup"}
}

func unreadable(path string, err error) error {
	cause := err
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		cause = pathErr.Err // the sentence names the path already
	}
	return &KeyFileError{Path: path, Kind: ErrKeyUnreadable, Cause: err,
		Reason: fmt.Sprintf("cannot be read (%v): let the user that runs this process own it", cause)}
}
