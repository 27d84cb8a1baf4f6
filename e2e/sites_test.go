//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// Stock web applications. The environment variable SITES names the folder with their scripts (run.sh); they keep what
// they install below SITES_DIR. Without SITES these tests are skipped: the applications take minutes to install.

// target is what an application's target.json says of it; what does not apply is empty.
type target struct {
	LoginURL       string
	AllowedHosts   []string
	Username       string
	Password       string
	TOTPSecret     string
	OTPFile        string
	OTPPattern     string
	CheckURL       string
	LoggedInMarker string
	ResetScript    string
}

// site starts an application, if need be, and forgets used codes and limits.
func site(t *testing.T, name string) target {
	t.Helper()
	scripts := os.Getenv("SITES")
	if scripts == "" {
		t.Skip("the environment variable SITES does not name the folder of the applications' scripts")
	}
	command(t, "", filepath.Join(scripts, "run.sh"), "start", name)
	dir := os.Getenv("SITES_DIR")
	if dir == "" {
		home, err := os.UserHomeDir()
		require.NoError(t, err)
		dir = filepath.Join(home, ".cache", "login-sites")
	}
	text, err := os.ReadFile(filepath.Join(dir, name, "target.json"))
	require.NoError(t, err)
	var s target
	require.NoError(t, json.Unmarshal(text, &s))
	s.reset(t)
	return s
}

func (s target) reset(t *testing.T) {
	t.Helper()
	if s.ResetScript != "" {
		command(t, "", s.ResetScript)
	}
}

// command runs a program in dir and returns what it printed.
func command(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	// Servers that a script starts keep its output open: they must not keep us waiting.
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		require.ErrorIs(t, err, exec.ErrWaitDelay, "%s %v: %s", program, args, out)
	}
	return string(out)
}

// project is the application as a caller describes it: where its login is and what proves a session.
func (s target) project() session.Project {
	return session.Project{LoginURL: s.LoginURL, AllowedHosts: s.AllowedHosts, CheckURL: s.CheckURL, LoggedIn: s.LoggedInMarker}
}

func TestSite_Miniflux_LogsInByPassword(t *testing.T) {
	t.Parallel()
	s := site(t, "miniflux")
	a := newApp(t, sharedServer(t), s.project())
	a.done(a.startAs("alice", s.Password))
	requireLoggedInToPlaywright(t, a, s)
}

func TestSite_Miniflux_WithNothingButItsLoginURL_LogsIn(t *testing.T) {
	t.Parallel()
	s := site(t, "miniflux")
	a := newApp(t, sharedServer(t), session.Project{LoginURL: s.LoginURL})
	a.done(a.startAs("alice", s.Password))
	requireLoggedInToPlaywright(t, a, s)
}

// A code is taken once, so the three ways to give it are tried one after the other.
func TestSite_DjangoOTP_LogsInByResumeAndByTOTPSecret(t *testing.T) {
	t.Parallel()
	s := site(t, "django-otp")
	a := newApp(t, sharedServer(t), s.project())
	byResume := a.startAs("alice", s.Password)
	q := a.asked(byResume)
	require.Equal(t, session.AskCode, q.Kind)
	code, err := totp.GenerateCode(s.TOTPSecret, time.Now())
	require.NoError(t, err)
	a.resume(byResume, q, code)
	a.done(byResume)
	requireLoggedInToPlaywright(t, a, s)

	s.reset(t)
	a.done(a.startAs("alice", s.Password, "totpSecret", s.TOTPSecret))
	requireLoggedInToPlaywright(t, a, s)
}

func TestSite_DjangoOTP_WithAWrongPassword_FailsAsCredential(t *testing.T) {
	t.Parallel()
	s := site(t, "django-otp")
	a := newApp(t, sharedServer(t), s.project())
	f := a.failed(a.startAs("alice", "wrong-"+s.Password, "totpSecret", s.TOTPSecret), session.FailureCredential)
	require.Equal(t, "wrong_password", f.Code)
}

// What the application asks after the first page (an e-mailed code in a password field beside another field) may be beyond
// us; that must be said, and nothing typed where it does not belong.
func TestSite_PocketBase_GetsBeyondTheFirstPageAndEndsTyped(t *testing.T) {
	t.Parallel()
	s := site(t, "pocketbase")
	a := newApp(t, sharedServer(t), s.project())
	began := time.Now()
	op := a.start(client.StartRequest{ID: "alice", Parameters: params("username", s.Username, "password", s.Password)})
	r := a.next(op)
	if r.Status == client.RequestedMoreInfo {
		t.Logf("it asks: %s %+v", r.Question.Message, r.Question.Fields)
		require.Equal(t, session.AskCode, r.Question.Kind)
		a.resume(op, *r.Question, s.mailedCode(t, began))
		r = a.next(op)
	}
	if r.Status == client.Done {
		requireLoggedInToPlaywright(t, a, s)
		return
	}
	t.Logf("it ends with: %v", r.Failure)
	require.Equal(t, session.FailureUnsupported, r.Failure.Class, "%+v", r.Failure)
	require.NotEqual(t, "unknown_page", r.Failure.Code)
	s.mailedCode(t, began) // the password was accepted: the first page was understood
}

// mailedCode waits for a mail that is newer than began.
func (s target) mailedCode(t *testing.T, began time.Time) string {
	t.Helper()
	pattern := regexp.MustCompile(s.OTPPattern)
	var code string
	require.Eventually(t, func() bool {
		info, err := os.Stat(s.OTPFile)
		if err != nil || info.ModTime().Before(began) {
			return false
		}
		text, err := os.ReadFile(s.OTPFile)
		found := pattern.FindSubmatch(text)
		if err != nil || found == nil {
			return false
		}
		code = string(found[1])
		return true
	}, 20*time.Second, pause, "no mail came")
	return code
}

// The identity provider is another origin, and its consent page already shows the user's name.
func TestSite_SimpleSAML_IsUnderstoodUpToTheConsent(t *testing.T) {
	t.Parallel()
	s := site(t, "simplesaml")
	a := newApp(t, sharedServer(t), s.project())
	r := a.next(a.startAs("alice", s.Password))
	if r.Status == client.Done {
		requireLoggedInToPlaywright(t, a, s)
		return
	}
	require.Equal(t, client.Failed, r.Status)
	require.Equal(t, session.FailureUnsupported, r.Failure.Class, "%+v", r.Failure)
	require.Equal(t, "consent", r.Failure.Code)
}

func TestSite_SimpleSAML_WithoutTheIdentityProvidersHost_TypesNothing(t *testing.T) {
	t.Parallel()
	s := site(t, "simplesaml")
	p := s.project()
	p.AllowedHosts = nil
	a := newApp(t, sharedServer(t), p)
	f := a.failed(a.startAs("alice", s.Password), session.FailureBlocked)
	require.Equal(t, "origin_not_allowed", f.Code)
}
