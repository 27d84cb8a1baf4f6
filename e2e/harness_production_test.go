//go:build e2e && production

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// How many processes of a kind the installation has.
const (
	apiProcesses    = 2
	workerProcesses = 3
)

// production is the production shape: processes that share a PostgreSQL store and a Temporal server on PostgreSQL, behind a
// balancer that sends each request to another API than the one before.
type production struct {
	suite    *suite
	env      []string
	postgres *postgresServer
	temporal *replica
	apis     []*replica
	browser  *replica
	workers  []*replica
	balancer *balancer
	front    *httptest.Server
	// apiKeyFile and vaultKeyFile are what init made.
	apiKeyFile, vaultKeyFile string
}

// replica is a process that is started again with the same command line.
type replica struct {
	*child

	suite *suite
	env   []string
	args  []string
	// program is the binary.
	program string
}

// run starts the process and waits until it says where it is.
func (r *replica) run() error {
	c, err := r.suite.spawn(r.name, r.program, r.env, r.args...)
	if err != nil {
		return err
	}
	r.child = c
	return c.firstLine(&struct{}{})
}

// newProduction starts everything, in the order of docs/production.md.
func newProduction(s *suite, dir string) (*production, error) {
	p := &production{suite: s, apiKeyFile: filepath.Join(dir, "api-key")}
	var err error
	if p.postgres, err = startPostgres(filepath.Join(dir, "postgres")); err != nil {
		return p, err
	}
	if err := errors.Join(p.postgres.createDatabase("anteroom"), p.postgres.createDatabase("temporal")); err != nil {
		return p, err
	}
	if err := p.startTemporal(dir); err != nil {
		return p, err
	}
	p.configure(filepath.Join(dir, "vault.key"))
	if err := p.init(); err != nil {
		return p, err
	}
	if err := p.startAPIs(apiProcesses); err != nil {
		return p, err
	}
	if err := p.startBrowser(dir); err != nil {
		return p, err
	}
	return p, p.startWorkers(dir, workerProcesses)
}

// configure sets what all processes share.
func (p *production) configure(vaultKeyFile string) {
	p.vaultKeyFile = vaultKeyFile
	p.env = []string{
		"ANTEROOM_STORE_URL=" + p.postgres.url("anteroom"), "ANTEROOM_STORE_PASSWORD_FILE=" + p.postgres.passwordFile,
		"ANTEROOM_VAULT_KEY_FILE=" + vaultKeyFile, "ANTEROOM_TEMPORAL_ADDRESS=" + p.temporalAddress(),
		"ANTEROOM_NETWORK_ALLOW=127.0.0.0/8", "ANTEROOM_LOG_LEVEL=debug",
	}
}

// startTemporal runs only the Temporal server, on the same PostgreSQL.
func (p *production) startTemporal(dir string) error {
	at, err := freePort()
	if err != nil {
		return err
	}
	p.temporal = p.replica("temporal", p.suite.standalone, []string{
		"ANTEROOM_TEMPORAL_STORE=" + p.postgres.url("temporal"), "ANTEROOM_TEMPORAL_STORE_PASSWORD_FILE=" + p.postgres.passwordFile,
	}, "temporal", "--log-level", "warn", "--temporal-listen", "127.0.0.1:"+at, "--temporal-ui-listen", "127.0.0.1:0",
		"--data-dir", filepath.Join(dir, "temporal"))
	return p.temporal.run()
}

func (p *production) temporalAddress() string { return p.temporal.args[4] }

func (p *production) replica(name, program string, env []string, args ...string) *replica {
	return &replica{
		child: &child{name: name}, suite: p.suite, program: program, env: env, args: append(args, "--json"),
	}
}

// init prepares what the processes share.
func (p *production) init(more ...string) error {
	c, err := p.suite.spawn("init", p.suite.anteroom, p.env, append([]string{"init", "--json", "--api-key-file", p.apiKeyFile}, more...)...)
	if err != nil {
		return err
	}
	select {
	case <-c.exited:
	case <-time.After(readyTimeout):
		return fmt.Errorf("init did not end within %s: %w", readyTimeout, c.kill())
	}
	if c.err != nil {
		return fmt.Errorf("init: %w\n%s", c.err, c.tail(5))
	}
	return nil
}

