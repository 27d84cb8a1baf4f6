package browser

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// ErrSocketTaken: another process serves the socket.
var ErrSocketTaken = errors.New("the socket is in use")

// maxSocketPath is the longest path of a Unix socket: sun_path, unix(7).
const maxSocketPath = 107

// socket is a Unix socket that only our own user may use. A lock beside it tells one that is served from one that a killed
// process left.
type socket struct {
	net.Listener

	lock *os.File
}

func listenSocket(ctx context.Context, path string) (*socket, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of the socket: %w", err)
	}
	lock, err := lockSocket(path)
	if err != nil {
		return nil, err
	}
	l, err := listenOwn(ctx, path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen on %s: %w", path, err), lock.Close())
	}
	return &socket{Listener: l, lock: lock}, nil
}

func lockSocket(path string) (*os.File, error) {
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the socket: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("%w: another browser process serves %s; stop it or choose another path with browser.socket", ErrSocketTaken, path)
	}
	return lock, nil
}

// listenOwn replaces what a killed process left; nothing but a socket is removed.
func listenOwn(ctx context.Context, path string) (net.Listener, error) {
	info, err := os.Lstat(path)
	switch {
	case err == nil && info.Mode()&fs.ModeSocket == 0:
		return nil, errors.New("something else is there, which is left alone; choose another path with browser.socket")
	case err == nil:
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	// Under its name it is never seen with other rights: it gets them in a directory that nobody else may enter.
	dir, err := os.MkdirTemp(filepath.Dir(path), ".s*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var lc net.ListenConfig
	short, done, err := shortened(filepath.Join(dir, "s"))
	if err != nil {
		return nil, err
	}
	defer done()
	l, err := lc.Listen(ctx, "unix", short)
	if err != nil {
		return nil, err
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // it knows the name before the renaming
	}
	if err = os.Chmod(filepath.Join(dir, "s"), 0o600); err == nil {
		err = os.Rename(filepath.Join(dir, "s"), path)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// release removes the socket's file before another process may take the path.
func (s *socket) release() error {
	path := s.lock.Name()
	path = path[:len(path)-len(".lock")]
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if closed := s.Close(); closed != nil && !errors.Is(closed, net.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return errors.Join(err, s.lock.Close())
}

// shortened is a path for connecting to a socket or making one, however long its real one is; it holds until done.
func shortened(path string) (short string, done func(), err error) {
	if len(path) <= maxSocketPath {
		return path, func() {}, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path)), func() { _ = dir.Close() }, nil
}
