// Command anteroom-standalone is anteroom with everything in one process: "anteroom-standalone up" needs no other server.
package main

import (
	"context"
	"os"

	"github.com/anteroom/anteroom/cmd/internal/commands"
	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/embedded"
)

func main() {
	os.Exit(commands.Main(commands.Program{Name: "anteroom-standalone", Temporal: startTemporal}, os.Args[1:]))
}

// startTemporal starts the embedded server: the only place that knows it.
func startTemporal(ctx context.Context, o process.TemporalOptions) (process.TemporalServer, error) {
	s, err := embedded.Start(ctx, embedded.Options{
		DataDir:          o.DataDir,
		Store:            o.Store,
		FrontendAddr:     o.Listen,
		UIAddr:           o.UIListen,
		Namespace:        o.Namespace,
		Retention:        o.Retention,
		SearchAttributes: o.SearchAttributes,
		CodecEndpoint:    o.CodecEndpoint,
		Logger:           o.Logger,
	})
	if err != nil {
		return nil, err // a nil *Server in the interface would not be nil
	}
	return s, nil
}
