package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/worker/fakepages"
)

// dialPatience is how long the Temporal server may take to come back.
const dialPatience = 2 * time.Minute

// runFake is the worker of the fake pages, until it is killed.
func runFake(ctx context.Context, temporal, keyFile, storeFile string) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	key, err := vault.Open(keyFile)
	if err != nil {
		return err
	}
	// The only other process with this file is the installation, of the same version.
	db, err := sqlite.Open(ctx, storeFile, logger)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	c, err := dial(ctx, temporal, key, logger)
	if err != nil {
		return err
	}
	defer c.Close()
	fake := &fakepages.Fake{Store: db, Kind: session.BrowserChrome}
	stop, err := fake.Poll(c)
	if err != nil {
		return err
	}
	defer stop()
	return fake.Offer(ctx, db, session.MaxPages)
}

// dial tries until the server answers.
func dial(ctx context.Context, address string, key *vault.Vault, logger *slog.Logger) (client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	sealing := key.Converters()
	for {
		c, err := client.DialContext(ctx, client.Options{
			HostPort: address, Logger: sdklog.NewStructuredLogger(logger),
			DataConverter: sealing.Data, FailureConverter: sealing.Failure,
		})
		if err == nil {
			return c, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("reach the Temporal server at %s", address), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
