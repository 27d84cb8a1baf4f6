package config_test

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
)

// secretKeys are the settings that may hold a password.
var secretKeys = map[string]bool{"store.url": true, "temporal.store": true}

func TestLoad_WhenAValueIsBad_NamesKeyValueSourceAndWhatIsAllowed(t *testing.T) {
	t.Parallel()
	envOf, known := map[string]string{}, map[string]bool{}
	for _, s := range config.Settings() {
		envOf[s.Key] = s.Env
	}
	for _, tc := range []struct{ key, value, says string }{
		{"dataDir", "~/x", `must not start with "~"`},
		{"listen", "8080", `must be host:port, such as "127.0.0.1:8080"`},
		{"listen", "127.0.0.1:65536", "must be host:port"},
		{"listen", "127.0.0.1:http", "must be host:port"},
		{"listen", "http://127.0.0.1:80", "must be host:port"},
		{"listen", "[1:2]:80", "must be host:port"},
		{"listen", ":8080", "lets other machines connect"},
		{"listen", "0.0.0.0:8080", "lets other machines connect: use 127.0.0.1, or set allowRemote"},
		{"listen", "[::]:8080", "lets other machines connect"},
		{"listen", "192.168.1.2:8080", "lets other machines connect"},
		{"listen", "localhost.evil.test:8080", "lets other machines connect"},
		{"allowRemote", "maybe", "must be true or false"},
		{"projects", "~", `must not start with "~"`},
		{"log.level", "loud", "must be debug, info, warn or error"},
		{"log.format", "xml", "must be text or json"},
		{"temporal.address", "temporal", "must be host:port"},
		{"temporal.address", ":7233", "must be host:port"},
		{"temporal.address", "temporal:0", "must be host:port"},
		{"temporal.namespace", "a b", "must be a name of 1 to 128 letters"},
		{"temporal.listen", "0.0.0.0:7233", "lets other machines connect"},
		{"temporal.uiListen", "0.0.0.0:8233", "lets other machines connect"},
		{"temporal.retention", "30d", `must be a duration from 1h to 87600h, such as "720h"`},
		{"temporal.retention", "59m", "must be a duration from 1h"},
		{"network.allow", "10.0.0.0/8,nonsense", `"nonsense" is none, such as "10.0.0.0/8"`},
		{"network.allow", "10.0.0.5", `"10.0.0.5" is a single address: write 10.0.0.5/32`},
		{"network.allow", "::1", `write ::1/128`},
		{"network.allow", "10.0.0.5/8", "did you mean 10.0.0.0/8 or 10.0.0.5/32?"},
		{"network.allow", "10.0.0.0/33", "is none"},
		{"network.allow", "10.0.0.0/8:0", "no port from 1 to 65535"},
		{"network.allow", "10.0.0.0/8:70000", "no port from 1 to 65535"},
		{"network.allow", "10.0.0.0/8:", "no port from 1 to 65535"},
		{"network.allow", "::ffff:127.0.0.0/104", "write it as IPv4"},
		{"network.allow", "[fd00::/8]:x", "no port from 1 to 65535"},
		{"network.deny", "127.0.0.1", "write 127.0.0.1/32"},
		{"browser.path", "~/chrome", `must not start with "~"`},
		{"browser.user", "a/b", "must be a name"},
		{"browser.noSandbox", "yes please", "must be true or false"},
		{"browser.maxPages", "0", "must be auto, or a whole number from 1 to 1000"},
		{"browser.maxPages", "1.5", "must be auto, or a whole number"},
		{"operations.maxPages", "-1", "must be a whole number from 0 to 100000"},
		{"worker.drain", "-1s", "must be a duration from 0s to 1h"},
		{"worker.drain", "6", "must be a duration"},
		{"api.maxBody", "1MB", "must be a size from 1KiB to 64MiB"},
		{"api.maxBody", "1B", "must be a size"},
		{"api.maxBody", "99999999999999999999GiB", "must be a size"},
		{"api.maxBody", "17592186044417MiB", "must be a size"}, // 1 MiB, modulo 2^64
		{"operations.startDeadline", "0s", "must be a duration from 1s to 24h"},
		{"operations.retention", "1m", "must be a duration from 1h"},
		{"operations.freezeAfter", "-1s", "must be a duration from 0s to 24h"},
		{"operations.onBrowserLost", "retry", "must be restart or fail"},
		{"store.url", "mysql://u:pw@db/x", "must be a URL of the scheme postgres or postgresql or sqlite"},
		{"store.url", "postgres://u:pw@/x", "must be a URL with host and name"},
		{"store.url", "postgres://u:pw@db", "must be a URL with host and name"},
		{"store.url", "sqlite:~/x.db", `must not start with "~"`},
		{"temporal.store", "sqlite:/x", "must be a URL of the scheme postgres or postgresql"},
		{"store.passwordFile", "~/x", `must not start with "~"`},
		{"temporal.storePasswordFile", "~/x", `must not start with "~"`},
		{"vault.keyFile", "~/x", `must not start with "~"`},
		{"browser.kinds", "shell,firefox", "must be a list of shell and chrome"},
		{"browser.kinds", "chrome,chrome", "chrome is there twice"},
		{"browser.endpoints", "~/x", `must not start with "~"`},
		{"browser.endpoints", "https://pool:9000", "must be a list of Unix sockets"},
		{"browser.endpoints", "unix:", "must be a list of Unix sockets"},
		{"browser.endpoints", "/run/b.sock,unix:/run/b.sock", "is there twice"},
		{"browser.recycleAfterLogins", "-1", "must be a whole number from 0 to 1000000"},
		{"browser.recycleAfter", "often", "must be a duration from 0s to 10000h"},
		{"browser.recycleAboveMemory", "much", "must be a size from"},
		{"browser.leaveAfter", "-1s", "must be a duration from 0s to 24h"},
		{"browser.socket", "~/x", `must not start with "~"`},
		{"api.requestTimeout", "0s", "must be a duration from 1s to 5m"},
		{"api.publicUrl", "anteroom.example.com", "must be an http or https URL"},
		{"api.publicUrl", "https://u:p@example.com", "must be an http or https URL"},
		{"api.trustedProxies", "10.0.0.0/8:80", "without ports"},
		{"api.trustedProxies", "proxy", `is none, such as "10.0.0.0/8"`},
		{"monitor.listen", "9464", `must be host:port, such as "127.0.0.1:9464"`},
		{"monitor.listen", "0.0.0.0:9464", "lets other machines connect"},
		{"tracing.endpoint", "127.0.0.1:4318", "must be an http or https URL"},
		{"operations.patience", "169h", "must be a duration from 1s to 168h"},
	} {
		known[tc.key] = true
		_, err := load(t, env{envOf[tc.key]: tc.value}, "")
		list := faults(t, err)
		require.Len(t, list, 1, "%v", err)
		require.Equal(t, tc.key, list[0].Key)
		shown := tc.value
		if secretKeys[tc.key] {
			shown = session.Redacted
			require.NotContains(t, err.Error(), tc.value)
		}
		require.Equal(t, shown, list[0].Value)
		require.Equal(t, envOf[tc.key], list[0].Source)
		for _, part := range []string{tc.key, shown, envOf[tc.key], tc.says} {
			require.Contains(t, strings.ReplaceAll(err.Error(), `\"`, `"`), part)
		}
		require.NotContains(t, err.Error(), "\n", "one sentence")
	}
	require.Len(t, known, len(envOf), "every setting has a bad value here")
}

