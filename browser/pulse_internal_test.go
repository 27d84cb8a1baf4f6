package browser

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

func TestPulse_WhileSomethingComes_HoldsUpSettlingForATime(t *testing.T) {
	t.Parallel()
	p := newPulse()
	a := newActivity(p, "main")
	p.begin()
	p.begin()
	require.Positive(t, a.view(time.Now()).blocked)
	p.end()
	require.Positive(t, a.view(time.Now()).blocked)
	require.Zero(t, a.view(time.Now().Add(comingPatience)).blocked, "but not for ever")
	p.end()
	require.Zero(t, a.view(time.Now()).blocked)
}

func TestActivities_OfOnePage_ShareWhatHappens(t *testing.T) {
	t.Parallel()
	p := newPulse()
	first, second := newActivity(p, "one"), newActivity(p, "two")
	before := first.view(time.Now()).seq

	second.observe(&link{frame: "two"}, &page.EventLoadEventFired{})

	require.Greater(t, first.view(time.Now()).seq, before)
	require.True(t, second.loaded)
	require.False(t, first.loaded)
}

func frameTree(a *activity) {
	l := &link{frame: "main"}
	for _, f := range [][2]cdp.FrameID{{"a", "main"}, {"b", "main"}, {"a1", "a"}, {"a2", "a"}, {"a11", "a1"}} {
		a.observe(l, &page.EventFrameAttached{FrameID: f[0], ParentFrameID: f[1]})
	}
}

func TestFrames_ThatLeave_TakeTheirOwnWithThem(t *testing.T) {
	t.Parallel()
	a := newActivity(newPulse(), "main")
	frameTree(a)
	require.Equal(t, []cdp.FrameID{"a", "b"}, a.inside("main"))
	require.Equal(t, []cdp.FrameID{"a1", "a2"}, a.inside("a"))

	a.observe(a.frames["a1"].link, &page.EventFrameDetached{FrameID: "a1", Reason: page.FrameDetachedReasonRemove})
	require.Equal(t, []cdp.FrameID{"a2"}, a.inside("a"))
	require.NotContains(t, a.frames, cdp.FrameID("a11"))

	a.observe(a.frames["a"].link, &page.EventFrameDetached{FrameID: "a", Reason: page.FrameDetachedReasonSwap})
	require.Equal(t, []cdp.FrameID{"a", "b"}, a.inside("main"), "a frame that moves to another process stays")
	require.Empty(t, a.inside("a"))

	a.observe(a.frames["b"].link, &page.EventFrameNavigated{Frame: &cdp.Frame{ID: "main", URL: "https://a.test/"}})
	require.Empty(t, a.inside("main"))
}

func TestFrames_ThatMoved_HoldUpNothing(t *testing.T) {
	t.Parallel()
	a := newActivity(newPulse(), "main")
	l := &link{frame: "main"}
	a.observe(l, &page.EventFrameAttached{FrameID: "f", ParentFrameID: "main"})
	a.observe(l, &page.EventFrameStartedNavigating{FrameID: "f", NavigationType: page.FrameStartedNavigatingNavigationTypeDifferentDocument})
	a.observe(l, &network.EventRequestWillBeSent{RequestID: "1", FrameID: "f", Type: network.ResourceTypeDocument, Request: &network.Request{URL: "https://b.test/"}})
	require.Positive(t, a.view(time.Now()).blocked)

	a.mu.Lock()
	a.adoptTree(&link{frame: "f"}, &page.FrameTree{Frame: &cdp.Frame{ID: "f", ParentID: "main", URL: "https://b.test/", SecurityOrigin: "https://b.test"}})
	a.mu.Unlock()

	require.Zero(t, a.view(time.Now()).blocked)
	require.Equal(t, []string{"https://b.test"}, a.origins)
}

func TestDialogs_TheirWordsAreKept_WithinBounds(t *testing.T) {
	t.Parallel()
	a := newActivity(newPulse(), "main")
	l := &link{frame: "main"}
	for range maxMessages + 3 {
		a.observe(l, &page.EventJavascriptDialogOpening{Type: page.DialogTypeAlert, Message: " Wrong\n password "})
	}
	a.observe(l, &page.EventJavascriptDialogOpening{Type: page.DialogTypeBeforeunload, Message: "Leave?"})

	require.Len(t, a.messages, maxMessages)
	require.Equal(t, "Wrong password", a.messages[0])
	require.Equal(t, maxMessages+4, a.dialogCount())
	a.observe(l, &page.EventFrameNavigated{Frame: &cdp.Frame{ID: "main"}})
	require.Zero(t, a.dialogCount())
}

func TestKeyring_KeepsTheHighestCount(t *testing.T) {
	t.Parallel()
	k := newKeyring([]session.Passkey{{CredentialID: "QQ==", SignCount: 5}})
	k.observe(&webauthn.EventCredentialAsserted{Credential: &webauthn.Credential{CredentialID: []byte("A"), SignCount: 4}})
	require.False(t, k.forget(nil), "an old count changes nothing")
	k.observe(&webauthn.EventCredentialAsserted{Credential: &webauthn.Credential{CredentialID: []byte("A"), SignCount: 6}})
	require.True(t, k.forget(nil))
	require.False(t, k.forget(nil), "told once")
	k.observe(&webauthn.EventCredentialAdded{Credential: &webauthn.Credential{CredentialID: []byte("B"), RpID: "b.test", SignCount: 1}})

	require.Equal(t, []int64{6, 1}, []int64{k.all()[0].SignCount, k.all()[1].SignCount})
	require.Equal(t, "b.test", k.all()[1].RPID)
	var none *keyring
	require.False(t, none.forget(nil))
}

func TestSplitTargetKind_WithoutAPrefix_IsASelector(t *testing.T) {
	t.Parallel()
	for target, want := range map[session.Target][2]string{
		"#id": {"css", "#id"}, "css=#id": {"css", "#id"}, "label=User name": {"label", "User name"}, "text=Sign in": {"text", "Sign in"},
		"input[name='text=x']": {"css", "input[name='text=x']"}, "": {"css", ""},
	} {
		kind, words := splitTargetKind(target)
		require.Equal(t, want, [2]string{kind, words})
	}
}
