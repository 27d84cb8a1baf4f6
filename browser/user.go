package browser

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// defaultUsers run the browser when the process is root, the first that exists.
var defaultUsers = []string{"anteroom", "nobody"}

// account is the system user the browser runs under; nil Credential means our own.
type account struct {
	name       string
	uid, gid   int
	credential *syscall.Credential
}

// findAccount decides under whom the browser runs. Chromium's sandbox refuses root, and a page that breaks out must
// not be root: a root process lends the browser an unprivileged user.
func findAccount(name string) (account, error) {
	if os.Geteuid() != 0 {
		return ownAccount(name)
	}
	names := defaultUsers
	if name != "" {
		names = []string{name}
	}
	for _, n := range names {
		if u, err := user.Lookup(n); err == nil {
			return accountOf(u)
		}
	}
	return account{}, fmt.Errorf("find the user %q to run the browser under: no such user; create it or name another", names[0])
}

func ownAccount(name string) (account, error) {
	u, err := user.Current()
	if err != nil {
		return account{}, fmt.Errorf("find our own user: %w", err)
	}
	if name != "" && name != u.Username {
		return account{}, fmt.Errorf("run the browser as user %q: only root can; leave the user out or start as root", name)
	}
	return account{name: u.Username, uid: os.Getuid(), gid: os.Getgid()}, nil
}

func accountOf(u *user.User) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the id of user %q: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the group of user %q: %w", u.Username, err)
	}
	if uid == 0 {
		return account{}, fmt.Errorf("run the browser as user %q: that is root; name an unprivileged user", u.Username)
	}
	return account{
		name: u.Username, uid: int(uid), gid: int(gid),
		credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)},
	}, nil
}
