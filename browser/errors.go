package browser

import "errors"

var (
	// ErrNotFound: no Chromium of the wanted kind is installed; the error's sentence names the package.
	ErrNotFound = errors.New("no browser found")
	// ErrNoSandbox: the kernel or the container refuses Chromium its sandbox, and NoSandbox was not set.
	ErrNoSandbox = errors.New("the browser has no sandbox here")
	// ErrBrowserLost: the browser process or the connection to it is gone.
	ErrBrowserLost = errors.New("the browser is lost")
	// ErrDetached: this process is not attached to the page any more, because another one adopted it or the connection to the
	// Keeper ended. The page lives on: adopt it, or leave it to who has it.
	ErrDetached = errors.New("the page is attached to elsewhere")
	// ErrUpstreamProxy: the upstream proxy cannot be used; the error's sentence says why, without its credentials.
	ErrUpstreamProxy = errors.New("the proxy cannot be used")
)
