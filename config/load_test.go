package config_test

import (
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
)

// defaults is what an empty configuration gives.
func defaults() config.Config {
	return config.Config{
		DataDir: "/home/ada/.local/share/anteroom",
		Listen:  "127.0.0.1:8080",
		Log:     config.Log{Level: slog.LevelInfo, Format: "text"},
		Temporal: config.Temporal{
			Namespace: "default", Listen: "127.0.0.1:7233", UIListen: "127.0.0.1:8233", Retention: 30 * 24 * time.Hour,
		},
		Browser:    config.Browser{Kinds: []session.BrowserKind{session.BrowserShell, session.BrowserChrome}, RecycleAfterLogins: 500, RecycleAfter: 24 * time.Hour, RecycleAboveMemory: 4 << 30, LeaveAfter: 5 * time.Minute},
		Worker:     config.Worker{Drain: 6 * time.Second},
		API:        config.API{MaxBody: 1 << 20, RequestTimeout: 5 * time.Second},
		Operations: config.Operations{StartDeadline: 10 * time.Minute, Patience: 30 * time.Minute, Retention: 30 * 24 * time.Hour, FreezeAfter: 30 * time.Second, OnBrowserLost: session.BrowserLostRestart},
	}
}

// samples has for each key a text that is not the default, and the value it means.
var samples = map[string]struct {
	text  string
	value any
}{
	"dataDir":                    {"/srv/anteroom", "/srv/anteroom"},
	"listen":                     {"127.0.0.1:0", "127.0.0.1:0"},
	"allowRemote":                {"true", true},
	"projects":                   {"/etc/anteroom/projects", "/etc/anteroom/projects"},
	"log.level":                  {"debug", slog.LevelDebug},
	"log.format":                 {"json", "json"},
	"temporal.address":           {"temporal:7233", "temporal:7233"},
	"temporal.namespace":         {"logins", "logins"},
	"temporal.listen":            {"[::1]:7000", "[::1]:7000"},
	"temporal.uiListen":          {"localhost:7001", "localhost:7001"},
	"temporal.retention":         {"48h", 48 * time.Hour},
	"network.allow":              {"127.0.0.0/8, 10.1.0.0/16:8443", []config.AllowedNetwork{{Prefix: netip.MustParsePrefix("127.0.0.0/8")}, {Prefix: netip.MustParsePrefix("10.1.0.0/16"), Port: 8443}}},
	"network.deny":               {"127.0.0.1/32:8080", []config.AllowedNetwork{{Prefix: netip.MustParsePrefix("127.0.0.1/32"), Port: 8080}}},
	"browser.path":               {"/usr/bin/chromium", "/usr/bin/chromium"},
	"browser.user":               {"nobody", "nobody"},
	"browser.noSandbox":          {"1", true},
	"browser.maxPages":           {"7", 7},
	"operations.maxPages":        {"50", 50},
	"worker.drain":               {"30s", 30 * time.Second},
	"api.maxBody":                {"512KiB", int64(512 << 10)},
	"operations.startDeadline":   {"1m30s", 90 * time.Second},
	"operations.patience":        {"2h", 2 * time.Hour},
	"operations.retention":       {"24h", 24 * time.Hour},
	"operations.freezeAfter":     {"1m", time.Minute},
	"operations.onBrowserLost":   {"fail", session.BrowserLostFail},
	"store.url":                  {"postgres://anteroom@db:5432/anteroom", session.NewSecret("postgres://anteroom@db:5432/anteroom")},
	"store.passwordFile":         {"/run/secrets/store", "/run/secrets/store"},
	"vault.keyFile":              {"/run/secrets/vault.key", "/run/secrets/vault.key"},
	"temporal.store":             {"postgresql://temporal@db/temporal", session.NewSecret("postgresql://temporal@db/temporal")},
	"temporal.storePasswordFile": {"/run/secrets/temporal", "/run/secrets/temporal"},
	"browser.kinds":              {" chrome ", []session.BrowserKind{session.BrowserChrome}},
	"browser.endpoints":          {"/run/anteroom/browser.sock, unix:/run/b.sock", []string{"/run/anteroom/browser.sock", "/run/b.sock"}},
	"browser.leaveAfter":         {"0s", time.Duration(0)},
	"browser.recycleAfterLogins": {"0", 0},
	"browser.recycleAfter":       {"12h", 12 * time.Hour},
	"browser.recycleAboveMemory": {"2GiB", int64(2 << 30)},
	"browser.socket":             {"/run/anteroom/browser.sock", "/run/anteroom/browser.sock"},
	"api.requestTimeout":         {"20s", 20 * time.Second},
	"api.publicUrl":              {"https://anteroom.example.com/x/", "https://anteroom.example.com/x"},
	"api.trustedProxies":         {"10.0.0.0/8, fd00::/8", []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}},
	"monitor.listen":             {"127.0.0.1:9464", "127.0.0.1:9464"},
	"tracing.endpoint":           {"http://127.0.0.1:4318", "http://127.0.0.1:4318"},
}

