package commands_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/anteroom/anteroom/cmd/internal/commands"
	"github.com/anteroom/anteroom/config"
)

// root is the folder of the repository.
const root = "../../.."

// deployed is a command line of a deployment, with the variables that it is given.
type deployed struct {
	where, program string
	args           []string
	variables      []string
}

// composeFile is what the tests read of docker-compose.yml.
type composeFile struct {
	Services map[string]struct {
		Image       string            `yaml:"image"`
		User        string            `yaml:"user"`
		Command     []string          `yaml:"command"`
		Environment map[string]string `yaml:"environment"`
		Ports       []string          `yaml:"ports"`
		Secrets     []string          `yaml:"secrets"`
		Networks    []string          `yaml:"networks"`
		NetworkMode string            `yaml:"network_mode"` //nolint:tagliatelle // Compose's name
		Volumes     []string          `yaml:"volumes"`
		SecurityOpt []string          `yaml:"security_opt"` //nolint:tagliatelle // Compose's name
	} `yaml:"services"`
	Secrets map[string]struct {
		File string `yaml:"file"`
	} `yaml:"secrets"`
}

func readCompose(t *testing.T) composeFile {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "docker-compose.yml"))
	require.NoError(t, err)
	var file composeFile
	require.NoError(t, yaml.Unmarshal(raw, &file))
	return file
}

// checkDeployed fails unless program, command, flags and variables exist.
func checkDeployed(t *testing.T, d deployed) {
	t.Helper()
	program := commands.Program{Name: "anteroom"}
	if d.program == "anteroom-standalone" {
		program = standalone(nil, nil)
	}
	require.NotEmpty(t, d.args, d.where)
	all := listed(runIn(t.Context(), program, strings.NewReader(""), "help").out)
	require.Contains(t, all, d.args[0], d.where)
	help := runIn(t.Context(), program, strings.NewReader(""), d.args[0], "--help").out
	for _, arg := range d.args[1:] {
		if flag, is := strings.CutPrefix(arg, "--"); is {
			name, _, _ := strings.Cut(flag, "=")
			require.Regexp(t, `(?m)^ +(-\w, )?--`+regexp.QuoteMeta(name)+`\b`, help, "%s: %s has no flag --%s", d.where, d.args[0], name)
		}
	}
	known := []string{"ANTEROOM_API_KEY_FILE", "ANTEROOM_TAG", "ANTEROOM_PORT"}
	for _, s := range config.Settings() {
		known = append(known, s.Env)
	}
	for _, name := range d.variables {
		if strings.HasPrefix(name, "ANTEROOM_") {
			require.Contains(t, known, name, "%s: no setting has this variable", d.where)
		}
	}
}

func TestCompose_NamesOnlyCommandsFlagsAndSettingsThatExist(t *testing.T) {
	t.Parallel()
	ours := 0
	for name, service := range readCompose(t).Services {
		if !strings.HasPrefix(service.Image, "anteroom:") {
			continue
		}
		ours++
		d := deployed{where: "docker-compose.yml, " + name, program: "anteroom", args: service.Command}
		for variable := range service.Environment {
			d.variables = append(d.variables, variable)
		}
		checkDeployed(t, d)
	}
	require.Equal(t, 4, ours, "init, api, browser and worker")
}

func TestCompose_RunsNothingAsRootAndPublishesToThisMachineOnly(t *testing.T) {
	t.Parallel()
	file := readCompose(t)
	for name, service := range file.Services {
		require.Regexp(t, `^[1-9]\d*:[1-9]\d*$`, service.User, name)
		require.Regexp(t, `:[^:]+$`, service.Image, "%s: an image without a tag", name)
		for _, port := range service.Ports {
			require.True(t, strings.HasPrefix(port, "127.0.0.1:"), "%s publishes %s", name, port)
		}
		for _, secret := range service.Secrets {
			require.Contains(t, file.Secrets, secret, name)
		}
		for _, volume := range service.Volumes {
			if source, _, _ := strings.Cut(volume, ":"); strings.HasPrefix(source, "./deploy/") {
				require.FileExists(t, filepath.Join(root, source), name)
			}
		}
		for _, option := range service.SecurityOpt {
			if profile, is := strings.CutPrefix(option, "seccomp="); is {
				require.FileExists(t, filepath.Join(root, profile), name)
			}
		}
	}
	require.Equal(t, "service:browser", file.Services["worker"].NetworkMode, "a worker is replaced without its browser's network")
	require.Contains(t, file.Services["postgres"].Networks, "data")
	require.NotContains(t, file.Services["postgres"].Networks, "edge")
}

var unitVariable = regexp.MustCompile(`(?m)^Environment=([A-Z_]+)=`)

func TestUnits_NameOnlyCommandsFlagsAndSettingsThatExist(t *testing.T) {
	t.Parallel()
	units, err := filepath.Glob(filepath.Join(root, "deploy/systemd/*.service"))
	require.NoError(t, err)
	require.Len(t, units, 4)
	for _, unit := range units {
		raw, err := os.ReadFile(unit)
		require.NoError(t, err)
		_, line, found := strings.Cut(string(raw), "\nExecStart=")
		require.True(t, found, unit)
		line, _, _ = strings.Cut(line, "\n")
		words := strings.Fields(line)
		d := deployed{where: filepath.Base(unit), program: filepath.Base(words[0]), args: words[1:]}
		for _, match := range unitVariable.FindAllStringSubmatch(string(raw), -1) {
			d.variables = append(d.variables, match[1])
		}
		checkDeployed(t, d)
		require.Contains(t, string(raw), "\nUser=anteroom\n", unit)
	}
}

// A command line of the guide: it begins with a program of ours and goes on over lines that end with a backslash.
var guideCommand = regexp.MustCompile(`(?m)^(?:[A-Z_]+=\S* )*(anteroom(?:-standalone)?) ((?:[^\n\\]|\\\n)+)`)

func TestGuide_NamesOnlyCommandsFlagsAndSettingsThatExist(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(root, "docs/production.md"))
	require.NoError(t, err)
	found := guideCommand.FindAllStringSubmatch(string(raw), -1)
	require.NotEmpty(t, found)
	for _, match := range found {
		words := strings.Fields(strings.ReplaceAll(match[2], "\\\n", " "))
		if end := slices.IndexFunc(words, func(w string) bool { return strings.ContainsAny(w, "&|>;#") }); end >= 0 {
			words = words[:end]
		}
		checkDeployed(t, deployed{where: "docs/production.md: " + match[0], program: match[1], args: words})
	}
	variables := regexp.MustCompile(`\bANTEROOM_[A-Z_]+\b`).FindAllString(string(raw), -1)
	checkDeployed(t, deployed{where: "docs/production.md", program: "anteroom", args: []string{"version"}, variables: variables})
}
