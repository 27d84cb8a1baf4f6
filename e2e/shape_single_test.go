//go:build e2e && !production

package e2e

import (
	"context"
	"errors"
	"os"
)

// startShape starts what most tests speak to: one process with everything but the Temporal server.
func (s *suite) startShape() error {
	var err error
	if s.temporal, err = s.startTemporal("temporal"); err != nil {
		return err
	}
	if s.shared, err = s.startServer("serve", s.anteroom, "serve", "--temporal-address", s.temporal.Address); err != nil {
		return err
	}
	s.stopShape = func() error {
		return errors.Join(s.shared.stop(), endKeepers(context.Background(), s.shared.dataDir), s.temporal.stop())
	}
	return nil
}

// startServer starts a process with an API on a data directory of its own.
func (s *suite) startServer(name, program string, args ...string) (*server, error) {
	dir, err := os.MkdirTemp(s.dir, name+".data-")
	if err != nil {
		return nil, err
	}
	return s.startServerOn(dir, name, program, args...)
}
