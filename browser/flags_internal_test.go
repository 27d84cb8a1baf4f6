package browser

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

func valueOf(t *testing.T, flags []flag, name string) any {
	t.Helper()
	for _, f := range flags {
		if f.name == name {
			return f.value
		}
	}
	require.Failf(t, "no such flag", "--%s is not set", name)
	return nil
}

func TestFlagsFor_Always_SetTheSandboxExplicitly(t *testing.T) {
	t.Parallel()

	require.Equal(t, false, valueOf(t, flagsFor(session.BrowserShell, false, false, ""), "no-sandbox"))
	require.Equal(t, true, valueOf(t, flagsFor(session.BrowserShell, false, true, ""), "no-sandbox"))
}

func TestFlagsFor_TheFullBrowser_TurnOffTheOmniboxRenderers(t *testing.T) {
	t.Parallel()

	off := valueOf(t, flagsFor(session.BrowserChrome, false, false, ""), "disable-features")
	shell := valueOf(t, flagsFor(session.BrowserShell, false, false, ""), "disable-features")

	require.Contains(t, off, "WebUIOmniboxPopup,WebUIOmniboxAimPopup")
	require.NotContains(t, shell, "Omnibox")
}

func TestFlagsFor_WithAProxy_LeaveNoWayAroundIt(t *testing.T) {
	t.Parallel()

	flags := flagsFor(session.BrowserShell, false, false, "http://127.0.0.1:3128")

	require.Equal(t, "http://127.0.0.1:3128", valueOf(t, flags, "proxy-server"))
	require.Equal(t, "<-loopback>", valueOf(t, flags, "proxy-bypass-list"))
	require.Equal(t, true, valueOf(t, flags, "disable-quic"))
	require.Equal(t, "disable_non_proxied_udp", valueOf(t, flags, "force-webrtc-ip-handling-policy"))
	require.Equal(t, "disable_non_proxied_udp", valueOf(t, flags, "webrtc-ip-handling-policy"))
}

func TestFlags_Each_SaysWhyAndWhere(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range flagsFor(session.BrowserChrome, true, true, "http://127.0.0.1:1") {
		require.NotEmpty(t, f.why, f.name)
		require.NotEmpty(t, f.source, f.name)
		require.False(t, seen[f.name], "%s is set twice", f.name)
		require.False(t, strings.HasPrefix(f.name, "-"), f.name)
		seen[f.name] = true
	}
}

func TestStartError_WhenChromiumComplainsOfItsSandbox_SaysWhatToDo(t *testing.T) {
	t.Parallel()

	err := startError(errors.New("chrome failed to start:\n[1:1:FATAL:zygote_host_impl_linux.cc] No usable sandbox! Update your kernel"))

	require.ErrorIs(t, err, ErrNoSandbox)
	require.ErrorContains(t, err, "user namespaces")
	require.NotErrorIs(t, startError(errors.New("exec format error")), ErrNoSandbox)
}
