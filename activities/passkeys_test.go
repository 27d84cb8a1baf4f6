package activities_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

const passkey = `{"credentialId":"Y3JlZA==","privateKey":"a2V5","rpId":"portal.example","signCount":5}`

// withPasskey is a running operation of the account that logs in with a passkey.
func (f *fixture) withPasskey(id, document string) store.Ref {
	f.t.Helper()
	values := maps.Clone(parameters)
	values["passkey"] = session.NewSecret(document)
	return f.runningAs(id, "account", values)
}

// signCount is the counter that the last page of a login began with; those of proofs have no passkeys.
func (f *fixture) signCount() int64 {
	f.t.Helper()
	var keys []session.Passkey
	for _, o := range f.browser.options {
		if len(o.Passkeys) > 0 {
			keys = o.Passkeys
		}
	}
	require.Len(f.t, keys, 1)
	require.Equal(f.t, "a2V5", keys[0].PrivateKey.Reveal())
	return keys[0].SignCount
}

func TestPasskey_CountsOnFromItsLastUse_InTheNextOperation(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.next = viewApp
	ref := f.withPasskey("op_1", passkey)
	_, err := f.begun(ref)
	require.NoError(t, err)
	require.EqualValues(t, 5, f.signCount(), "what the caller gave")
	sealed, _, err := f.db.AccountMemory(t.Context(), workspace, "account")
	require.NoError(t, err)
	require.NotContains(t, string(sealed), "Y3JlZA==")

	f.finish(ref, siteFailure())
	ref = f.withPasskey("op_2", passkey)
	_, err = f.begun(ref)
	require.NoError(t, err)
	require.EqualValues(t, 6, f.signCount(), "it was used once")
}

func TestPasskey_WhenTheCallersCounterIsHigher_TakesThat(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.next = viewApp
	ref := f.withPasskey("op_1", passkey)
	_, err := f.begun(ref)
	require.NoError(t, err)
	f.finish(ref, siteFailure())
	f.opened(f.withPasskey("op_2", `{"credentialId":"Y3JlZA==","privateKey":"a2V5","signCount":900}`))
	require.EqualValues(t, 900, f.signCount())
}

func TestPasskey_OfAFurtherAttempt_SkipsWhatTheLostPageMayHaveCounted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, err := f.open(f.withPasskey("op_1", passkey), 2)
	require.NoError(t, err)
	require.Greater(t, f.signCount(), int64(5))
}

func TestPasskey_WhenAnotherChangeComesBetween_KeepsTheHigherCounter(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.withPasskey("op_1", passkey)
	page := f.opened(ref)
	other := &activities.Pages{Store: f.db, Vault: f.vault, Now: f.clock.now}
	held, err := activities.Attach(f.pages, t.Context(), page)
	require.NoError(t, err)
	defer held.Leave()
	site := f.browser.made[0]
	remember := func(p *activities.Pages, count int64) {
		site.passkeys[0].SignCount = count
		require.NoError(t, held.RememberPasskeys(t.Context(), p, f.operation(ref)))
	}
	f.pages.Store = &faultyStore{DB: f.db, saveMemory: func() {
		f.pages.Store = f.db
		remember(other, 50)
	}}
	remember(f.pages, 40)

	f.opened2(t, ref)
	require.EqualValues(t, 50, f.signCount())
}

// opened2 ends the operation and opens a page of the account's next one.
func (f *fixture) opened2(t *testing.T, ref store.Ref) {
	t.Helper()
	f.finish(ref, siteFailure())
	f.opened(f.withPasskey("op_next", passkey))
}

func TestPasskey_ThatCannotBeRead_EndsTheLoginBeforeAnyPage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	out, err := f.begun(f.withPasskey("op_1", `{"credentialId":"?"}`))
	require.NoError(t, err)
	require.Equal(t, workflows.PageRef{}, out.PageRef)
	require.Equal(t, "passkey_unreadable", out.Advanced.Failure.Code)
	require.Empty(t, f.browser.made)
}

func TestPasskey_OfAnAccountWithoutAName_IsUsedButNotRemembered(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.next = viewApp
	values := maps.Clone(parameters)
	values["passkey"] = session.NewSecret(passkey)
	out, err := f.begun(f.runningAs("op_1", "", values))
	require.NoError(t, err)
	require.True(t, out.Advanced.LoggedIn)
	require.EqualValues(t, 5, f.signCount())
}
