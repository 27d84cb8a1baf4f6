package browser_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// atEnd holds what tests share and TestMain ends.
var atEnd []func()

func TestMain(m *testing.M) {
	code := m.Run()
	for _, end := range atEnd {
		end()
	}
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// silent is a logger for what is expected.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// resolver answers *.test with loopback and what its map says; it asks nobody.
type resolver map[string][]string

func (r resolver) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	texts, ok := r[host]
	switch {
	case ok:
	case host == "localhost", strings.HasSuffix(host, ".test"):
		texts = []string{"127.0.0.1"}
	default:
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	addrs := make([]netip.Addr, 0, len(texts))
	for _, t := range texts {
		addrs = append(addrs, netip.MustParseAddr(t))
	}
	return addrs, nil
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// testContextOf is testContext for cleanups, when the test's own context has ended.
func testContextOf(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// contextForAll bounds what tests share.
func contextForAll() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Minute)
}