func TestLoad_WhenRemoteIsAllowed_ListensAnywhere(t *testing.T) {
	t.Parallel()
	for _, address := range []string{":8080", "0.0.0.0:8080", "[::]:0", "anteroom.example.com:443"} {
		_, err := load(t, env{"ANTEROOM_ALLOW_REMOTE": "true", "ANTEROOM_LISTEN": address,
			"ANTEROOM_TEMPORAL_LISTEN": address, "ANTEROOM_TEMPORAL_UI_LISTEN": address}, "")
		require.NoError(t, err, address)
	}
}

func TestLoad_WhenListeningOnLoopback_NeedsNoPermission(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:0", "127.8.8.8:1", "[::1]:1", "localhost:1", "[::ffff:127.0.0.1]:1"} {
		_, err := load(t, env{"ANTEROOM_LISTEN": address}, "")
		require.NoError(t, err, address)
	}
}

func TestLoad_WhenThereIsNoHome_AsksForTheDataDirectory(t *testing.T) {
	t.Parallel()

	_, err := load(t, env{"HOME": ""}, "")

	require.ErrorContains(t, err, `dataDir is "": it must be set, since there is no home directory`)
}

func TestLoad_WhenManyThingsAreWrong_ReportsAllOfThem(t *testing.T) {
	t.Parallel()

	_, err := load(t, env{"ANTEROOM_LOG_LEVEL": "loud", "ANTEROOM_LISTN": "x", "ANTEROOM_LISTEN": "0.0.0.0:1"},
		"netwirk:\n  allow: 10.0.0.0/8\nbrowser:\n  maxPages: 0\n")

	keys := map[string]bool{}
	for _, f := range faults(t, err) {
		keys[f.Key] = true
	}
	require.Equal(t, map[string]bool{
		"log.level": true, "ANTEROOM_LISTN": true, "listen": true, "netwirk.allow": true, "browser.maxPages": true,
	}, keys)
}

