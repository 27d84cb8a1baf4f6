//go:build e2e

package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

// The size of a chaos; scripts/chaos sets them.
var (
	chaosSeed      = flag.Uint64("chaos.seed", 1, "what the plan of a chaos is made from")
	chaosLogins    = flag.Int("chaos.logins", 30, "how many logins a chaos begins")
	chaosPerMinute = flag.Int("chaos.per-minute", 60, "how many logins a chaos begins in a minute")
	chaosAtOnce    = flag.Int("chaos.at-once", 40, "how many logins may be under way at once; the others begin later than planned")
	chaosVictims   = flag.String("chaos.victims", "", "what a chaos kills: the beginning of names such as worker; empty: everything")
)

// Bounds of what a plan draws.
const (
	leastCalm, mostCalm   = time.Second, 5 * time.Second      // between two kills
	mostDown              = 4 * time.Second                   // until a killed process is started again; half of them are at once
	leastThink, mostThink = 2 * time.Second, 25 * time.Second // until a person answers
)

// temper is how a login of a chaos behaves.
type temper string

const (
	waits     temper = "waits"         // a person gives the code later
	answers   temper = "answers"       // the code is given at once
	asksNever temper = "password only" // nobody is asked
)

// plannedLogin is one login of a plan.
type plannedLogin struct {
	number int
	site   loginlab.Site
	user   string
	temper temper
	// after is when it begins, counted from the first.
	after time.Duration
	// thinks is how long the person takes for each question in turn; the last counts for all that follow.
	thinks []time.Duration
}

func (p *plannedLogin) think(question int) time.Duration {
	if p.temper != waits {
		return 0
	}
	return p.thinks[min(question, len(p.thinks)-1)]
}

// planLogins draws the logins. They do not depend on the kills, nor these on them.
func planLogins(seed uint64, count, perMinute int, sites []loginlab.Site) []*plannedLogin {
	r := rand.New(rand.NewPCG(seed, 1))
	asking, plain := split(sites)
	logins := make([]*plannedLogin, count)
	for n := range logins {
		p := &plannedLogin{number: n, temper: asksNever, after: time.Duration(n) * time.Minute / time.Duration(perMinute)}
		switch from := plain; {
		case n%3 == 0:
			p.temper, p.site = waits, asking[r.IntN(len(asking))]
		case r.IntN(2) == 0:
			p.temper, p.site = answers, asking[r.IntN(len(asking))]
		default:
			p.site = from[r.IntN(len(from))]
		}
		p.user = fmt.Sprintf("chaos%d-%d@fernwood.example", seed, n)
		for range 3 {
			p.thinks = append(p.thinks, between(r, leastThink, mostThink))
		}
		logins[n] = p
	}
	return logins
}

func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)))
}

// split says which sites ask for a code and which do not.
func split(sites []loginlab.Site) (asking, plain []loginlab.Site) {
	for _, s := range sites {
		if len(s.Questions) > 0 {
			asking = append(asking, s)
		} else {
			plain = append(plain, s)
		}
	}
	return asking, plain
}

// Ways to log in that a chaos uses, in whatever language and skin. A code that is computed needs no person and is no waiting.
var (
	chaosTopologies = []loginlab.Topology{
		loginlab.TopologySingleForm, loginlab.TopologyIdentifierFirst, loginlab.TopologySPA, loginlab.TopologyFormless, loginlab.TopologyModal,
	}
	chaosFactors = []loginlab.Factor{
		loginlab.FactorNone, loginlab.FactorTextedCode, loginlab.FactorEmailedCode, loginlab.FactorVoiceCode, loginlab.FactorSplit6,
	}
)

// chaosSites are the sites of a lab that a chaos logs in to: the plain ones, and generated ones that ask for nothing but a code. The
// part that is held out stays so.
func chaosSites(l *loginlab.Lab) []loginlab.Site {
	var sites []loginlab.Site
	for _, s := range l.Sites() {
		switch {
		case s.Expected[0] != loginlab.ExpectLoggedIn || s.NeedsTLS || s.NeedsHostName || s.NeedsOtherOrigin || s.Part == loginlab.PartHeldOut:
		case s.Group != loginlab.GroupBasic && s.Group != loginlab.GroupCorpus:
		case !slices.Contains(chaosTopologies, s.Topology) || !slices.Contains(chaosFactors, s.Factor):
		case slices.ContainsFunc(s.Questions, func(q loginlab.Question) bool { return q.Answer != loginlab.AnswerMessageCode }):
		default:
			sites = append(sites, s)
		}
	}
	for _, s := range l.Sites() { // whatever part the hash gave to the simplest ones
		if s.Name == "password" || s.Name == "code" || s.Name == "identifier" {
			sites = append(sites, s)
		}
	}
	return sites
}

// blow is one kill of a plan.
type blow struct {
	// calm comes before it.
	calm time.Duration
	// victim is what is killed, an index into the victims.
	victim int
	// down is how long it is away before it is started again.
	down time.Duration
}

// blowPlan draws kills without end.
type blowPlan struct {
	random  *rand.Rand
	victims []*victim
}

func planBlows(seed uint64, victims []*victim) *blowPlan {
	return &blowPlan{random: rand.New(rand.NewPCG(seed, 2)), victims: victims}
}

func (p *blowPlan) next() blow {
	b := blow{calm: between(p.random, leastCalm, mostCalm), down: between(p.random, 0, 2*mostDown) - mostDown}
	b.down = max(b.down, 0)
	at := p.random.IntN(p.weights())
	for at >= p.victims[b.victim].weight {
		at -= p.victims[b.victim].weight
		b.victim++
	}
	return b
}

func (p *blowPlan) weights() int {
	sum := 0
	for _, v := range p.victims {
		sum += v.weight
	}
	return sum
}

// String tells the weights.
func (p *blowPlan) String() string {
	var parts []string
	for _, v := range p.victims {
		parts = append(parts, fmt.Sprintf("%s %d", v.name, v.weight))
	}
	return fmt.Sprintf("a kill every %s to %s, by weight: %s; started again at once or within %s", leastCalm, mostCalm, strings.Join(parts, ", "), mostDown)
}

func TestChaosPlan_OfTheSameSeed_IsTheSame(t *testing.T) {
	t.Parallel()
	sites := chaosSites(loginlab.New(loginlab.Options{}))
	asking, plain := split(sites)
	require.Greater(t, len(asking), 8, "several variants")
	require.Greater(t, len(plain), 3, "several variants")
	logins, again := planLogins(7, 60, 60, sites), planLogins(7, 60, 60, sites)
	require.Equal(t, logins, again)
	require.NotEqual(t, logins[0], planLogins(8, 60, 60, sites)[0])
	waiting := 0
	for _, p := range logins {
		if p.temper == waits {
			waiting++
			require.NotEmpty(t, p.site.Questions)
		}
	}
	require.Equal(t, 20, waiting, "a third")

	victims := []*victim{{name: "a", weight: 1}, {name: "b", weight: 0}, {name: "c", weight: 3}}
	one, other := planBlows(7, victims), planBlows(7, victims)
	struck := map[int]int{}
	for range 200 {
		b := one.next()
		require.Equal(t, b, other.next())
		require.True(t, b.calm >= leastCalm && b.calm <= mostCalm && b.down <= mostDown)
		struck[b.victim]++
	}
	require.Zero(t, struck[1])
	require.Greater(t, struck[2], struck[0])
	require.Positive(t, struck[0])
}
