package recording_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/cmd/internal/recording"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// fakePage shows its controls; targets find what they name, like a browser. The other methods are not used here.
type fakePage struct {
	login.Page

	controls []login.Control
	err      error
}

func (f *fakePage) Model(context.Context) (*login.PageModel, error) {
	return &login.PageModel{Controls: f.controls}, f.err
}

func (f *fakePage) Find(_ context.Context, t session.Target) (login.Control, bool, error) {
	for _, c := range f.controls {
		for _, name := range []string{"label=" + c.Label, "css=#" + c.ElementID, `css=[name="` + c.Name + `"]`, "text=" + c.Text} {
			if string(t) == name && !strings.HasSuffix(name, "=") {
				return c, true, nil
			}
		}
	}
	return login.Control{}, false, nil
}

func (f *fakePage) Fill(context.Context, login.Control, session.Secret, session.Origins) error {
	return f.err
}
func (f *fakePage) Type(context.Context, login.Control, session.Secret, session.Origins) error {
	return f.err
}
func (f *fakePage) Select(context.Context, login.Control, string) error { return f.err }
func (f *fakePage) Click(context.Context, login.Control) error          { return f.err }
func (f *fakePage) PressEnter(context.Context, login.Control) error     { return f.err }
func (f *fakePage) FillBoxes(context.Context, []login.Control, session.Secret, session.Origins) error {
	return f.err
}

const password = "c4nary-horse-battery"

func field(ref, label string) login.Control {
	return login.Control{Ref: ref, Kind: login.ControlField, Label: label}
}

func button(ref, text string) login.Control {
	return login.Control{Ref: ref, Kind: login.ControlButton, Text: text, Label: text}
}

// visit is a login under way.
type visit struct {
	t    *testing.T
	fake *fakePage
	page *recording.Page
}

func newVisit(t *testing.T) *visit {
	t.Helper()
	parameters := map[string]session.Secret{"username": session.NewSecret("ada"), "password": session.NewSecret(password), "organisation": session.NewSecret("Fernwood")}
	fake := &fakePage{}
	return &visit{t: t, fake: fake, page: recording.New(fake, func(name string) session.Secret { return parameters[name] })}
}

// see shows a page.
func (v *visit) see(controls ...login.Control) {
	v.t.Helper()
	v.fake.controls = controls
	_, err := v.page.Model(v.t.Context())
	require.NoError(v.t, err)
}

func (v *visit) fill(c login.Control, value string) {
	v.t.Helper()
	require.NoError(v.t, v.page.Fill(v.t.Context(), c, session.NewSecret(value), session.Origins{}))
}

func (v *visit) click(c login.Control) {
	v.t.Helper()
	require.NoError(v.t, v.page.Click(v.t.Context(), c))
}

func TestRecording_NamesFieldsAndButton(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	user, pass, enter := field("1", "E-mail"), field("2", "Password"), button("3", "Sign in")
	v.see(button("0", "Log in"))
	v.click(button("0", "Log in"))
	v.see(user, pass, enter)
	v.fill(user, "ada")
	v.fill(pass, password)
	v.click(login.Control{Ref: "9", Kind: login.ControlToggle, Label: "Remember me"})
	v.click(enter)
	code := field("1", "Code")
	v.see(code, enter)
	v.fill(code, "123456")
	v.click(enter)
	v.see(button("1", "Not now"))
	v.click(button("1", "Not now"))
	got := v.page.Recording()
	require.Equal(t, session.Recipe{
		Before: []session.RecipeStep{{Click: "label=Log in", Optional: true}},
		Fields: map[string]session.RecipeField{
			"identifier": {Target: "label=E-mail"}, "password": {Target: "label=Password"}, "code": {Target: "label=Code"},
		},
		Submit: "label=Sign in",
	}, got.Recipe)
	require.Len(t, got.Notes, 1)
	require.Contains(t, got.Notes[0], "Not now")
	require.NoError(t, got.Recipe.Validate())
}

func TestRecording_TakesWhatNamesTheControlAlone(t *testing.T) {
	t.Parallel()
	other := login.Control{Ref: "2", Kind: login.ControlField, Label: "Name", ElementID: "other", Name: "other"}
	for name, tc := range map[string]struct {
		control login.Control
		beside  []login.Control
		want    session.Target
	}{
		"a label":            {control: login.Control{Label: "Benutzer", ElementID: "u"}, want: "label=Benutzer"},
		"a label twice":      {control: login.Control{Label: "name ", ElementID: "user"}, beside: []login.Control{other}, want: "css=#user"},
		"a made-up id":       {control: login.Control{ElementID: "input-83741", Name: "user"}, want: `css=[name="user"]`},
		"a framework's id":   {control: login.Control{ElementID: ":r1:", Name: "user"}, want: `css=[name="user"]`},
		"an id twice":        {control: login.Control{ElementID: "other", Name: "user"}, beside: []login.Control{other}, want: `css=[name="user"]`},
		"a text":             {control: login.Control{Text: "Go"}, want: "text=Go"},
		"a text within text": {control: login.Control{Text: "Go"}, beside: []login.Control{{Ref: "2", Text: "Go away"}}, want: ""},
		"a long label":       {control: login.Control{Label: strings.Repeat("x", 61), Name: "n"}, want: `css=[name="n"]`},
		"nothing":            {control: login.Control{}, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			c := tc.control
			c.Ref, c.Kind = "1", login.ControlField
			v.see(append([]login.Control{c}, tc.beside...)...)
			v.fill(c, "ada")
			got := v.page.Recording()
			require.Equal(t, tc.want, got.Recipe.Fields["identifier"].Target)
			require.Equal(t, tc.want == "", len(got.Notes) == 1, "%v", got.Notes)
			require.NoError(t, got.Recipe.Validate())
		})
	}
}