func TestLoad_WhenTheFileHasAnUnknownKey_NamesItAndTheNearestOne(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ file, says string }{
		{"listn: 127.0.0.1:1\n", "listn (from "},
		{"listn: 127.0.0.1:1\n", "is no setting: did you mean listen?"},
		{"browser:\n  maxPage: 3\n", "did you mean browser.maxPages?"},
		{"password: hunter2hunter2\n", "password (from "},
		{"log: debug\n", "log (from "},
		{"log: debug\n", "is a section: put its settings below it, such as log.level"},
		{"log:\n  level:\n    deep: 1\n", "log.level is"},
		{"listen: [a, b]\n", "it must be one value, not a list"},
		{"network:\n  allow: [[a]]\n", "it must be a list of texts"},
		{"nothing: ~\n", "nothing (from "},
	} {
		_, err := load(t, nil, tc.file)
		require.Len(t, faults(t, err), 1, tc.file)
		require.ErrorContains(t, err, tc.says, tc.file)
		require.ErrorContains(t, err, "anteroom.yaml", tc.file)
		require.NotContains(t, err.Error(), "hunter2", "the value of an unknown key may be a secret")
	}
}

func TestLoad_WhenTheEnvironmentHasAnUnknownVariable_NamesItWithoutItsValue(t *testing.T) {
	t.Parallel()

	_, err := load(t, env{"ANTEROOM_NETWORK_ALOW": "hunter2", "ANTEROOMS": "1", "OTHER": "2"}, "")

	require.Len(t, faults(t, err), 1)
	require.ErrorContains(t, err, "ANTEROOM_NETWORK_ALOW is an environment variable that names no setting: did you mean ANTEROOM_NETWORK_ALLOW?")
	require.NotContains(t, err.Error(), "hunter2")
}

func TestLoad_WhenAVariableBelongsToAnotherPart_LetsItBe(t *testing.T) {
	t.Parallel()
	o := env{"ANTEROOM_API_KEY": "key"}.options()

	_, err := config.Load(o)
	require.ErrorContains(t, err, "ANTEROOM_API_KEY")

	o.OtherEnv = []string{"ANTEROOM_API_KEY"}
	_, err = config.Load(o)
	require.NoError(t, err)
}

func TestLoad_WhenAFlagIsBad_NamesTheFlag(t *testing.T) {
	t.Parallel()
	o := env{}.options()
	o.Flags = pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(o.Flags, "listen", "dataDir")
	require.NoError(t, o.Flags.Parse([]string{"--listen", "", "--data-dir", "~/x"}))

	_, err := config.Load(o)

	require.ErrorContains(t, err, `listen is "" (from --listen): it must be host:port`)
	require.ErrorContains(t, err, "(from --data-dir)")
}

func TestLoad_WhateverTheEnvironmentHolds_GivesAConfigOrFaults(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		e := env{}
		for _, s := range config.Settings() {
			if rapid.Bool().Draw(rt, s.Key+" set") {
				e[s.Env] = rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9a-f:./,\[\]hms]{0,12}`),
					rapid.Just(samples[s.Key].text)).Draw(rt, s.Key)
			}
		}

		c, err := config.Load(e.options())

		require.Equal(t, err == nil, c != nil)
		if err != nil {
			require.NotEmpty(t, faults(t, err))
		}
	})
}
