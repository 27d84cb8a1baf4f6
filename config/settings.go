package config

import (
	"time"
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

	networksSetting("network.allow", "private networks the browser may reach: CIDR or CIDR:port, separated by commas",
		func(c *Config) *[]AllowedNetwork { return &c.Network.Allow }),

	fileSetting("browser.path", "the browser's program (default: look for one)",
		func(c *Config) *string { return &c.Browser.Path }),
	nameSetting("browser.user", "", "user the browser runs as when started by root",
		optional, func(c *Config) *string { return &c.Browser.User }),
	boolSetting("browser.noSandbox", "start the browser without its sandbox",
		func(c *Config) *bool { return &c.Browser.NoSandbox }),
	countSetting("browser.maxPages", "20", "pages that may be in use at the same time", 1, 1000,
		func(c *Config) *int { return &c.Browser.MaxPages }),

	durationSetting("worker.drain", "6s", "how long running work may finish when the worker is stopped", 0, time.Hour,
		func(c *Config) *time.Duration { return &c.Worker.Drain }),

	sizeSetting("api.maxBody", "1MiB", "largest request body", 1<<10, 64<<20,
		func(c *Config) *int64 { return &c.API.MaxBody }),

	durationSetting("operations.startDeadline", "10m", "how long after its request an operation may be started",
		time.Second, 24*time.Hour, func(c *Config) *time.Duration { return &c.Operations.StartDeadline }),
	durationSetting("operations.patience", "30m", "how long a step of a login may wait for a worker that takes it up",
		time.Second, 7*24*time.Hour, func(c *Config) *time.Duration { return &c.Operations.Patience }),
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
