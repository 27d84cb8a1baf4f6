package browser

import (
	"time"

	"github.com/anteroom/anteroom/session"
)

// KeeperState is what a Keeper has.
type KeeperState struct {
	// Host names the keeper's installation on its machine.
	Host string `json:"host"`
	// Machine names the system that the keeper runs on for as long as that is up; empty where the system does not tell.
	Machine string `json:"machine,omitempty"`
	// PID is the keeper's process id, as it counts them.
	PID int `json:"pid"`
	// Settings are what the keeper was started with; see KeeperOptions.
	Settings string `json:"settings"`
	// Since is when the keeper was started.
	Since time.Time `json:"since"`
	// LeaveAfter is how long it stays when nobody needs it; 0 is for ever.
	LeaveAfter time.Duration `json:"leaveAfterNanoseconds"`
	// Clients are the connections to its browsers.
	Clients int `json:"clients"`
	// Wanted are the pages that it stays for.
	Wanted Wanted `json:"wanted"`
	// ProxyURL is the direct listener of its forwarding proxy.
	ProxyURL string `json:"proxyUrl"`
	// Browsers run, the oldest first.
	Browsers []KeptBrowser `json:"browsers"`
}

// KeptBrowser is a browser that a Keeper runs.
type KeptBrowser struct {
	ID      string              `json:"id"`
	Kind    session.BrowserKind `json:"kind"`
	PID     int                 `json:"pid"`
	Version string              `json:"version"`
	Since   time.Time           `json:"since"`
	// Draining is true once another browser of the kind takes its place: no new login begins on it, and it ends with its last page.
	Draining bool `json:"draining,omitempty"`
}

// KeptContext is a browser context that a client of a Keeper made and nobody disposed of.
type KeptContext struct {
	ID    string    `json:"id"`
	Since time.Time `json:"since"`
	// ProxyURL is the proxy that it was made with; empty for the browser's own.
	ProxyURL string `json:"proxyUrl,omitempty"`
	// Used is true while the client is connected that made it or adopted its page last.
	Used bool `json:"used"`
	// Client is the name of that client; empty while it is not connected.
	Client string `json:"client,omitempty"`
	// Frozen is true while a client froze its page, whether it is still there or not, and nobody attached to it since.
	Frozen bool `json:"frozen,omitempty"`
	// Suspended is true while the processes that render the frozen page are stopped.
	Suspended bool `json:"suspended,omitempty"`
}
