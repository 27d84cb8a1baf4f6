package loginlab

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// recipe is a combination with its values.
type recipe struct {
	topology            Topology
	factor              Factor
	around, form, after Nuisance
	language, skin      string
}

// The values of the grid's dimensions.
var (
	gridT = gridTopologies()
	gridF = gridFactors()
	gridA = aroundNuisances()
	gridB = formNuisances()
	gridC = afterNuisances()
	gridL = Languages()
	gridS = skinNames()
)

func recipeOf(c combination) recipe {
	return recipe{
		topology: gridT[c[dimTopology]], factor: gridF[c[dimFactor]], around: gridA[c[dimAround]],
		form: gridB[c[dimForm]], after: gridC[c[dimAfter]], language: gridL[c[dimLanguage]], skin: gridS[c[dimSkin]],
	}
}

// theGrid pairs topology, factor and nuisances with each other, and topology, factor and skin with the language.
func theGrid() *grid {
	return &grid{
		sizes: [dimensions]int{len(gridT), len(gridF), len(gridA), len(gridB), len(gridC), len(gridL), len(gridS)},
		wanted: [][2]int{
			{dimTopology, dimFactor},
			{dimTopology, dimAround},
			{dimTopology, dimForm},
			{dimTopology, dimAfter},
			{dimFactor, dimAround},
			{dimFactor, dimForm},
			{dimFactor, dimAfter},
			{dimTopology, dimLanguage},
			{dimFactor, dimLanguage},
			{dimTopology, dimSkin},
			{dimLanguage, dimSkin},
		},
		fits: fits,
		like: func(dim, value, other int) int {
			if dim == dimFactor && other == dimLanguage {
				return slices.Index(gridF, gridF[value].family())
			}
			return value
		},
	}
}

// fits says which two values make sense together. A value that stands for itself in rules about two dimensions is
// looked up by name, so that the rules read as sentences.
func fits(p pair) bool {
	var c combination
	c[p.dimA], c[p.dimB] = p.a, p.b
	r := recipeOf(c)
	has := func(dim int) bool { return p.dimA == dim || p.dimB == dim }
	switch {
	case has(dimTopology) && has(dimFactor):
		return topologyFitsFactor(r.topology, r.factor)
	case has(dimTopology) && has(dimAround):
		return r.topology != TopologyHTTPBasic || r.around == NuisanceNone || r.around == NuisanceRedirecting
	case has(dimTopology) && has(dimForm):
		return r.topology != TopologyHTTPBasic || r.form == NuisanceNone
	case has(dimTopology) && has(dimAfter):
		return topologyFitsAfter(r.topology, r.after)
	case has(dimFactor) && has(dimForm):
		return r.form != NuisanceKeyListener || r.factor.split() > 0
	case has(dimFactor) && has(dimAfter):
		return factorFitsAfter(r.factor, r.after)
	case has(dimForm) && has(dimSkin):
		return (r.form == NuisanceTableLayout) == (r.skin == skinTable)
	}
	return true
}

func topologyFitsFactor(t Topology, f Factor) bool {
	switch {
	case t == TopologyHTTPBasic: // the browser asks for the password: there is no form to put a code into
		return f != FactorTOTPInForm && f != FactorUnfolding
	case t.elsewhere(): // one of two origins is an IP address, where WebAuthn does not work
		return f != FactorPasskey
	}
	return true
}

func topologyFitsAfter(t Topology, n Nuisance) bool {
	switch n { //nolint:exhaustive // the others fit everywhere
	case NuisanceConsent, NuisanceTrapConsent:
		return t.elsewhere()
	case NuisanceTrapVanish:
		return t.scripted()
	case NuisanceErrorTitle:
		return !t.framed() && t != TopologyHTTPBasic
	case NuisanceErrorField, NuisanceErrorToast, NuisanceErrorRed, NuisanceErrorDialog, NuisanceErrorSilent,
		NuisanceTrapPublicPage:
		return t != TopologyHTTPBasic
	}
	return true
}

// factorFitsAfter: the traps of a code page need one.
func factorFitsAfter(f Factor, n Nuisance) bool {
	if n != NuisanceTrapWelcome && n != NuisanceTrapLogout {
		return true
	}
	return f != FactorNone && f != FactorTOTPInForm && f != FactorUnfolding
}

// gridSites lists the generated sites. They are computed once: a test makes a lab of its own.
var gridSites = sync.OnceValue(func() []Site {
	taken := make(map[string]int)
	var sites []Site
	for _, c := range theGrid().cover() {
		r := recipeOf(c)
		name := r.name()
		taken[name]++
		if n := taken[name]; n > 1 {
			name += "-" + strconv.Itoa(n)
		}
		sites = append(sites, r.site(name))
	}
	return sites
})

// name is readable and stable: "de-identifier-first-totp-cookie-wall".
func (r recipe) name() string {
	parts := []string{r.language, string(r.topology), string(r.factor)}
	for _, n := range r.nuisances() {
		parts = append(parts, string(n))
	}
	return hyphened(strings.Join(parts, "-"))
}

func hyphened(name string) string { return strings.ReplaceAll(name, "_", "-") }

func (r recipe) nuisances() []Nuisance {
	return slices.DeleteFunc([]Nuisance{r.around, r.form, r.after}, func(n Nuisance) bool { return n == NuisanceNone })
}

// site describes a variant in which a login is possible.
func (r recipe) site(name string) Site {
	return newSite(name, r.title(), r.description(), func(s *Site) {
		s.Group, s.Topology, s.Factor, s.Nuisances = GroupCorpus, r.topology, r.factor, r.nuisances()
		s.Language, s.Skin = r.language, r.skin
		s.WrongPassword = []Expectation{ExpectCredential}
		s.NeedsOtherOrigin, s.TrustsOtherOrigin = r.topology.elsewhere(), r.topology.elsewhere()
		s.NeedsHostName = r.factor == FactorPasskey
		s.Questions = questionsOf(s)
	})
}

func readable[T ~string](v T) string { return strings.ReplaceAll(string(v), "_", " ") }

func (r recipe) title() string {
	return r.language + ": " + readable(r.topology) + ", " + readable(r.factor)
}

func (r recipe) description() string {
	text := "Topology " + readable(r.topology) + ", second factor " + readable(r.factor)
	var with []string
	for _, n := range r.nuisances() {
		with = append(with, readable(n))
	}
	if len(with) > 0 {
		text += "; with " + strings.Join(with, ", ")
	}
	return text + "; built like " + r.skin + "."
}
