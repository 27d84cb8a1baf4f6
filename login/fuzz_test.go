package login_test

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
)

func FuzzClassify(f *testing.F) {
	for _, x := range readFixtures(f) {
		model, err := json.Marshal(x.Model)
		require.NoError(f, err)
		f.Add(model, x.History.PasswordSubmitted)
	}
	f.Fuzz(func(t *testing.T, model []byte, submitted bool) {
		var m login.PageModel
		if json.Unmarshal(model, &m) != nil {
			t.Skip()
		}
		requireSane(t, &m, login.History{PasswordSubmitted: submitted})
	})
}

// FuzzClassify_OnMutatedFixtures takes real pages apart and puts them together otherwise: what a fuzzer of bytes rarely
// gets to.
func FuzzClassify_OnMutatedFixtures(f *testing.F) {
	fixtures := readFixtures(f)
	names := slices.Sorted(maps.Keys(fixtures))
	for i := range 32 {
		f.Add(uint64(i), uint64(i*i), uint8(1+i%8))
	}
	f.Fuzz(func(t *testing.T, seed, stream uint64, mutations uint8) {
		r := rand.New(rand.NewPCG(seed, stream))
		x, other := fixtures[names[r.IntN(len(names))]], fixtures[names[r.IntN(len(names))]]
		m, past := copyModel(t, &x.Model), x.History
		for range mutations%24 + 1 {
			mutations := pageMutations[r.IntN(len(pageMutations))]
			mutations(r, m, &other.Model)
		}
		if r.IntN(4) == 0 {
			past = other.History
		}
		requireSane(t, m, past)
		requireSane(t, login.Redact(m), login.RedactHistory(past))
	})
}

// requireSane checks what holds of every page whatsoever.
func requireSane(t *testing.T, m *login.PageModel, past login.History) {
	t.Helper()
	c := login.Classify(m, past)
	require.Contains(t, login.Classes(), c.Class)
	for _, x := range c.Fields {
		usable := (x.Control.Visible || c.Cover != nil && x.Control.Covered) && !x.Control.Disabled && !x.Control.ReadOnly
		require.True(t, usable, "%s is %+v", x.Role, x.Control)
		secret := x.Control.Type == "password" || x.Control.WasPassword
		require.True(t, x.Role != login.RolePassword || secret, "the password would be shown: %+v", x.Control)
		require.True(t, x.Role != login.RoleIdentifier || x.Control.Type != "password", "the identifier would be a password: %+v", x.Control)
	}
	if c.Submit != nil {
		require.Equal(t, login.ControlButton, c.Submit.Kind)
	}
	if c.Cover != nil {
		require.True(t, c.Cover.Dismiss.Visible && !c.Cover.Dismiss.Covered, "%+v", c.Cover.Dismiss)
	}
	for _, a := range c.Actions {
		require.Contains(t, []login.ControlKind{login.ControlButton, login.ControlLink}, a.Control.Kind)
	}
	if c.Class == login.ClassLoggedIn {
		require.True(t, past.PasswordSubmitted || past.CodeSubmitted || past.Resumed)
	}
}

func copyModel(tb testing.TB, m *login.PageModel) *login.PageModel {
	tb.Helper()
	content, err := json.Marshal(m)
	require.NoError(tb, err)
	var c login.PageModel
	require.NoError(tb, json.Unmarshal(content, &c))
	return &c
}