func (p *production) startAPIs(count int) error {
	var addresses []string
	for n := range count {
		at, err := freePort()
		if err != nil {
			return err
		}
		r := p.replica(fmt.Sprintf("api-%d", n+1), p.suite.anteroom, p.env, "api", "--listen", "127.0.0.1:"+at)
		if err := r.run(); err != nil {
			return err
		}
		p.apis = append(p.apis, r)
		addresses = append(addresses, "http://127.0.0.1:"+at)
	}
	var err error
	if p.balancer, err = newBalancer(addresses...); err != nil {
		return err
	}
	p.front = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", r.In.Host, r.In.Host
		},
		Transport:     p.balancer,
		FlushInterval: -1,
	})
	return nil
}

// startBrowser starts the process that keeps the workers' browser.
func (p *production) startBrowser(dir string) error {
	// All of loopback is open to the pages here, and the process does not know where the others listen.
	var closed []string
	for _, address := range append(p.addresses(), p.front.URL) {
		closed = append(closed, "127.0.0.0/8:"+port(strings.TrimPrefix(address, "http://")))
	}
	socket := filepath.Join(dir, "browser.sock")
	env := append(slices.Clone(p.env), "ANTEROOM_NETWORK_DENY="+strings.Join(closed, ","))
	p.browser = p.replica("browser", p.suite.anteroom, env, "browser", "--browser-socket", socket, "--data-dir", filepath.Join(dir, "browser"))
	p.env = append(p.env, "ANTEROOM_BROWSER_ENDPOINTS="+socket)
	return p.browser.run()
}

func (p *production) startWorkers(dir string, count int) error {
	for n := range count {
		name := fmt.Sprintf("worker-%d", n+1)
		r := p.replica(name, p.suite.anteroom, p.env, "worker", "--data-dir", filepath.Join(dir, name))
		if err := r.run(); err != nil {
			return err
		}
		p.workers = append(p.workers, r)
	}
	return nil
}

// server is what tests speak to: the balancer in front of the APIs.
func (p *production) server() (*server, error) {
	srv := &server{child: p.apis[0].child, API: p.front.URL, APIKeyFile: p.apiKeyFile}
	return srv, srv.connect()
}

// addresses are the base URLs of the APIs.
func (p *production) addresses() []string {
	var all []string
	for _, r := range p.apis {
		all = append(all, "http://"+r.args[2])
	}
	return all
}

// stop ends everything, the last started first; each must end by itself, in time and with exit code 0.
func (p *production) stop() error {
	var errs []error
	if p.front != nil {
		p.front.Close()
		p.balancer.close()
	}
	for _, r := range slices.Concat(p.workers, p.apis, []*replica{p.browser}) {
		if r != nil && r.cmd != nil {
			errs = append(errs, r.stop())
		}
	}
	if p.temporal != nil && p.temporal.cmd != nil {
		errs = append(errs, p.temporal.stop())
	}
	if p.postgres != nil {
		errs = append(errs, p.postgres.stop())
	}
	return errors.Join(errs...)
}

// restartAfter is how long a killed process is away: a supervisor's pause.
const restartAfter = 2 * time.Second

// killAndRestart is kill -9, and what a supervisor does then.
func (r *replica) killAndRestart() error {
	if err := r.kill(); err != nil {
		return err
	}
	<-time.After(restartAfter)
	return r.run()
}

// restart is an orderly restart.
func (r *replica) restart() error {
	if err := r.stop(); err != nil {
		return err
	}
	return r.run()
}

// busiest is the worker that has to do with most of these operations, going by its log.
func (p *production) busiest(operations []string) (*replica, error) {
	var best *replica
	most := 0
	for _, w := range p.workers {
		log, err := os.ReadFile(w.stderr)
		if err != nil {
			return nil, err
		}
		busy := 0
		for _, op := range operations {
			if bytes.Contains(log, []byte(op)) {
				busy++
			}
		}
		if busy > most {
			best, most = w, busy
		}
	}
	if best == nil {
		return nil, fmt.Errorf("no worker's log names one of %v", operations)
	}
	return best, nil
}
