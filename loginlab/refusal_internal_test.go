package loginlab

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRefusals_EveryReason_InEveryLanguage(t *testing.T) {
	t.Parallel()
	type pair struct {
		language string
		reason   Nuisance
	}
	seen := make(map[pair]Expectation)
	for _, s := range refusalSites() {
		require.Len(t, s.Expected, 1)
		seen[pair{s.Language, s.Nuisance}] = s.Expected[0]
	}
	require.Len(t, seen, len(Languages())*len(refusals()))
	for reason, end := range map[Nuisance]Expectation{
		NuisanceAccountLocked: ExpectLockout, NuisanceRateLimited: ExpectLockout, NuisanceDisabled: ExpectCredential,
		NuisanceUnknownUser: ExpectCredential, NuisancePasswordExpired: ExpectNeedsUser, NuisanceMaintenance: ExpectSite,
	} {
		require.Equal(t, end, seen[pair{"pl", reason}], reason)
	}
}

func TestRefusals_WithTheRightPassword_LetNobodyInAndSayWhy(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, s := range refusalSites() {
		w := lab.walk(t, s.Name, DefaultUser)
		if s.Nuisance == NuisanceMaintenance {
			require.Equal(t, http.StatusServiceUnavailable, w.status, s.Name)
			require.Contains(t, w.text(), phraseIn(&s, "maintenanceHeading"), s.Name)
			require.Nil(t, w.parse().element("input"), s.Name)
			continue
		}
		for w.status == http.StatusOK && lab.Count(KindPasswordSubmit, s.Name, "") == 0 && !w.says("unknownUser") {
			w.stepOn()
		}
		require.True(t, w.says(refusalPhrases[s.Nuisance]), "%s: %s", s.Name, w.body)
		require.Equal(t, s.Nuisance == NuisanceRateLimited, w.status == http.StatusTooManyRequests, s.Name)
		require.Equal(t, s.Nuisance == NuisancePasswordExpired, w.parse().input("newPassword") != nil, s.Name)
	}
	require.Zero(t, lab.Count(KindLogin, "", ""))
	require.Zero(t, lab.Count(KindLeak, "", ""), "%+v", lab.kinds(KindLeak))
}

// says reports whether the page says a phrase without placeholders.
func (w *walker) says(key string) bool {
	return containsText(w.text(), phraseIn(&w.site, key))
}

func TestRefusals_AnUnknownUser_IsRefusedBeforeThePassword_WhereTheNameComesFirst(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, s := range refusalSites() {
		if s.Nuisance != NuisanceUnknownUser || s.Topology != TopologyIdentifierFirst {
			continue
		}
		w := lab.walk(t, s.Name, DefaultUser)
		w.stepOn()
		_, at := w.at()
		require.Equal(t, stepIdentifier, at, s.Name)
		require.Zero(t, lab.Count(KindPasswordSubmit, s.Name, ""), s.Name)
	}
	require.NotZero(t, lab.Count(KindIdentifierSubmit, "", ""))
}
