package process

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/worker"
	"github.com/anteroom/anteroom/workflows"
)

// dialTimeout bounds the first contact with the Temporal server.
const dialTimeout = 15 * time.Second

// TemporalServer is a Temporal server in this process.
type TemporalServer interface {
	// Address is host:port of its frontend.
	Address() string
	// Ports are the TCP ports of its services.
	Ports() []uint16
	// UIURL is where its web UI is.
	UIURL() string
	// Stopped is closed when it died or was stopped; Err tells which.
	Stopped() <-chan struct{}
	Err() error
	Stop(ctx context.Context) error
}

// TemporalOptions are what a TemporalServer is started with.
type TemporalOptions struct {
	DataDir string
	// Store is the URL of a PostgreSQL database, its password in it; zero for SQLite in DataDir.
	Store            session.Secret
	Listen           string
	UIListen         string
	Namespace        string
	Retention        time.Duration
	SearchAttributes map[string]enumspb.IndexedValueType
	CodecEndpoint    string
	Logger           *slog.Logger
}

// StartTemporal starts a Temporal server in this process.
type StartTemporal func(ctx context.Context, o TemporalOptions) (TemporalServer, error)

// SearchAttributes are the search attributes that the Temporal namespace must know.
func SearchAttributes() map[string]enumspb.IndexedValueType {
	attributes := map[string]enumspb.IndexedValueType{}
	for _, name := range workflows.SearchAttributeNames() {
		attributes[name] = enumspb.INDEXED_VALUE_TYPE_KEYWORD
	}
	return attributes
}

// startTemporal starts the server in this process, or takes the one that is configured, and connects to it.
func (p *Process) startTemporal(ctx context.Context) error {
	t := p.o.Config.Temporal
	address := t.Address
	if p.o.Temporal != nil {
		if err := p.startCodec(ctx); err != nil {
			return err
		}
		store, err := t.StoreAddress()
		if err != nil {
			return err
		}
		server, err := p.o.Temporal(ctx, TemporalOptions{
			Store:   store,
			DataDir: p.dir.file("temporal"), Listen: t.Listen, UIListen: t.UIListen, Namespace: t.Namespace,
			Retention: t.Retention, SearchAttributes: SearchAttributes(),
			CodecEndpoint: "http://" + p.codec.Addr().String(), Logger: p.logger.With("part", "temporal"),
		})
		if err != nil {
			return err
		}
		p.temporal, address = server, server.Address()
		p.onStop("Temporal", server.Stop)
		if err := p.serveCodec(); err != nil {
			return err
		}
	}
	c, err := dialTemporal(ctx, address, t.Namespace, p.vault.Converters(), p.logger.With("part", "temporal-sdk"), p.telemetry.Temporal)
	if err != nil {
		return err
	}
	p.client = c
	p.onStop("Temporal client", func(context.Context) error { c.Close(); return nil })
	if p.temporal != nil { // which made its namespace itself
		return nil
	}
	return worker.CheckNamespace(ctx, c, t.Namespace, SearchAttributes())
}

// CheckTemporal fails unless the server that the settings name answers and its namespace is prepared.
func CheckTemporal(ctx context.Context, t config.Temporal, logger *slog.Logger) error {
	c, err := dialTemporal(ctx, t.Address, t.Namespace, vault.PlainConverters(), logger, noTelemetry)
	if err != nil {
		return err
	}
	defer c.Close()
	return worker.CheckNamespace(ctx, c, t.Namespace, SearchAttributes())
}

// noTelemetry is for a client that asks a question or two.
func noTelemetry(*client.Options) error { return nil }

// dialTemporal connects to the server with sealed payloads. tell adds what its metrics and traces need.
func dialTemporal(
	ctx context.Context, address, namespace string, sealing vault.Converters, logger *slog.Logger,
	tell func(o *client.Options) error,
) (client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	options := client.Options{
		HostPort:         address,
		Namespace:        namespace,
		Logger:           sdklog.NewStructuredLogger(logger),
		DataConverter:    sealing.Data,
		FailureConverter: sealing.Failure,
		ConnectionOptions: client.ConnectionOptions{
			DialOptions: worker.DialOptions(),
			// What is sealed does not get smaller.
			GrpcCompression: &client.GrpcCompressionNone{},
		},
	}
	if err := tell(&options); err != nil {
		return nil, err
	}
	c, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("reach the Temporal server at %s: %w; start it or set temporal.address", address, err)
	}
	return c, nil
}
