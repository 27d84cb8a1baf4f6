//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
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
	PasskeyFile    string
	CheckURL       string
	LoggedInMarker string
	ResetScript    string
	// WrongPasswordText and WrongCodeText are a part of what the application says; empty where it says nothing.
	WrongPasswordText string
	WrongCodeText     string
}

// siteTurns holds a lock per application: a code counts once, and a reset forgets everybody's.
var siteTurns sync.Map

// site starts an application, if need be, and forgets used codes and limits. It is the test's alone until the test ends.
func site(t *testing.T, name string) target {
	t.Helper()
	scripts := os.Getenv("SITES")
	if scripts == "" {
		t.Skip("the environment variable SITES does not name the folder of the applications' scripts")
	}
	turn, _ := siteTurns.LoadOrStore(name, &sync.Mutex{})
	turn.(*sync.Mutex).Lock()
	t.Cleanup(turn.(*sync.Mutex).Unlock)
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

// siteRuns is how often each login is done: SITE_RUNS, or once.
func siteRuns(t *testing.T) int {
	t.Helper()
	wanted := os.Getenv("SITE_RUNS")
	if wanted == "" {
		return 1
	}
	n, err := strconv.Atoi(wanted)
	require.NoError(t, err, "SITE_RUNS")
	require.Positive(t, n, "SITE_RUNS")
	return n
}

// bare is the project of somebody who knows the login's address and, where the login leads to another host, that host.
func (s target) bare() session.Project {
	return session.Project{LoginURL: s.LoginURL, AllowedHosts: s.AllowedHosts}
}

// code is the current code of the second factor, sent after began.
func (s target) code(t *testing.T, began time.Time) string {
	t.Helper()
	if s.TOTPSecret == "" {
		return s.sentCode(t, began)
	}
	code, err := totp.GenerateCode(s.TOTPSecret, time.Now())
	require.NoError(t, err)
	return code
}

// wrong is a code of the same form that is not the right one.
func wrong(code string) string {
	return strings.Map(func(r rune) rune { return '0' + ('9'-r+1)%10 }, code)
}

// asksCode reports whether the application wants a second factor that a person must answer.
func (s target) asksCode() bool { return s.TOTPSecret != "" || s.OTPFile != "" }

// logIn logs in and answers the code, where one is asked; withWrong gives a wrong one first.
func (s target) logIn(t *testing.T, a *app, withWrong bool) {
	t.Helper()
	s.reset(t)
	began := time.Now()
	op := a.start(client.StartRequest{ID: "alice", Parameters: params("username", s.Username, "password", s.Password)})
	if s.asksCode() {
		q := a.asked(op)
		require.Equal(t, session.AskCode, q.Kind, "%+v", q)
		right := s.code(t, began)
		if withWrong {
			a.resume(op, q, wrong(right))
			again := a.asked(op)
			require.Equal(t, session.AskCode, again.Kind, "%+v", again)
			require.NotEqual(t, q.ID, again.ID)
			require.Equal(t, "code_rejected", again.Reason)
			requireWords(t, s.WrongCodeText, again.SiteError)
			q, right = again, s.code(t, began)
		}
		a.resume(op, q, right)
	}
	a.done(op)
}

// requireWords requires that said holds the words; where the application has none, that said is empty.
func requireWords(t *testing.T, words, said string) {
	t.Helper()
	if words == "" {
		require.Empty(t, said)
		return
	}
	require.Contains(t, strings.ToLower(said), strings.ToLower(strings.Trim(words, ".")))
}

// refusesWrongPassword requires that a wrong password ends as credential, with the application's words.
func (s target) refusesWrongPassword(t *testing.T, a *app) {
	t.Helper()
	s.reset(t)
	op := a.start(client.StartRequest{
		ID: "mistaken", Parameters: params("username", s.Username, "password", "Wrong-horse-"+session.NewID(""), "totpSecret", s.TOTPSecret),
	})
	requireWords(t, s.WrongPasswordText, a.failed(op, session.FailureCredential).SiteError)
}

func TestSites_WithNothingButTheirLoginURL_LogInAndRefuseTyped(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"django-otp", "tryton", "simplesaml", "pocketbase", "miniflux"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site(t, name)
			for range siteRuns(t) {
				a := newApp(t, sharedServer(t), s.bare())
				s.logIn(t, a, false)
				requireLoggedInToPlaywright(t, a, s)
				s.refusesWrongPassword(t, newApp(t, sharedServer(t), s.bare()))
				if s.asksCode() {
					s.logIn(t, newApp(t, sharedServer(t), s.bare()), true)
				}
			}
		})
	}
}

func TestSite_DjangoOTP_ByTOTPSecret_AsksNothing(t *testing.T) {
	t.Parallel()
	s := site(t, "django-otp")
	a := newApp(t, sharedServer(t), s.project())
	a.done(a.startAs("alice", s.Password, "totpSecret", s.TOTPSecret))
	requireLoggedInToPlaywright(t, a, s)
}

func TestSite_Miniflux_ByPasskey_AsksNothing(t *testing.T) {
	t.Parallel()
	s := site(t, "miniflux")
	passkey, err := os.ReadFile(s.PasskeyFile)
	require.NoError(t, err)
	for range siteRuns(t) {
		a := newApp(t, sharedServer(t), s.bare())
		a.done(a.start(client.StartRequest{ID: "alice", Parameters: params("passkey", string(passkey))}))
		requireLoggedInToPlaywright(t, a, s)
	}
}

// sentCode waits for a mail or text message that is newer than began.
func (s target) sentCode(t *testing.T, began time.Time) string {
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
	}, 20*time.Second, pause, "no message came")
	return code
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