// pageMutations change a page, some with parts of another.
var pageMutations = []func(r *rand.Rand, m, other *login.PageModel){
	func(r *rand.Rand, m, _ *login.PageModel) { // a control goes
		if n := len(m.Controls); n > 0 {
			i := r.IntN(n)
			m.Controls = slices.Delete(m.Controls, i, i+1)
		}
	},
	func(r *rand.Rand, m, other *login.PageModel) { // one comes from elsewhere
		if n := len(other.Controls); n > 0 {
			m.Controls = slices.Insert(m.Controls, r.IntN(len(m.Controls)+1), other.Controls[r.IntN(n)])
		}
	},
	func(r *rand.Rand, m, other *login.PageModel) { // all of another page stand beside
		m.Controls = append(m.Controls, other.Controls...)
		m.Text += "\n" + other.Text
		_ = r
	},
	func(r *rand.Rand, m, _ *login.PageModel) { // their order changes
		r.Shuffle(len(m.Controls), func(i, k int) { m.Controls[i], m.Controls[k] = m.Controls[k], m.Controls[i] })
	},
	mutateControl,
	mutateControl,
	mutateControl,
	func(r *rand.Rand, m, other *login.PageModel) { // other headings and text
		m.Headings, m.Title = other.Headings, other.Title
		if r.IntN(2) == 0 {
			m.Text = other.Text
		}
	},
	func(r *rand.Rand, m, other *login.PageModel) { // other messages
		m.Alerts = append(m.Alerts, other.Alerts...)
		m.Alerts = append(m.Alerts, other.Headings...)
		m.Text = cutAnywhere(r, m.Text)
	},
	func(r *rand.Rand, m, _ *login.PageModel) { // other circumstances
		m.Status = []int{0, 200, 302, 401, 403, 404, 429, 500, 503}[r.IntN(9)]
		m.Dialog, m.Popup, m.Truncated = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0
		m.Challenge = []string{"", "", "basic", "digest"}[r.IntN(4)]
	},
	func(r *rand.Rand, m, _ *login.PageModel) { // a broken address, no frames
		m.URL = []string{"", "about:blank", "https://", "http://[::1", "data:text/html,x", "%zz", "javascript:void(0)"}[r.IntN(7)]
		m.Frames = m.Frames[:r.IntN(len(m.Frames)+1)]
	},
	func(r *rand.Rand, m, _ *login.PageModel) { // odd texts
		m.LargeTexts = []string{"42", "", "WDJB-MJHT", strings.Repeat("9", r.IntN(30))}
		m.Text += "\n" + oddTexts[r.IntN(len(oddTexts))]
		m.Images = append(m.Images, login.Image{Frame: "main", Alt: oddTexts[r.IntN(len(oddTexts))], Source: "data:", Box: login.Box{Width: 90, Height: 30}})
	},
}

// oddTexts are what no page should say.
var oddTexts = []string{
	"", "\xff\xfe", "\u202e\u0000", strings.Repeat("log in ", 300), strings.Repeat("•", 200), "İ̇", "@", "a@", "@@@a@b@c", "xxx", "？", "000000",
	"e\u0301\u0301\u0301", "登录登录登录", "انتهت", "🙂", "expires in 99999999999999999999 minutes", "12345678901234567890-digit code",
}

func mutateControl(r *rand.Rand, m, other *login.PageModel) {
	if len(m.Controls) == 0 {
		return
	}
	c := &m.Controls[r.IntN(len(m.Controls))]
	var from login.Control
	if n := len(other.Controls); n > 0 {
		from = other.Controls[r.IntN(n)]
	}
	odd := oddTexts[r.IntN(len(oddTexts))]
	kinds := []login.ControlKind{login.ControlField, login.ControlButton, login.ControlLink, login.ControlToggle, login.ControlSelect, "odd"}
	for range 1 + r.IntN(4) {
		switch r.IntN(12) {
		case 0:
			c.Kind = kinds[r.IntN(len(kinds))]
		case 1:
			c.Type = []string{"", "text", "password", "email", "tel", "number", "radio", "checkbox", "submit", "search", "file"}[r.IntN(11)]
		case 2:
			c.Label, c.Text = from.Label, from.Text
		case 3:
			c.Label, c.Text, c.Placeholder = odd, odd, odd
		case 4:
			c.Visible, c.Covered = r.IntN(2) == 0, r.IntN(3) == 0
		case 5:
			c.Disabled, c.ReadOnly, c.Filled, c.Invalid = r.IntN(2) == 0, r.IntN(4) == 0, r.IntN(2) == 0, r.IntN(4) == 0
		case 6:
			c.Form, c.Frame = r.IntN(4)-1, []string{"main", "", "inner"}[r.IntN(3)]
		case 7:
			c.Name, c.ElementID, c.Autocomplete = from.Name, from.ElementID, from.Autocomplete
		case 8:
			c.Box = login.Box{X: math.NaN(), Y: -1e9, Width: float64(r.IntN(100)), Height: math.Inf(1)}
		case 9:
			c.MaxLength, c.Pattern = r.IntN(12)-2, []string{"", `\d{6}`, `[0-9]{4,8}`, `(`}[r.IntN(4)]
		case 10:
			c.Options, c.Context, c.Description, c.Group = from.Options, from.Context, odd, from.Group
		case 11:
			c.Href = odd
		}
	}
}

func cutAnywhere(r *rand.Rand, text string) string {
	if text == "" {
		return ""
	}
	return text[:r.IntN(len(text))]
}
