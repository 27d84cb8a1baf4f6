package commands

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/login"
)

type labAddFlags struct {
	connection

	dir, name, page, class string
}

func (a *app) labAddCommand() *cobra.Command {
	f := &labAddFlags{}
	cmd := &cobra.Command{
		Use:   "add OPERATION",
		Short: "Turn the page that a login did not understand into a test of the detection",
		Long: `Fetch the redacted model of the last page that an operation left, and write it as a fixture: a file that the table test of the
detection reads. A person fills in what the page should have been taken for; until then the test fails.`,
		Example: fmt.Sprintf(`  %[1]s lab add op_abc
  %[1]s lab add op_abc --name intranet_code --class code`, a.program.Name),
		Args: exactlyOne("OPERATION"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.labAdd(cmd.Context(), f, args[0]) },
	}
	f.add(a, cmd)
	cmd.Flags().StringVar(&f.dir, "dir", filepath.Join("login", "testdata"), "directory of the fixtures")
	cmd.Flags().StringVar(&f.name, "name", "", "name of the fixture: letters, digits and underscores (default: from the operation)")
	cmd.Flags().StringVar(&f.page, "page", "", "name of the artefact (default: the newest page)")
	cmd.Flags().StringVar(&f.class, "class", "", "what the page should have been taken for")
	return cmd
}

// fixtureName is what a fixture may be named: it is a file's name and a test's.
var fixtureName = regexp.MustCompile(`^[a-z0-9_]{1,80}$`)

func (a *app) labAdd(ctx context.Context, f *labAddFlags, operation string) error {
	name := cmp.Or(f.name, "added_"+strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(operation), "_"), "_"))
	if !fixtureName.MatchString(name) {
		return usagef("--name is %q; it may hold small letters, digits and underscores", name)
	}
	if f.class != "" && !slices.Contains(login.Classes(), login.Class(f.class)) {
		return usagef("--class is %q, which is no class of a page; docs/lab-run.md lists them", f.class)
	}
	if info, err := os.Stat(f.dir); err != nil || !info.IsDir() {
		return usagef("there is no directory %s: run this in the repository, or name it with --dir", f.dir)
	}
	c, err := f.client()
	if err != nil {
		return err
	}
	page, content, err := fetchPage(ctx, c, operation, f.page)
	if err != nil {
		return err
	}
	fixture, found, err := fixtureOf(content, login.Class(f.class))
	if err != nil {
		return fmt.Errorf("read artefact %s of operation %s: %w", page, operation, err)
	}
	file := filepath.Join(f.dir, name+".json")
	if err := writeNew(file, fixture); err != nil {
		return err
	}
	out := map[string]string{"file": file, "artefact": page, "found": string(found.Class)}
	return a.print(&f.connection, out, func() { a.explainFixture(file, f.class, found) })
}

// pageName is how the pages that an operation left are named.
var pageName = regexp.MustCompile(`^page-(\d+)\.json$`)

var errNoPage = errors.New("the operation left no page: only logins that failed as not supported, and questions about a page, do")

// fetchPage returns the artefact called name, or the newest page.
func fetchPage(ctx context.Context, c *client.Client, operation, name string) (string, []byte, error) {
	if name == "" {
		all, err := c.Artefacts(ctx, operation)
		if err != nil {
			return "", nil, known(err)
		}
		newest := -1
		for _, artefact := range all {
			m := pageName.FindStringSubmatch(artefact.Name)
			if m == nil {
				continue
			}
			if n, err := strconv.Atoi(m[1]); err == nil && n > newest {
				name, newest = artefact.Name, n
			}
		}
	}
	if name == "" {
		return "", nil, exitWith(exitNotFound, errNoPage)
	}
	content, err := c.Artefact(ctx, operation, name)
	return name, content, known(err)
}

// fixture is a page and what it should be taken for, as login/testdata/README.md describes it.
type fixture struct {
	Model   *login.PageModel `json:"model"`
	History login.History    `json:"history"`
	Want    fixtureWant      `json:"want"`
}

// fixtureWant is what the classification must say. What was found is filled in, for a person to correct.
type fixtureWant struct {
	Class        login.Class           `json:"class"`
	Fields       map[login.Role]string `json:"fields"`
	Submit       string                `json:"submit"`
	CodeLength   int                   `json:"codeLength,omitempty"`
	MaskedTarget string                `json:"maskedTarget,omitempty"`
}

// classToFill stands where a person must say what the page is: it is no class, so that the test fails until then.
const classToFill = "FILL IN"

// fixtureOf makes a fixture of an artefact.
func fixtureOf(content []byte, class login.Class) ([]byte, login.Classification, error) {
	var artefact login.Artefact
	if err := json.Unmarshal(content, &artefact); err != nil {
		return nil, login.Classification{}, fmt.Errorf("it is no page: %w", err)
	}
	if artefact.Model == nil {
		return nil, login.Classification{}, errors.New("it holds no page model")
	}
	found := login.Classify(artefact.Model, artefact.History)
	f := fixture{Model: artefact.Model, History: artefact.History, Want: fixtureWant{
		Class: cmp.Or(class, classToFill), Fields: map[login.Role]string{}, CodeLength: found.CodeLength, MaskedTarget: found.MaskedTarget,
	}}
	for _, field := range found.Fields {
		f.Want.Fields[field.Role] = field.Control.Ref
	}
	if found.Submit != nil {
		f.Want.Submit = found.Submit.Ref
	}
	out, err := json.MarshalIndent(f, "", " ")
	return append(out, '\n'), found, err
}

// fixtureMode is that of any source file.
const fixtureMode = 0o644

// writeNew writes a file that must not exist.
func writeNew(file string, content []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fixtureMode)
	if errors.Is(err, fs.ErrExist) {
		return usagef("%s exists: give another --name, or remove it", file)
	}
	if err != nil {
		return fmt.Errorf("write the fixture: %w", err)
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the fixture: %w", err)
	}
	return nil
}

func (a *app) explainFixture(file, class string, found login.Classification) {
	fmt.Fprintf(a.stdout, "%s is written. The page is taken for %q", file, found.Class)
	for i, e := range found.Evidence {
		fmt.Fprintf(a.stdout, "%s%s %+d", [2]string{": ", ", "}[min(i, 1)], e.Rule, e.Weight)
	}
	fmt.Fprintln(a.stdout, ".")
	if class == "" {
		fmt.Fprintf(a.stdout, "Fill in \"want.class\" with what it is, and correct \"want.fields\" (role to ref) and \"want.submit\" (ref).\n")
	} else {
		fmt.Fprintf(a.stdout, "Check \"want.fields\" (role to ref) and \"want.submit\" (ref).\n")
	}
	fmt.Fprintf(a.stdout, "Look it through for anything personal that redaction left. Then: go test ./login -run TestClassify\n")
}
