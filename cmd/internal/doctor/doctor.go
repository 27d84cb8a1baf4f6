package doctor

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/anteroom/anteroom/config"
)

// Status is how a check ended.
type Status string

// The statuses.
const (
	OK      Status = "ok"
	Warning Status = "warning"
	Failed  Status = "failed"
)

// Finding is what one check found.
type Finding struct {
	Check  string `json:"check"`
	Status Status `json:"status"`
	// Says is a sentence: what was found and, unless all is well, what to do.
	Says string `json:"says"`
}

// checkTimeout bounds one check; the browser's start takes the longest.
const checkTimeout = 40 * time.Second

// check looks at one thing.
type check struct {
	name string
	look func(ctx context.Context, e *examined) (Status, string)
}

// examined is what the checks look at.
type examined struct {
	config *config.Config
	logger *slog.Logger
}

// checks are what is looked at, in the order of the report.
var checks = []check{
	{"browser", lookAtBrowser},
	{"full browser", lookAtChrome},
	{"shared memory", lookAtSharedMemory},
	{"open files", lookAtOpenFiles},
	{"data directory", lookAtDataDir},
	{"disk", lookAtDisk},
	{"vault key", lookAtVaultKey},
	{"store", lookAtStore},
	{"temporal", lookAtTemporal},
	{"ports", lookAtPorts},
}

// Examine runs every check, side by side, and returns what they found in a fixed order.
func Examine(ctx context.Context, c *config.Config, logger *slog.Logger) []Finding {
	findings := make([]Finding, len(checks))
	e := &examined{config: c, logger: logger}
	var all sync.WaitGroup
	for i, check := range checks {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, checkTimeout)
			defer cancel()
			status, says := check.look(ctx, e)
			findings[i] = Finding{Check: check.name, Status: status, Says: says}
		})
	}
	all.Wait()
	return findings
}

// Worst is the worst status among findings.
func Worst(findings []Finding) Status {
	worst := OK
	for _, f := range findings {
		if f.Status == Failed || (f.Status == Warning && worst == OK) {
			worst = f.Status
		}
	}
	return worst
}