func TestRecording_LeavesToDetection_WhatARecipeCannotName(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	user, next, pass, enter := field("1", "User"), button("2", "Next"), field("1", "Password"), button("2", "Sign in")
	v.see(user, next)
	v.fill(user, "ada")
	v.click(next)
	v.see(pass, enter)
	v.fill(pass, password)
	v.click(enter)
	v.see(field("1", "Digit"))
	require.NoError(t, v.page.FillBoxes(t.Context(), v.fake.controls, session.NewSecret("123456"), session.Origins{}))
	got := v.page.Recording()
	require.Empty(t, got.Recipe.Submit)
	require.Len(t, got.Notes, 2)
	require.Contains(t, got.Notes[0], "a box per character")
	require.Contains(t, got.Notes[1], "label=Next")

	v = newVisit(t)
	v.see(user, pass)
	v.fill(user, "ada")
	require.NoError(t, v.page.PressEnter(t.Context(), user))
	v.see(field("1", "Organisation"))
	require.NoError(t, v.page.Select(t.Context(), field("1", "Organisation"), "Fernwood"))
	require.NoError(t, v.page.Type(t.Context(), field("1", "Organisation"), session.NewSecret("Fernwood"), session.Origins{}))
	got = v.page.Recording()
	require.Equal(t, map[string]session.RecipeField{"identifier": {Target: "label=User"}, "organisation": {Target: "label=Organisation"}}, got.Recipe.Fields)
	require.Empty(t, got.Notes)
}

func TestRecording_NotesOnlyWhatWorked(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	user := field("1", "User")
	v.see(user)
	v.fake.err = errors.New("covered")
	ctx, secret := t.Context(), session.NewSecret("ada")
	require.Error(t, v.page.Fill(ctx, user, secret, session.Origins{}))
	require.Error(t, v.page.Type(ctx, user, secret, session.Origins{}))
	require.Error(t, v.page.FillBoxes(ctx, nil, secret, session.Origins{}))
	require.Error(t, v.page.Click(ctx, user))
	require.Error(t, v.page.PressEnter(ctx, user))
	require.Error(t, v.page.Select(ctx, user, "x"))
	_, err := v.page.Model(ctx)
	require.Error(t, err)
	got := v.page.Recording()
	require.True(t, got.IsEmpty())
	require.Empty(t, got.Notes)
}

func TestRecording_YAML_IsReadBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		r := recording.Recording{Recipe: session.Recipe{Fields: map[string]session.RecipeField{}}, Notes: []string{text.Draw(t, "note")}}
		for _, role := range session.RecipeRoles() {
			r.Recipe.Fields[role] = session.RecipeField{Target: session.Target(session.TargetLabel + text.Draw(t, role))}
		}
		r.Recipe.Submit = session.Target("label=" + text.Draw(t, "submit"))
		r.Recipe.Before = []session.RecipeStep{{Click: r.Recipe.Submit, Optional: true}}
		if r.Recipe.Validate() != nil {
			return
		}
		b, err := r.YAML("head\nof two lines " + text.Draw(t, "head"))
		if err != nil {
			t.Fatalf("write: %v", err)
		}
		file := filepath.Join(dir, "r.yaml")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatalf("save: %v", err)
		}
		got, err := config.LoadRecipe(file)
		if err != nil {
			t.Fatalf("read back: %v\n%s", err, b)
		}
		if got.Submit != r.Recipe.Submit || got.Before[0] != r.Recipe.Before[0] || got.Fields["code"] != r.Recipe.Fields["code"] {
			t.Fatalf("read back %+v\n%s", got, b)
		}
	})
}

func TestRecording_HoldsNoValue(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	user, pass := field("1", "User"), login.Control{Ref: "2", Kind: login.ControlField}
	v.see(user, pass)
	v.fill(user, "ada-lovelace")
	v.fill(pass, password)
	r := v.page.Recording()
	b, err := r.YAML("head")
	require.NoError(t, err)
	require.NotContains(t, string(b), password)
	require.NotContains(t, string(b), "lovelace")
	require.Contains(t, string(b), "# head\n")
}
