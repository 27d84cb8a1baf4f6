package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"go.temporal.io/sdk/converter"
)

// maxDecodeBody bounds a request to the decode endpoint, in bytes: Temporal's own limit of a payload
// (common/dynamicconfig/constants.go, limit.blobSize.error).
const maxDecodeBody = 2 << 20

// NewDecodeHandler returns the codec endpoint of the Temporal UI: POST /decode, and nothing that seals. uiOrigin is
// the one origin that pages may call it from, as the browser writes it: "http://127.0.0.1:8233".
//
// It answers only when it was called by a loopback name, so that a web page whose DNS name was rebound to 127.0.0.1
// gets nothing. It does not ask who calls: listen on loopback only, and keep secrets out of payloads.
func NewDecodeHandler(v *Vault, uiOrigin string) (http.Handler, error) {
	if err := checkOrigin(uiOrigin); err != nil {
		return nil, err
	}
	h := &decodeHandler{origin: uiOrigin, codec: converter.NewPayloadCodecHTTPHandler(v.Codec())}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /decode", h.decode)
	mux.HandleFunc("OPTIONS /decode", h.preflight)
	return h.guard(mux), nil
}

type decodeHandler struct {
	origin string
	codec  http.Handler
}

// guard refuses foreign hosts and origins and sets the CORS headers that the UI needs.
func (h *decodeHandler) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopbackHost(r.Host) {
			http.Error(w, "this endpoint is called by a loopback address only", http.StatusForbidden)
			return
		}
		w.Header().Add("Vary", "Origin")
		// Programs that are no browser send no Origin.
		if origin := r.Header.Get("Origin"); origin != "" && origin != h.origin {
			http.Error(w, "this origin may not decode payloads", http.StatusForbidden)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", h.origin)
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		next.ServeHTTP(w, r)
	})
}

func (h *decodeHandler) preflight(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Methods", http.MethodPost)
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Namespace")
	w.WriteHeader(http.StatusNoContent)
}

func (h *decodeHandler) decode(w http.ResponseWriter, r *http.Request) {
	// The SDK's handler reads a body of any size.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDecodeBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		http.Error(w, fmt.Sprintf("the body is larger than %d bytes", maxDecodeBody), http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.Header().Set("Cache-Control", "no-store")
	h.codec.ServeHTTP(w, r)
}

// loopbackHost reports whether a Host header names this machine's loopback interface.
func loopbackHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]") // no port
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func checkOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Scheme+"://"+u.Host != origin {
		return fmt.Errorf("use %q as the origin of the Temporal UI: it is scheme, host and port, such as http://127.0.0.1:8233", origin)
	}
	return nil
}
