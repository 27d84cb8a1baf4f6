//go:build e2e && production

package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// postgresPassword is the password of the databases' role; the tests look for it nowhere.
const postgresPassword = "postgres-of-the-tests"

// postgresServer is a PostgreSQL server of the suite, run by nobody where we are root: PostgreSQL refuses root.
type postgresServer struct {
	programs, dir, port string
	passwordFile        string
	account             *syscall.Credential
	running             *exec.Cmd
}

// postgresPrograms returns the folder of the newest PostgreSQL. Debian keeps them off the PATH.
func postgresPrograms() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if path, err := exec.LookPath("initdb"); err == nil && len(found) == 0 {
		found = append(found, path)
	}
	if len(found) == 0 {
		return "", errors.New("PostgreSQL's programs are not installed: scripts/ensure postgres installs them")
	}
	return filepath.Dir(slices.Max(found)), nil
}

// startPostgres makes a server in dir and starts it.
func startPostgres(dir string) (*postgresServer, error) {
	programs, err := postgresPrograms()
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	p := &postgresServer{programs: programs, dir: dir, passwordFile: filepath.Join(filepath.Dir(dir), "postgres-password")}
	if err := os.WriteFile(p.passwordFile, []byte(postgresPassword+"\n"), 0o600); err != nil {
		return nil, err
	}
	if p.port, err = freePort(); err != nil {
		return nil, err
	}
	theirs := filepath.Join(dir, "password")
	if err := os.WriteFile(theirs, []byte(postgresPassword+"\n"), 0o600); err != nil {
		return nil, err
	}
	if err := p.own(dir, theirs); err != nil {
		return nil, err
	}
	initdb := p.command("initdb", "-D", filepath.Join(dir, "data"), "-U", "anteroom", "-A", "scram-sha-256", "--pwfile="+theirs,
		"-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return p, p.start()
}

// own gives files to nobody where we are root.
func (p *postgresServer) own(paths ...string) error {
	if os.Getuid() != 0 {
		return nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	gid, _ := strconv.Atoi(nobody.Gid)
	p.account = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	var errs []error
	for _, path := range paths {
		errs = append(errs, os.Chown(path, uid, gid))
	}
	return errors.Join(errs...)
}

func (p *postgresServer) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.programs, program), args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "PGPASSWORD="+postgresPassword)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.account, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// start starts the server and waits until it answers.
func (p *postgresServer) start() error {
	p.running = p.command("postgres", "-D", filepath.Join(p.dir, "data"), "-p", p.port, "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=300")
	log, err := os.Create(p.dir + ".log")
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	p.running.Stdout, p.running.Stderr = log, log
	if err := p.running.Start(); err != nil {
		return err
	}
	deadline := time.Now().Add(readyTimeout)
	for p.command("pg_isready", "-q", "-h", "127.0.0.1", "-p", p.port).Run() != nil {
		if time.Now().After(deadline) {
			return fmt.Errorf("PostgreSQL does not answer on port %s; its log is %s", p.port, log.Name())
		}
		<-time.After(pause)
	}
	return nil
}

// stop ends the server as pg_ctl's fast mode does, and waits.
func (p *postgresServer) stop() error {
	if p.running == nil {
		return nil
	}
	_ = p.running.Process.Signal(syscall.SIGINT)
	err := p.running.Wait()
	p.running = nil
	return err
}

// createDatabase makes an empty database.
func (p *postgresServer) createDatabase(name string) error {
	out, err := p.command("createdb", "-h", "127.0.0.1", "-p", p.port, "-U", "anteroom", name).CombinedOutput()
	if err != nil {
		return fmt.Errorf("createdb %s: %w: %s", name, err, out)
	}
	return nil
}

// url is a database's, without the password.
func (p *postgresServer) url(database string) string {
	return "postgres://anteroom@127.0.0.1:" + p.port + "/" + database + "?sslmode=disable"
}

// urlWithPassword is a database's, for a test that looks into it.
func (p *postgresServer) urlWithPassword(database string) string {
	return "postgres://anteroom:" + postgresPassword + "@127.0.0.1:" + p.port + "/" + database + "?sslmode=disable"
}
