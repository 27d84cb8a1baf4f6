//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// chaosTarget is an installation that a chaos befalls.
type chaosTarget struct {
	name string
	// addresses are the base URLs of the APIs.
	addresses []string
	key       string
	victims   []*victim
	// leftBehind lists what must not be there any more once every operation has ended: pages, leases, workflows.
	leftBehind func(t *testing.T, ended []*chaosLogin) []string
}

// befall begins the logins of the plan and kills meanwhile, and requires that all ended right.
func (c *chaosTarget) befall(t *testing.T) {
	t.Helper()
	l := newLab(t, loginlab.Options{})
	out := c.journal(t)
	caller, sites := c.caller(t, l, out)
	plan := planBlows(*chaosSeed, slices.DeleteFunc(c.victims, func(v *victim) bool { return !strings.HasPrefix(v.name, *chaosVictims) }))
	fmt.Fprintf(out, "chaos: the %s shape, seed %d, %d logins, %d in a minute at %d sites; %s\n",
		c.name, *chaosSeed, *chaosLogins, *chaosPerMinute, len(sites), plan)
	began := time.Now()
	k := startKiller(plan, out)
	logins := c.logIn(t.Context(), caller, planLogins(*chaosSeed, *chaosLogins, *chaosPerMinute, sites))
	k.stop()
	l.quiet(t)
	sum := sumUp(l, logins, k.seen())
	fmt.Fprintf(out, "\nchaos: the %s shape, seed %d, in %s: %s", c.name, *chaosSeed, time.Since(began).Round(time.Second), sum)
	left := c.leftBehind(t, logins)
	for _, finding := range append(sum.findings, left...) {
		fmt.Fprintln(out, "NOT RIGHT:", finding)
	}
	require.Zero(t, len(sum.findings)+len(left), "see the lines NOT RIGHT; the logs of all processes are below %s: grep -r OPERATION there", everything.dir)
}

// journal is where a chaos tells what happens, on the terminal and in a file beside the logs.
func (c *chaosTarget) journal(t *testing.T) io.Writer {
	t.Helper()
	file, err := os.Create(filepath.Join(everything.dir, "chaos-"+c.name+".log"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	return &journal{to: io.MultiWriter(os.Stdout, file)}
}

// journal writes one line at a time.
type journal struct {
	mu sync.Mutex // guards to
	to io.Writer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.to.Write(line)
}

// caller makes a project for each site.
func (c *chaosTarget) caller(t *testing.T, l *lab, out io.Writer) (*chaosCaller, []loginlab.Site) {
	t.Helper()
	b, err := newBalancer(c.addresses...)
	require.NoError(t, err)
	t.Cleanup(b.close)
	api, err := client.New(c.addresses[0], session.NewSecret(c.key), &http.Client{Transport: b, Timeout: 90 * time.Second})
	require.NoError(t, err)
	caller := &chaosCaller{client: api.In(workspace), lab: l, projects: map[string]string{}, out: out}
	sites := chaosSites(l.Lab)
	for _, s := range sites {
		name := session.NewID("chaos-")
		_, _, err := caller.client.PutProject(t.Context(), session.Project{Name: name, LoginURL: l.url + s.LoginURL})
		require.NoError(t, err)
		caller.projects[s.Name] = name
	}
	return caller, sites
}

// logIn begins each login at its time, or once there is room, and waits until all ended.
func (c *chaosTarget) logIn(ctx context.Context, caller *chaosCaller, plan []*plannedLogin) []*chaosLogin {
	began := time.Now()
	all := make([]*chaosLogin, len(plan))
	atOnce := make(chan struct{}, *chaosAtOnce)
	var running sync.WaitGroup
	for n, p := range plan {
		<-time.After(time.Until(began.Add(p.after)))
		atOnce <- struct{}{}
		running.Go(func() {
			defer func() { <-atOnce }()
			all[n] = caller.run(ctx, p)
		})
	}
	running.Wait()
	return all
}