// leaf is one field of Config that holds a value.
type leaf struct {
	key   string
	index []int
}

// leaves finds the fields by reflection, so that a new field without a setting is found.
func leaves(t reflect.Type, prefix string, index []int) []leaf {
	var out []leaf
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(append([]int{}, index...), i)
		if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[session.Secret]() {
			out = append(out, leaves(f.Type, prefix+lowerCamel(f.Name)+".", at)...)
			continue
		}
		out = append(out, leaf{key: prefix + lowerCamel(f.Name), index: at})
	}
	return out
}

// lowerCamel makes UIListen uiListen, API api, PublicURL publicUrl and DataDir dataDir.
func lowerCamel(name string) string {
	if before, ok := strings.CutSuffix(name, "URL"); ok {
		name = before + "Url"
	}
	upper := 0
	for upper < len(name) && unicode.IsUpper(rune(name[upper])) {
		upper++
	}
	if upper > 1 && upper < len(name) {
		upper-- // the last one starts the next word
	}
	return strings.ToLower(name[:upper]) + name[upper:]
}

func TestLoad_WhenNothingIsSet_GivesEachDefault(t *testing.T) {
	t.Parallel()

	c, err := load(t, nil, "")

	require.NoError(t, err)
	require.Equal(t, defaults(), *c)
}

func TestLoad_WhenOneKeyIsSetAnywhere_ChangesThatFieldOnly(t *testing.T) {
	t.Parallel()
	described := map[string]config.Setting{}
	for _, s := range config.Settings() {
		described[s.Key] = s
	}
	all := leaves(reflect.TypeFor[config.Config](), "", nil)
	require.Len(t, described, len(all), "one setting for each field")
	for _, l := range all {
		t.Run(l.key, func(t *testing.T) {
			t.Parallel()
			s, sample := described[l.key], samples[l.key]
			require.NotEmpty(t, s.Key, "the field has no setting")
			require.NotEmpty(t, sample.text, "the key has no sample")
			require.NotEmpty(t, s.Usage)
			want := defaults()
			reflect.ValueOf(&want).Elem().FieldByIndex(l.index).Set(reflect.ValueOf(sample.value))
			require.NotEqual(t, want, defaults(), "the sample is the default")

			byEnv, err := load(t, env{s.Env: sample.text}, "")
			require.NoError(t, err)
			require.Equal(t, want, *byEnv, "environment")

			byFile, err := load(t, nil, yamlOf(l.key, sample.text))
			require.NoError(t, err)
			require.Equal(t, want, *byFile, "file")

			o := env{}.options()
			o.Flags = pflag.NewFlagSet("test", pflag.ContinueOnError)
			config.AddFlags(o.Flags, l.key)
			require.NoError(t, o.Flags.Parse([]string{"--" + s.Flag + "=" + sample.text}))
			byFlag, err := config.Load(o)
			require.NoError(t, err)
			require.Equal(t, want, *byFlag, "flag")
		})
	}
}

// yamlOf writes one key as a file.
func yamlOf(key, value string) string {
	if section, name, nested := strings.Cut(key, "."); nested {
		return section + ":\n  " + name + ": \"" + value + "\"\n"
	}
	return key + ": \"" + value + "\"\n"
}

