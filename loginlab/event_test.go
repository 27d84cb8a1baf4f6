package loginlab_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

func TestEvents_TellTheStoryOfALogin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked, sent := b.visitor().codePage("code", "ada")
	asked.submit(code(sent))
	var story []string
	for _, e := range b.lab.Events() {
		require.Equal(t, b.clock.Now(), e.At)
		require.Equal(t, loginlab.OriginLab, e.Origin)
		story = append(story, strings.Join([]string{string(e.Kind), string(e.Outcome), e.Path, e.User}, " "))
	}
	require.Equal(t, []string{
		"page_view ok /s/code/login ",
		"password_submit ok /s/code/login ada",
		"code_sent ok /s/code/login ada",
		"page_view ok /s/code/code ada",
		"code_submit ok /s/code/code ada",
		"login ok /s/code/code ada",
		"page_view ok /s/code/account ada",
	}, story)
}

func TestCount_MatchesKindSiteAndUser(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, user := range []string{"ada", "bob"} {
		b.visitor().open("/s/password/login").submit(b.credentials(user))
	}
	b.visitor().open("/s/logout-less/login").submit(b.credentials("ada"))
	b.requireCount(3, loginlab.KindLogin, "", "")
	b.requireCount(2, loginlab.KindLogin, "password", "")
	b.requireCount(2, loginlab.KindLogin, "", "ada")
	b.requireCount(1, loginlab.KindLogin, "password", "ada")
	b.requireCount(0, loginlab.KindLogin, "password", "eve")
	b.requireCount(len(b.lab.Events()), "", "", "")
}

func TestReset_ForgetsEventsMessagesAndSessions_KeepsTheSecrets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	password, seed := b.lab.Password(), b.lab.TOTPSecret()
	v := b.visitor()
	v.open("/s/password/login").submit(b.credentials("ada"))
	asked, sent := b.visitor().codePage("code", "ada")
	b.lab.Reset()
	require.Empty(t, b.lab.Events())
	require.Empty(t, b.lab.Messages())
	require.Equal(t, password, b.lab.Password())
	require.Equal(t, seed, b.lab.TOTPSecret())
	v.open("/s/password/account").requireAt("/s/password/login")
	asked.submit(code(sent)).requireAt("/s/code/login")
}

func TestEvents_OverHTTP_HoldNoSecret(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) { o.CodeFormat = loginlab.CodeAlphanumeric16 })
	v := b.visitor()
	asked, sent := v.codePage("code", "ada")
	asked.submit(code(sent))
	v.send(b.base+"/s/code/login", "application/x-www-form-urlencoded", b.lab.Password()+"="+sent+"&"+sent+"="+b.lab.TOTPSecret())
	listed := v.open("/lab/events")
	var list struct {
		Events []loginlab.Event `json:"events"`
	}
	require.NoError(t, json.Unmarshal([]byte(listed.body), &list))
	require.Len(t, list.Events, len(b.lab.Events()))
	require.NotEmpty(t, b.leaks())
	for _, secret := range []string{b.lab.Password(), b.lab.TOTPSecret(), sent} {
		require.NotContains(t, listed.body, secret)
	}
}

func TestLab_ManyVisitorsAtOnce_EachGetsTheirOwnAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const visitors = 24
	var group sync.WaitGroup
	for i := range visitors {
		group.Go(func() {
			user := "user" + strconv.Itoa(i)
			asked, sent := b.visitor().codePage("code", user)
			asked.submit(code(sent)).requireAccount("code", user)
			b.visitor().open("/lab/events")
		})
	}
	group.Wait()
	b.requireCount(visitors, loginlab.KindLogin, "code", "")
	require.Empty(t, b.leaks())
}

func TestNew_WithoutOptions_MakesRandomSecrets(t *testing.T) {
	t.Parallel()
	one, two := loginlab.New(loginlab.Options{}), loginlab.New(loginlab.Options{})
	require.Len(t, one.Password(), 24)
	require.NotEqual(t, one.Password(), two.Password())
	require.NotEqual(t, one.TOTPSecret(), two.TOTPSecret())
}

func TestUnknownPage_Is404_AndWrongMethod405(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	for _, path := range []string{"/s/password/", "/s/no-such-site/login", "/nowhere"} {
		require.Equal(t, http.StatusNotFound, v.open(path).status, path)
	}
	require.Equal(t, http.StatusMethodNotAllowed, v.open("/s/password/logout").status)
}
