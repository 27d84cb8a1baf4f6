package browser_test

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
)

// socks is a SOCKS5 server (RFC 1928, RFC 1929) that wants a password and leads every name to one site.
type socks struct {
	site string
	open sync.WaitGroup

	mu    sync.Mutex
	asked []string
}

func startSOCKS(t *testing.T, site string) (*socks, string) {
	t.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &socks{site: site}
	s.open.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			s.open.Go(func() { defer func() { _ = conn.Close() }(); s.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = ln.Close(); s.open.Wait() })
	return s, ln.Addr().String()
}

func (s *socks) serve(conn net.Conn) {
	in := bufio.NewReader(conn)
	block := func(fixed int) []byte { // fixed bytes, the last of which counts what follows
		head := make([]byte, fixed)
		if _, err := io.ReadFull(in, head); err != nil {
			return nil
		}
		rest := make([]byte, head[fixed-1])
		_, _ = io.ReadFull(in, rest)
		return rest
	}
	block(2) // methods
	_, _ = conn.Write([]byte{5, 2})
	user, password := string(block(2)), string(block(1))
	if user != "ada" || password != "s3cr3t-pw" {
		_, _ = conn.Write([]byte{1, 1})
		return
	}
	_, _ = conn.Write([]byte{1, 0})
	name := string(block(5)) // a connect request with a name
	port := make([]byte, 2)
	if _, err := io.ReadFull(in, port); err != nil || binary.BigEndian.Uint16(port) == 0 {
		return
	}
	s.mu.Lock()
	s.asked = append(s.asked, name)
	s.mu.Unlock()
	site, err := net.Dial("tcp", s.site)
	if err != nil {
		return
	}
	defer func() { _ = site.Close() }()
	_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	var back sync.WaitGroup
	back.Go(func() { _, _ = io.Copy(conn, site); _ = conn.Close() })
	_, _ = io.Copy(site, in)
	_ = site.Close()
	back.Wait()
}

func TestUpstream_BySOCKS5_ForwardsAndTunnels(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(greeting())
	t.Cleanup(plain.Close)
	sealed := httptest.NewTLSServer(greeting())
	t.Cleanup(sealed.Close)
	for scheme, site := range map[string]*httptest.Server{"http": plain, "https": sealed} {
		s, addr := startSOCKS(t, site.Listener.Addr().String())
		p := startProxy(t, browser.ProxyOptions{
			Policy: policy(t, addr), Resolver: resolver{"shop.example": {"93.184.216.34"}, "inner.example": {"10.0.0.7"}}, Logger: silent(),
		})
		u := openUpstream(t, p, "socks5://ada:s3cr3t-pw@"+addr)

		_, body := get(t, through(t, u.URL()), scheme+"://shop.example/")

		require.Equal(t, "hello from shop.example", body)
		s.mu.Lock()
		require.Equal(t, []string{"shop.example"}, s.asked)
		s.mu.Unlock()
		resp, _ := get(t, through(t, u.URL()), "http://inner.example/")
		require.Equal(t, "policy", resp.Header.Get(browser.RefusedHeader))
	}
}