func TestSettings_WhenListed_NamesAreThoseOfTheDocumentation(t *testing.T) {
	t.Parallel()
	names := map[string]string{}
	for _, s := range config.Settings() {
		names[s.Env] = s.Flag
	}
	for envName, flag := range map[string]string{
		"ANTEROOM_NETWORK_ALLOW": "network-allow", "ANTEROOM_BROWSER_NO_SANDBOX": "browser-no-sandbox",
		"ANTEROOM_DATA_DIR": "data-dir", "ANTEROOM_ALLOW_REMOTE": "allow-remote", "ANTEROOM_LISTEN": "listen",
		"ANTEROOM_TEMPORAL_UI_LISTEN": "temporal-ui-listen", "ANTEROOM_API_MAX_BODY": "api-max-body",
	} {
		require.Equal(t, flag, names[envName], envName)
	}
}

func TestLoad_WhenSourcesDiffer_TheNearerOneWins(t *testing.T) {
	t.Parallel()
	file := "listen: 127.0.0.1:1\nlog:\n  level: error\nbrowser:\n  maxPages: 3\n  noSandbox: true\n"
	o := env{"ANTEROOM_LISTEN": "127.0.0.1:2", "ANTEROOM_LOG_LEVEL": "warn"}.options()
	o.File = writeFile(t, t.TempDir(), "c.yaml", file)
	o.Flags = pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(o.Flags, "listen", "log.level", "browser.noSandbox")
	require.NoError(t, o.Flags.Parse([]string{"--listen", "127.0.0.1:3", "--browser-no-sandbox=false"}))

	c, err := config.Load(o)

	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:3", c.Listen, "flag over environment and file")
	require.Equal(t, slog.LevelWarn, c.Log.Level, "environment over file; a flag that was not given counts for nothing")
	require.Equal(t, 3, c.Browser.MaxPages, "file over default")
	require.False(t, c.Browser.NoSandbox)
}

func TestLoad_WhenTheEnvironmentIsEmptyText_CountsAsNotSet(t *testing.T) {
	t.Parallel()

	c, err := load(t, env{"ANTEROOM_LISTEN": "", "ANTEROOM_NETWORK_ALLOW": ""}, "listen: 127.0.0.1:9\n")

	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:9", c.Listen)
}

func TestLoad_WhenTheEnvironmentNamesAFile_ReadsIt(t *testing.T) {
	t.Parallel()
	named := writeFile(t, t.TempDir(), "named.yaml", "listen: 127.0.0.1:9\n")

	c, err := load(t, env{"ANTEROOM_CONFIG": named}, "")
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:9", c.Listen)

	c, err = load(t, env{"ANTEROOM_CONFIG": named}, "listen: 127.0.0.1:10\n")
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:10", c.Listen, "the option wins")
}

func TestLoad_WhenTheFileHasYAMLTypes_TakesThem(t *testing.T) {
	t.Parallel()

	c, err := load(t, nil, `
allowRemote: true
log:
network:
  allow:
    - 127.0.0.0/8
    - 10.0.0.0/8:443
browser: {maxPages: 5, noSandbox: false}
temporal:
  retention: ~
api:
  maxBody: 2048
`)

	require.NoError(t, err)
	require.True(t, c.AllowRemote)
	require.Len(t, c.Network.Allow, 2)
	require.Equal(t, "10.0.0.0/8:443", c.Network.Allow[1].String())
	require.Equal(t, 5, c.Browser.MaxPages)
	require.Equal(t, 720*time.Hour, c.Temporal.Retention, "null is the default")
	require.Equal(t, int64(2048), c.API.MaxBody)
}

func TestLoad_WhenTheFileIsEmpty_GivesTheDefaults(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"\n", "# nothing\n", "---\n", "{}"} {
		c, err := load(t, nil, content)
		require.NoError(t, err, content)
		require.Equal(t, defaults(), *c, content)
	}
}

