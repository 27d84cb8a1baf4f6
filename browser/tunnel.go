package browser

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// tunnelIdleTimeout ends a tunnel in which nothing moved: a parked login's connections do not stay for a day.
const tunnelIdleTimeout = 10 * time.Minute

// connect answers CONNECT: it reaches the target, and then carries bytes both ways.
func (l *listener) connect(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), connectTimeout)
	defer cancel()
	site, err := l.route.dial(ctx, r.Host)
	if err != nil {
		l.fail(w, r.Host, err)
		return
	}
	l.faults.forget(r.Host)
	client, rest, err := hijack(w)
	if err != nil {
		_ = site.Close()
		http.Error(w, "tunnels need HTTP/1.1", http.StatusInternalServerError)
		return
	}
	t := &tunnel{client: client, site: site}
	if !l.admit(t) {
		t.close()
		return
	}
	defer l.dismiss(t)
	t.run(rest)
}

func hijack(w http.ResponseWriter) (net.Conn, io.Reader, error) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	// What the client already sent after its request sits in the buffer.
	return conn, io.LimitReader(buffered, int64(buffered.Reader.Buffered())), nil
}

func (l *listener) admit(t *tunnel) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.tunnels[t] = struct{}{}
	l.running.Add(1)
	return true
}

func (l *listener) dismiss(t *tunnel) {
	t.close()
	l.mu.Lock()
	delete(l.tunnels, t)
	l.mu.Unlock()
	l.running.Done()
}

// tunnel carries bytes between a client of the proxy and a site.
type tunnel struct {
	client, site net.Conn
	// last is when a byte last moved, in Unix nanoseconds.
	last atomic.Int64
}

func (t *tunnel) close() {
	_ = t.client.Close()
	_ = t.site.Close()
}

// run returns when both directions have ended.
func (t *tunnel) run(rest io.Reader) {
	t.last.Store(time.Now().UnixNano())
	if _, err := io.WriteString(t.client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	if _, err := io.Copy(t.site, rest); err != nil {
		return
	}
	var back sync.WaitGroup
	back.Go(func() { t.carry(t.client, t.site) })
	t.carry(t.site, t.client)
	back.Wait()
}

// carry copies until src ends, then tells dst that no more comes. A broken direction ends the other, too.
func (t *tunnel) carry(dst, src net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		_ = src.SetReadDeadline(time.Now().Add(tunnelIdleTimeout))
		n, err := src.Read(buf)
		if n > 0 {
			t.last.Store(time.Now().UnixNano())
			_ = dst.SetWriteDeadline(time.Now().Add(tunnelIdleTimeout))
			if _, werr := dst.Write(buf[:n]); werr != nil {
				t.close()
				return
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded) && time.Since(time.Unix(0, t.last.Load())) < tunnelIdleTimeout:
			// the other direction is alive
		case errors.Is(err, io.EOF):
			closeWrite(dst)
			return
		default:
			t.close()
			return
		}
	}
}

func closeWrite(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		return
	}
	_ = c.Close()
}
