package login_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// fixture is a page and what it should be taken for; see testdata/README.md.
type fixture struct {
	Model   login.PageModel `json:"model"`
	History login.History   `json:"history"`
	Want    want            `json:"want"`
}

// want holds what a fixture says of its page; what it leaves out is not compared, but Submit, MaskedTarget and CodeLength.
type want struct {
	Class login.Class `json:"class"`
	// Fields names the control of each role.
	Fields       map[login.Role]string `json:"fields"`
	Submit       string                `json:"submit"`
	Errors       []login.ErrorClass    `json:"errors"`
	CodeLength   int                   `json:"codeLength"`
	MaskedTarget string                `json:"maskedTarget"`
	// Boxes names the boxes of a code, Actions the best control of each kind, Toggles the control of each kind.
	Boxes   []string                    `json:"boxes"`
	Actions map[login.ActionKind]string `json:"actions"`
	Toggles map[login.ToggleKind]string `json:"toggles"`
	// Options lists control and method, provider or "another"; or the label, where the control is a list.
	Options []string `json:"options"`
	// Cover names the control that dismisses; Cookies says what it is.
	Cover       string         `json:"cover"`
	Cookies     bool           `json:"cookies"`
	DisplayCode string         `json:"displayCode"`
	Medium      session.Medium `json:"medium"`
	Question    string         `json:"question"`
	// Countdown is in seconds.
	Countdown int    `json:"countdown"`
	Link      bool   `json:"link"`
	Vendor    string `json:"vendor"`
}

func readFixtures(tb testing.TB) map[string]fixture {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(tb, err)
	require.GreaterOrEqual(tb, len(files), 25)
	all := map[string]fixture{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(tb, err)
		var f fixture
		decoder := json.NewDecoder(bytes.NewReader(content))
		decoder.DisallowUnknownFields()
		require.NoError(tb, decoder.Decode(&f), file)
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = f
	}
	return all
}

func TestClassify_OnFixtures_NamesClassFieldsAndButton(t *testing.T) {
	t.Parallel()
	for name, f := range readFixtures(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := login.Classify(&f.Model, f.History)
			require.Equal(t, f.Want.Class, c.Class, "evidence: %v, fields: %v", c.Evidence, c.Fields)
			fields := map[login.Role]string{}
			for _, x := range c.Fields {
				fields[x.Role] = x.Control.Ref
			}
			if f.Want.Submit != "" || len(f.Want.Fields) > 0 {
				require.Equal(t, f.Want.Fields, fields)
			}
			require.Equal(t, f.Want.Submit, refOf(c.Submit))
			require.Equal(t, f.Want.MaskedTarget, c.MaskedTarget)
			require.Equal(t, f.Want.CodeLength, c.CodeLength)
			if f.Want.Errors != nil {
				require.Equal(t, f.Want.Errors, errorClasses(&c))
			}
			requireDetails(t, &f.Want, &c)
		})
	}
}

func errorClasses(c *login.Classification) []login.ErrorClass {
	classes := []login.ErrorClass{}
	for _, e := range c.Errors {
		classes = append(classes, e.Class)
	}
	return classes
}

func requireDetails(t *testing.T, want *want, c *login.Classification) {
	t.Helper()
	if want.Boxes != nil {
		refs := []string{}
		for i := range c.Boxes {
			refs = append(refs, c.Boxes[i].Ref)
		}
		require.Equal(t, want.Boxes, refs)
	}
	for kind, ref := range want.Actions {
		require.Equal(t, ref, refOf(c.Action(kind)), "%s, of %v", kind, c.Actions)
	}
	if want.Toggles != nil {
		toggles := map[login.ToggleKind]string{}
		for _, x := range c.Toggles {
			toggles[x.Kind] = x.Control.Ref
		}
		require.Equal(t, want.Toggles, toggles)
	}
	if want.Options != nil {
		require.Equal(t, want.Options, optionsOf(c))
	}
	cover, cookies := "", false
	if c.Cover != nil {
		cover, cookies = c.Cover.Dismiss.Ref, c.Cover.Cookies
	}
	require.Equal(t, want.Cover, cover, "cover")
	require.Equal(t, want.Cookies, cookies, "cookies")
	for _, x := range []struct {
		name           string
		want, got, all any
	}{
		{"displayCode", want.DisplayCode, c.DisplayCode, ""}, {"medium", want.Medium, c.Medium, session.Medium("")},
		{"question", want.Question, c.Question, ""}, {"countdown", want.Countdown, int(c.Countdown.Seconds()), 0},
		{"link", want.Link, c.Link, false}, {"vendor", want.Vendor, c.Vendor, ""},
	} {
		if x.want != x.all {
			require.Equal(t, x.want, x.got, x.name)
		}
	}
}

// optionsOf writes options as fixtures do.
func optionsOf(c *login.Classification) []string {
	options := []string{}
	for _, o := range c.Options {
		what := string(o.Method)
		switch {
		case o.Another:
			what = "another"
		case o.Provider != "":
			what = o.Provider
		}
		if o.Control.Kind == login.ControlSelect {
			what = strings.TrimSpace(what + " " + o.Label)
		}
		options = append(options, strings.TrimSpace(o.Control.Ref+" "+what))
	}
	return options
}

// What people see decides what a button does, whatever it is labelled for those who hear it.
func TestClassify_WhenALabelContradictsItsButton_GoesByTheText(t *testing.T) {
	t.Parallel()
	cancel, next := pressed("cancel", "Cancel"), pressed("next", "Next")
	cancel.Label, next.Label = "Cancel log in", "Next step"
	m := said("Log in", "", typed("user", "text", "User name"), typed("pass", "password", "Password"), cancel, next)
	require.Equal(t, "next", refOf(login.Classify(&m, login.History{}).Submit))
	m.Controls = m.Controls[:3]
	require.Empty(t, refOf(login.Classify(&m, login.History{}).Submit))
}

func refOf(c *login.Control) string {
	if c == nil {
		return ""
	}
	return c.Ref
}
