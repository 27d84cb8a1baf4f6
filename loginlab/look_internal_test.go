package loginlab

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// containsText reports whether a page says something; browsers make one space of many.
func containsText(page, text string) bool { return strings.Contains(page, text) }

// having lists the variants with a nuisance that are plain enough for what a test looks at.
func having(n Nuisance, fits func(*Site) bool) []Site {
	var sites []Site
	for _, s := range corpus() {
		if s.Has(n) && s.Topology != TopologyHTTPBasic && !s.Has(NuisanceAccountChooser) && (fits == nil || fits(&s)) {
			sites = append(sites, s)
		}
	}
	return sites
}

// toCredentials goes to the page that asks for the user name.
func (w *walker) toCredentials() *walker {
	w.t.Helper()
	for range 4 {
		if _, at := w.at(); at == stepCredentials || at == stepIdentifier {
			return w
		}
		w.stepOn()
	}
	w.t.Fatalf("%s: no page asks for the user name", w.site.Name)
	return nil
}

// to does everything right until a step.
func (w *walker) to(wanted step) *walker {
	w.t.Helper()
	for range 12 {
		if _, at := w.at(); at == wanted {
			return w
		}
		w.stepOn()
	}
	w.t.Fatalf("%s: no page is the step %s", w.site.Name, wanted)
	return nil
}

func TestABLabels_FieldsAndWords_ChangeFromLoadToLoad(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	sites := having(NuisanceABLabels, nil)
	require.NotEmpty(t, sites)
	for _, s := range sites {
		one, two := lab.walk(t, s.Name, DefaultUser).toCredentials(), lab.walk(t, s.Name, DefaultUser).toCredentials()
		first, _ := one.at()
		second, _ := two.at()
		require.NotEqual(t, one.variant().fieldName(keyUsername, first.salt), two.variant().fieldName(keyUsername, second.salt), s.Name)
		require.Nil(t, two.parse().input(one.variant().fieldName(keyUsername, first.salt)), s.Name)
	}
}

func TestHoneypot_WhenFilledIn_RefusesTheLogin(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	sites := having(NuisanceHoneypot, func(s *Site) bool { return s.Topology == TopologySingleForm })
	require.NotEmpty(t, sites)
	for _, s := range sites {
		w := lab.walk(t, s.Name, DefaultUser).toCredentials()
		require.NotNil(t, w.parse().input(keyTrap), s.Name)
		p, _ := w.at()
		filled := w.credentials(stepCredentials, lab.Password())
		filled[keyTrap] = "robot"
		if w.variant().fieldName(keyTrap, p.salt) != keyTrap {
			continue
		}
		w.send(filled)
		require.False(t, w.isIn(), s.Name)
	}
	require.Zero(t, lab.Count(KindLogin, "", ""))
}

func TestSkins_AreBuiltDifferently(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	shapes := make(map[string]string)
	for _, s := range corpus() {
		if s.Topology != TopologySingleForm || s.Has(NuisanceAccountChooser) || shapes[s.Skin] != "" {
			continue
		}
		var b strings.Builder
		for d := range lab.walk(t, s.Name, DefaultUser).parse().root.Descendants() {
			if d.Data == "input" && attributeOf(d, "type") == "password" {
				for up := d.Parent; up != nil && up.Data != "body"; up = up.Parent {
					b.WriteString(up.Data + "." + attributeOf(up, "class") + " ")
				}
			}
		}
		shapes[s.Skin] = b.String()
	}
	require.Len(t, shapes, len(skinNames()))
	seen := make(map[string]string)
	for skin, shape := range shapes {
		require.NotEmpty(t, shape, skin)
		require.Empty(t, seen[shape], "%s is built like %s", skin, seen[shape])
		seen[shape] = skin
	}
}

func TestPoorAccessibility_HasPlaceholdersAndNoLabels(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, s := range having(NuisancePoorAccessibility, func(s *Site) bool { return !s.Has(NuisanceRemember) }) {
		w := lab.walk(t, s.Name, DefaultUser).toCredentials()
		p, _ := w.at()
		field := w.parse().input(w.variant().fieldName(keyUsername, p.salt))
		require.NotEmpty(t, attributeOf(field, "placeholder"), s.Name)
		require.Empty(t, attributeOf(field, "aria-label"), s.Name)
	}
}

func TestCovers_StandBeforeTheForm(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for n, key := range map[Nuisance]string{NuisanceCookieWall: "cookieReject", NuisanceNewsletterOverlay: "newsletterNoThanks"} {
		sites := having(n, func(s *Site) bool { return s.Topology == TopologySingleForm && !s.Has(NuisanceABLabels) })
		require.NotEmpty(t, sites, n)
		for _, s := range sites {
			w := lab.walk(t, s.Name, DefaultUser)
			require.NotNil(t, w.parse().attribute("data-overlay"), s.Name)
			require.True(t, w.says(key), s.Name)
		}
	}
}

func TestTraps_GreetTheUserBeforeTheLoginIsDone(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, n := range []Nuisance{NuisanceTrapWelcome, NuisanceTrapLogout} {
		sites := having(n, nil)
		require.NotEmpty(t, sites, n)
		for _, s := range sites {
			w := lab.walk(t, s.Name, DefaultUser)
			if !w.toFactor() {
				continue // a push or a link: nothing is typed there
			}
			require.Contains(t, w.text(), DefaultUser, s.Name)
			require.Zero(t, lab.Count(KindLogin, s.Name, ""), s.Name)
		}
	}
}

func TestConsent_WhenDeclined_LetsNobodyIn(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	sites := having(NuisanceTerms, nil)
	require.NotEmpty(t, sites)
	for _, s := range sites {
		w := lab.walk(t, s.Name, DefaultUser).to(stepTerms)
		w.send(map[string]string{keyAction: "decline"})
		require.False(t, w.isIn(), s.Name)
		require.Zero(t, lab.Count(KindLogin, s.Name, ""), s.Name)
	}
}

func TestApprove_WithTheWrongNumber_ApprovesNothing(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	s := withFactor(t, FactorNumberMatching)
	require.Equal(t, OutcomeRedirected, lab.Approve(s.Name, DefaultUser, "1"), "nobody waits")
	w := lab.walk(t, s.Name, DefaultUser).to(stepPush)
	require.Equal(t, OutcomeWrong, lab.Approve(s.Name, DefaultUser, "1"))
	require.Equal(t, OutcomeWrong, lab.Approve(s.Name, DefaultUser, ""))
	w.goOn()
	_, at := w.at()
	require.Equal(t, stepPush, at)
	require.Equal(t, OutcomeOK, lab.Approve(s.Name, DefaultUser, w.number()))
	require.Equal(t, OutcomeRedirected, lab.Approve(s.Name, DefaultUser, w.number()), "approved already")
	require.Equal(t, 1, lab.Count(KindApproval, s.Name, DefaultUser))
	w.goOn()
	w.logIn()
}

func TestEmailedLink_OfAnotherLogin_ApprovesNothing(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	s := withFactor(t, FactorEmailedLink)
	w := lab.walk(t, s.Name, DefaultUser).to(stepLink)
	waits := w.flow()
	w.request(http.MethodGet, "/s/"+s.Name+"/link?token="+waits+".guess", nil)
	require.Zero(t, lab.Count(KindLinkOpened, s.Name, ""))
	p, _ := lab.passageOf(waits, s.Name)
	require.False(t, p.approved)
}
