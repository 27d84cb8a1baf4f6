package login_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
)

func TestRedact_LeavesNothingPersonal(t *testing.T) {
	t.Parallel()
	m := said("Welcome back, Alice Miller", "Signed in as alice.miller@acme.example\nBalance 1,234.56\nSent to +49 171 5550142",
		typed("user", "text", "Alice's user name"), pressed("go", "Log in as Alice"))
	m.URL, m.Title = "https://acme-internal.example:8443/t/alice/login?token", "Acme – Alice"
	m.Controls[0].Placeholder, m.Controls[0].Name, m.Controls[0].ElementID = "alice", "aliceUser4711", "u4711"
	m.Controls[1].Href, m.Controls[1].Context = "https://acme-internal.example:8443/u/alice", "Alice Miller"
	m.Frames = []login.Frame{{ID: "main", Origin: "https://acme-internal.example:8443", URL: m.URL, Document: "7.alice"}}
	m.Images = []login.Image{{Alt: "Alice Miller", Source: "https://cdn.example/alice.png"}}
	m.Alerts, m.LargeTexts = []string{"Alice, your password is wrong"}, []string{"47"}
	before, err := json.Marshal(m)
	require.NoError(t, err)

	redacted, err := json.Marshal(login.Redact(&m))
	require.NoError(t, err)
	for _, personal := range []string{"lice", "iller", "acme", "4711", "1,234", "5550142", "47\""} {
		require.NotContains(t, string(redacted), personal)
	}
	for _, kept := range []string{"Welcome back", "wrong", "Signed in as", "user name", "Log in", "/login"} {
		require.Contains(t, string(redacted), kept)
	}
	after, err := json.Marshal(m)
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(after), "the model itself stays as it is")
}

func TestRedact_KeepsHostsApartAndKnownOnes(t *testing.T) {
	t.Parallel()
	m := said("Log in", "")
	m.URL = "https://app.acme.example/login"
	m.Frames = []login.Frame{
		{ID: "main", Origin: "https://app.acme.example", URL: m.URL},
		{ID: "captcha", Origin: "https://www.google.com", URL: "https://www.google.com/recaptcha/api2/anchor"},
		{ID: "consent", Origin: "https://consent.acme.example", URL: "https://consent.acme.example/"},
	}
	r := login.Redact(&m)
	require.Equal(t, r.Frames[0].Origin+"/login", r.URL)
	require.Contains(t, r.Frames[1].URL, "google.com/recaptcha")
	require.NotEqual(t, r.Frames[0].Origin, r.Frames[2].Origin)
	require.Contains(t, r.Frames[2].URL, "consent")
}

func TestRedactText_IsWhatAPictureMayShow(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Welcome back, xxxxx", login.RedactText("Welcome back, Alice"))
	require.Equal(t, "Enter the code", login.RedactText("Enter the code"))
	require.Equal(t, "000 000", login.RedactText("123 456"))
}

func TestRedactHistory_MasksThePathAndForgetsDocuments(t *testing.T) {
	t.Parallel()
	h := login.RedactHistory(login.History{LoginPath: "/t/alice/login", Typed: []string{"d1/user"}, PasswordSubmitted: true})
	require.Equal(t, "/x/xxxxx/login", h.LoginPath)
	require.Empty(t, h.Typed)
	require.True(t, h.PasswordSubmitted)
}
