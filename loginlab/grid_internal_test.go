package loginlab

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCorpus_HasAtLeast300Variants_WithNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	names := make(map[string]bool)
	for _, s := range corpus() {
		require.False(t, names[s.Name], s.Name)
		names[s.Name] = true
		require.Equal(t, GroupCorpus, s.Group)
		require.Equal(t, []Expectation{ExpectLoggedIn}, s.Expected)
	}
	require.GreaterOrEqual(t, len(names), 300)
}

func TestCorpus_EveryPairOfTheGridThatFits_Occurs(t *testing.T) {
	t.Parallel()
	g := theGrid()
	missing, wanted := g.pairs()
	require.NotEmpty(t, wanted)
	for _, s := range corpus() {
		c := combinationOf(t, &s)
		require.True(t, g.holds(c), s.Name)
		for _, p := range g.pairsIn(c) {
			delete(missing, p)
		}
	}
	for p := range missing {
		require.False(t, g.possible(p), "the pair %+v occurs in no variant, though it could", p)
	}
}

// combinationOf reads back what a site was made of.
func combinationOf(t *testing.T, s *Site) combination {
	t.Helper()
	pick := func(all []Nuisance) int {
		for i, n := range all {
			if n != NuisanceNone && s.Has(n) {
				return i
			}
		}
		return slices.Index(all, NuisanceNone)
	}
	c := combination{
		slices.Index(gridT, s.Topology), slices.Index(gridF, s.Factor), pick(gridA), pick(gridB), pick(gridC),
		slices.Index(gridL, s.Language), slices.Index(gridS, s.Skin),
	}
	require.NotContains(t, c[:], unset, s.Name)
	return c
}

// possible reports whether any combination at all holds a pair.
func (g *grid) possible(p pair) bool {
	c := combination{unset, unset, unset, unset, unset, unset, unset}
	c[p.dimA], c[p.dimB] = p.a, p.b
	return g.fill(&c, map[pair]bool{}, g.noUses())
}

func TestCorpus_EveryValueOfEveryDimension_Occurs(t *testing.T) {
	t.Parallel()
	topologies, factors, nuisances, languages, skins := map[Topology]int{}, map[Factor]int{}, map[Nuisance]int{}, map[string]int{}, map[string]int{}
	for _, s := range corpus() {
		topologies[s.Topology]++
		factors[s.Factor]++
		languages[s.Language]++
		skins[s.Skin]++
		for _, n := range s.Nuisances {
			nuisances[n]++
		}
	}
	require.Len(t, topologies, len(gridT))
	require.Len(t, factors, len(gridF))
	require.Len(t, languages, len(gridL))
	require.Len(t, skins, len(gridS))
	require.GreaterOrEqual(t, len(gridS), 6)
	require.GreaterOrEqual(t, len(gridL), 17)
	for _, n := range slices.Concat(gridA, gridB, gridC) {
		if n != NuisanceNone {
			require.Positive(t, nuisances[n], n)
		}
	}
}

func TestCorpus_IsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	again := theGrid().cover()
	require.Equal(t, theGrid().cover(), again)
}

func TestParts_AboutAThirdIsHeldOut_InEveryGroup(t *testing.T) {
	t.Parallel()
	for name, sites := range map[string][]Site{
		"corpus": corpus(), "refusal": refusalSites(), "all": slices.Concat(basicSites(), corpus(), refusalSites(), hostileSites(), nastySites()),
	} {
		held := 0
		for _, s := range sites {
			require.Equal(t, partOf(s.Name), s.Part)
			if s.Part == PartHeldOut {
				held++
			}
		}
		share := float64(held) / float64(len(sites))
		require.InDelta(t, 0.33, share, 0.06, name)
	}
}

// A site that changed sides would have been tuned with.
func TestParts_NeverChange(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]Part{
		"password": PartHeldOut, "code": PartHeldOut, "totp": PartHeldOut, "hostile-redirect": PartTuning, "hostile-meta-refresh": PartHeldOut,
		"en-single-form-none": PartTuning, "de-refusal-account-disabled": PartTuning,
	} {
		require.Equal(t, part, partOf(name), name)
	}
}

func TestQuestions_FollowThePages(t *testing.T) {
	t.Parallel()
	for _, s := range corpus() {
		var kinds []QuestionKind
		for _, q := range s.Questions {
			kinds = append(kinds, q.Kind)
		}
		require.Equal(t, s.Has(NuisanceCaptcha), slices.Contains(kinds, QuestionCaptcha), s.Name)
		_, sent := s.Factor.sent()
		require.Equal(t, sent || s.Factor == FactorMethodChoice, slices.Contains(kinds, QuestionCode), s.Name)
		require.Equal(t, s.Factor == FactorEmailedLink, slices.Contains(kinds, QuestionLink), s.Name)
		require.Equal(t, s.Factor == FactorPush || s.Factor == FactorNumberMatching, slices.Contains(kinds, QuestionApproval), s.Name)
		require.Equal(t, s.Factor == FactorSecurityQuestion, slices.Contains(kinds, QuestionSecurity), s.Name)
	}
}