func TestLoad_WhenTheFileCannotBeRead_NamesIt(t *testing.T) {
	t.Parallel()
	o := env{}.options()
	o.File = filepath.Join(t.TempDir(), "none.yaml")
	_, err := config.Load(o)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Equal(t, 1, strings.Count(err.Error(), o.File), "named once: %v", err)

	o.File = t.TempDir()
	_, err = config.Load(o)
	require.ErrorContains(t, err, o.File)

	for _, content := range []string{"listen: [", "- a\n- b\n", "just text", "listen: a\nlisten: b\n"} {
		_, err = load(t, nil, content)
		require.ErrorContains(t, err, "read configuration file", content)
		require.ErrorContains(t, err, "anteroom.yaml", content)
	}
}

func TestLoad_WhenTheFlagIsAList_TakesAllItsItems(t *testing.T) {
	t.Parallel()
	o := env{}.options()
	o.Flags = pflag.NewFlagSet("test", pflag.ContinueOnError)
	o.Flags.StringSlice("network-allow", nil, "")
	require.NoError(t, o.Flags.Parse([]string{"--network-allow", "127.0.0.0/8,10.0.0.0/8", "--network-allow", "::1/128"}))

	c, err := config.Load(o)

	require.NoError(t, err)
	require.Len(t, c.Network.Allow, 3)
}

func TestAddFlags_WhenTheKeyIsNoSetting_Panics(t *testing.T) {
	t.Parallel()
	require.Panics(t, func() { config.AddFlags(pflag.NewFlagSet("test", pflag.ContinueOnError), "none") })
}

func TestAddFlags_WhenHelpIsShown_NamesVariableAndDefault(t *testing.T) {
	t.Parallel()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)

	config.AddFlags(flags, "listen", "allowRemote")

	require.Contains(t, flags.FlagUsages(), "ANTEROOM_LISTEN")
	require.Contains(t, flags.FlagUsages(), `(default "127.0.0.1:8080")`)
	require.NoError(t, flags.Parse([]string{"--allow-remote"}), "needs no value")
}

func TestLoad_WhenTheDataDirectoryIsNotSet_FollowsXDG(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		env  env
		want string
	}{
		"XDG":           {env{"XDG_DATA_HOME": "/data"}, "/data/anteroom"},
		"relative XDG":  {env{"XDG_DATA_HOME": "data"}, "/home/ada/.local/share/anteroom"},
		"empty XDG":     {env{"XDG_DATA_HOME": ""}, "/home/ada/.local/share/anteroom"},
		"set, no home":  {env{"HOME": "", "ANTEROOM_DATA_DIR": "/srv"}, "/srv"},
		"not clean":     {env{"ANTEROOM_DATA_DIR": "/srv/../x/"}, "/x"},
		"space around":  {env{"ANTEROOM_DATA_DIR": " /srv "}, "/srv"},
		"space within":  {env{"ANTEROOM_DATA_DIR": "/my data"}, "/my data"},
		"XDG, no home":  {env{"HOME": "", "XDG_DATA_HOME": "/data"}, "/data/anteroom"},
		"relative path": {env{"ANTEROOM_DATA_DIR": "x"}, mustAbs(t, "x")},
	} {
		c, err := load(t, tc.env, "")
		require.NoError(t, err, name)
		require.Equal(t, tc.want, c.DataDir, name)
	}
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	return filepath.Join(dir, path)
}

func TestLoad_WhenTheBrowserIsAName_LeavesItToPATH(t *testing.T) {
	t.Parallel()

	c, err := load(t, env{"ANTEROOM_BROWSER_PATH": "chromium"}, "")

	require.NoError(t, err)
	require.Equal(t, "chromium", c.Browser.Path)
}

func TestLoad_WhenOptionsAreEmpty_ReadsTheProcessEnvironment(t *testing.T) {
	t.Setenv("ANTEROOM_TEMPORAL_NAMESPACE", "from-process")
	t.Setenv("HOME", "/home/ada")

	c, err := config.Load(config.Options{})

	require.NoError(t, err)
	require.Equal(t, "from-process", c.Temporal.Namespace)

	t.Setenv("ANTEROOM_TYPO", "1")
	_, err = config.Load(config.Options{})
	require.ErrorContains(t, err, "ANTEROOM_TYPO")
}

func TestDefaults_WhenAProjectSaysNothing_AnOperationOutlastsItsQuestion(t *testing.T) {
	t.Parallel()
	require.Greater(t, defaults().Operations.Patience, session.DefaultOTPWait)
}
