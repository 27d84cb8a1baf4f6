package session_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

func TestProject_Validate_NamesEveryFaultyField(t *testing.T) {
	t.Parallel()
	p := session.Project{
		Name: "no spaces please", LoginURL: "ftp://x", CheckURL: "https://user:pw@x", AllowedHosts: []string{"ok.example", "https://x"},
		LoggedIn: "text=", Browser: "netscape", OTP: session.OTPSettings{Wait: "48h"},
	}
	err := p.Validate()
	for _, field := range []string{"name", "loginUrl", "checkUrl", "allowedHosts[1]", "loggedIn", "browser", "otp.wait"} {
		require.ErrorContains(t, err, field+": ")
	}
	var fault *session.FieldError
	require.ErrorAs(t, err, &fault)
	require.NotContains(t, err.Error(), "pw")
	require.NotContains(t, err.Error(), "allowedHosts[0]")
}

func TestProject_Validate_WithOnlyALoginURL_IsFine(t *testing.T) {
	t.Parallel()
	p := session.Project{Name: "my-app", LoginURL: "https://app.example.com/login"}
	require.NoError(t, p.Validate())
	p.LoginURL = ""
	require.ErrorContains(t, p.Validate(), "loginUrl: is required")
}

func TestProject_AnswerWait_IsTheProjectsOrTheDefault(t *testing.T) {
	t.Parallel()
	require.Equal(t, 10*time.Minute, (&session.Project{}).AnswerWait())
	require.Equal(t, time.Hour, (&session.Project{OTP: session.OTPSettings{Wait: "1h"}}).AnswerWait())
}

func TestNames_HoldNothingThatNeedsEscaping(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a", "my-session_1", strings.Repeat("x", session.MaxSessionIDLength)} {
		require.NoError(t, session.CheckSessionID(good), good)
		require.NoError(t, session.CheckName(good), good)
	}
	for _, bad := range []string{"", "a/b", "..", ".", "a b", "é", "a%2Fb", "a\x00", strings.Repeat("x", session.MaxSessionIDLength+1)} {
		require.ErrorIs(t, session.CheckSessionID(bad), session.ErrInvalidName, bad)
		require.ErrorIs(t, session.CheckName(bad), session.ErrInvalidName, bad)
	}
	require.NoError(t, session.CheckName("v1.2"))
}

func TestNewID_IsUnlikeAnyOther_AndOfIDCharacters(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		id := session.NewID(session.OperationPrefix)
		require.True(t, strings.HasPrefix(id, session.OperationPrefix))
		require.NoError(t, session.CheckSessionID(id))
		require.False(t, seen[id])
		seen[id] = true
	}
}
