package config

import (
	"net/netip"
	"time"

	"github.com/anteroom/anteroom/session"
)

// settings is the table of all settings: key, default, what it is, and how its text becomes a value.
// A default of "" means: not set.
var settings = []setting{
	dirSetting("dataDir", "", "where everything is kept (default $XDG_DATA_HOME/anteroom or ~/.local/share/anteroom)",
		required, func(c *Config) *string { return &c.DataDir }),
	listenSetting("listen", "127.0.0.1:8080", "host:port of the API",
		func(c *Config) *string { return &c.Listen }),
	boolSetting("allowRemote", "listen also where other machines can connect",
		func(c *Config) *bool { return &c.AllowRemote }),
	dirSetting("projects", "", "directory of project files (*.yaml)",
		optional, func(c *Config) *string { return &c.Projects }),

	levelSetting("log.level", "info", "least level that is logged"),
	choiceSetting("log.format", LogText, "format of the log", []string{LogText, LogJSON},
		func(c *Config) *string { return &c.Log.Format }),

	databaseSetting("store.url", "where sessions and operations are kept: postgres://user@host:5432/name or sqlite:PATH (default: a SQLite file in dataDir)",
		[]string{"postgres", "postgresql", "sqlite"}, func(c *Config) *session.Secret { return &c.Store.URL }),
	pathSetting("store.passwordFile", "file with the password of store.url",
		func(c *Config) *string { return &c.Store.PasswordFile }),

	pathSetting("vault.keyFile", "file with the key that seals secrets (default <data-dir>/vault.key)",
		func(c *Config) *string { return &c.Vault.KeyFile }),

	addressSetting("temporal.address", "host:port of an outside Temporal server",
		func(c *Config) *string { return &c.Temporal.Address }),
	nameSetting("temporal.namespace", "default", "Temporal namespace",
		required, func(c *Config) *string { return &c.Temporal.Namespace }),
	listenSetting("temporal.listen", "127.0.0.1:7233", "host:port of the Temporal server in this process",
		func(c *Config) *string { return &c.Temporal.Listen }),
	listenSetting("temporal.uiListen", "127.0.0.1:8233", "host:port of the Temporal UI in this process",
		func(c *Config) *string { return &c.Temporal.UIListen }),
	// An hour is Temporal's least local retention.
	durationSetting("temporal.retention", "720h", "how long finished workflows are kept", time.Hour, 87600*time.Hour,
		func(c *Config) *time.Duration { return &c.Temporal.Retention }),
	databaseSetting("temporal.store", "where the Temporal server in this process keeps its workflows: postgres://user@host:5432/name (default: SQLite files in dataDir)",
		[]string{"postgres", "postgresql"}, func(c *Config) *session.Secret { return &c.Temporal.Store }),
	pathSetting("temporal.storePasswordFile", "file with the password of temporal.store",
		func(c *Config) *string { return &c.Temporal.StorePasswordFile }),

	networksSetting("network.allow", "private networks the browser may reach: CIDR or CIDR:port, separated by commas",
		func(c *Config) *[]AllowedNetwork { return &c.Network.Allow }),
	networksSetting("network.deny", "networks the browser never reaches, whatever network.allow says: CIDR or CIDR:port, separated by commas",
		func(c *Config) *[]AllowedNetwork { return &c.Network.Deny }),

	fileSetting("browser.path", "the browser's program (default: look for one)",
		func(c *Config) *string { return &c.Browser.Path }),
	nameSetting("browser.user", "", "user the browser runs as when started by root",
		optional, func(c *Config) *string { return &c.Browser.User }),
	boolSetting("browser.noSandbox", "start the browser without its sandbox",
		func(c *Config) *bool { return &c.Browser.NoSandbox }),
	autoSetting("browser.maxPages", "pages that a browser may have in use at the same time: a number, or auto for as many as the memory takes", 1, 1000,
		func(c *Config) *int { return &c.Browser.MaxPages }),
	kindsSetting("browser.kinds", "shell,chrome", "kinds of browsers on which logins are taken up here, separated by commas",
		func(c *Config) *[]session.BrowserKind { return &c.Browser.Kinds }),
	socketsSetting("browser.endpoints", "Unix sockets of browser processes, see the command browser, separated by commas (default: one of its own, started if need be)",
		func(c *Config) *[]string { return &c.Browser.Endpoints }),
	pathSetting("browser.socket", "Unix socket where a browser process serves its browser (default <data-dir>/browser.sock)",
		func(c *Config) *string { return &c.Browser.Socket }),
	durationSetting("browser.leaveAfter", "5m", "how long a browser process stays that a worker started and nobody needs; 0: for ever", 0, 24*time.Hour,
		func(c *Config) *time.Duration { return &c.Browser.LeaveAfter }),

	countSetting("browser.recycleAfterLogins", "500", "how many logins a browser serves before another one takes its place; 0: any number", 0, 1_000_000,
		func(c *Config) *int { return &c.Browser.RecycleAfterLogins }),
	durationSetting("browser.recycleAfter", "24h", "how old a browser gets before another one takes its place; 0: any age", 0, 10_000*time.Hour,
		func(c *Config) *time.Duration { return &c.Browser.RecycleAfter }),
	sizeSetting("browser.recycleAboveMemory", "4GiB", "how much memory a browser with its pages may take before another one takes its place; 0: any", 0, 1<<40,
		func(c *Config) *int64 { return &c.Browser.RecycleAboveMemory }),

	durationSetting("worker.drain", "6s", "how long running work may finish when the worker is stopped", 0, time.Hour,
		func(c *Config) *time.Duration { return &c.Worker.Drain }),

	sizeSetting("api.maxBody", "1MiB", "largest request body", 1<<10, 64<<20,
		func(c *Config) *int64 { return &c.API.MaxBody }),
	durationSetting("api.requestTimeout", "5s", "how long a request may take that does not wait on purpose", time.Second, 5*time.Minute,
		func(c *Config) *time.Duration { return &c.API.RequestTimeout }),
	urlSetting("api.publicUrl", "where people reach the API, for links to answer pages (default: the address the caller used)",
		"https://anteroom.example.com", func(c *Config) *string { return &c.API.PublicURL }),
	prefixesSetting("api.trustedProxies", "reverse proxies whose forwarding headers are believed: CIDR, separated by commas",
		func(c *Config) *[]netip.Prefix { return &c.API.TrustedProxies }),

	countSetting("operations.maxPages", "0", "pages that may be in use at the same time in the whole installation; 0 for no limit", 0, session.MaxPages,
		func(c *Config) *int { return &c.Operations.MaxPages }),
	durationSetting("operations.startDeadline", "10m", "how long after its request an operation may be started",
		time.Second, 24*time.Hour, func(c *Config) *time.Duration { return &c.Operations.StartDeadline }),
	durationSetting("operations.patience", "30m", "how long a step of a login may wait for a worker that takes it up",
		time.Second, 7*24*time.Hour, func(c *Config) *time.Duration { return &c.Operations.Patience }),
	durationSetting("operations.retention", "720h", "how long finished operations are kept", time.Hour, 87600*time.Hour,
		func(c *Config) *time.Duration { return &c.Operations.Retention }),
	durationSetting("operations.freezeAfter", "30s", "how long the page of a login that waits for a person goes on before it is frozen; 0: for ever",
		0, 24*time.Hour, func(c *Config) *time.Duration { return &c.Operations.FreezeAfter }),
	choiceSetting("operations.onBrowserLost", string(session.BrowserLostRestart), "what a login does whose browser is lost after it asked a question",
		[]string{string(session.BrowserLostRestart), string(session.BrowserLostFail)},
		func(c *Config) *string { return (*string)(&c.Operations.OnBrowserLost) }),

	optionalListenSetting("monitor.listen", "host:port of /healthz, /readyz and /metrics, beside the API's (default: none)",
		func(c *Config) *string { return &c.Monitor.Listen }),

	urlSetting("tracing.endpoint", "base URL of an OTLP receiver over HTTP, for traces (default: none)", "http://127.0.0.1:4318",
		func(c *Config) *string { return &c.Tracing.Endpoint }),
}

// Setting describes one setting for help texts and documentation.
type Setting struct {
	// Key is the name in the file: "temporal.uiListen".
	Key string
	// Env is the environment variable: "ANTEROOM_TEMPORAL_UI_LISTEN".
	Env string
	// Flag is the command line flag without dashes: "temporal-ui-listen".
	Flag string
	// Default is the text of the default; empty when the setting is not set by default.
	Default string
	// Usage says in a few words what it is.
	Usage string
}

// Settings lists every setting, in the order of Config.
func Settings() []Setting {
	out := make([]Setting, 0, len(settings))
	for _, s := range settings {
		out = append(out, Setting{Key: s.key, Env: s.env(), Flag: s.flag(), Default: s.fallback, Usage: s.usage})
	}
	return out
}
