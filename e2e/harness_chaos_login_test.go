//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// chaosPatience is when a login that has not ended counts as hanging.
const chaosPatience = 6 * time.Minute

// chaosLogin is what became of one login.
type chaosLogin struct {
	*plannedLogin

	operation    string
	began, ended time.Time
	questions    []chaosQuestion
	op           session.Operation
	// startErr, runErr and readErr are why it was not begun, not followed to its end, not read at its end.
	startErr, runErr, readErr error
	// given is how many answers were given, repeated counts the calls that failed beyond what the client mends by itself.
	given, repeated int
}

// chaosQuestion is a question as the caller saw it.
type chaosQuestion struct {
	at     time.Time
	id     string
	kind   session.InfoRequestKind
	reason string
}

// asked counts the questions that were asked for a reason.
func (l *chaosLogin) asked(reason string) int {
	n := 0
	for _, q := range l.questions {
		if q.reason == reason {
			n++
		}
	}
	return n
}

// chaosCaller begins logins and answers their questions.
type chaosCaller struct {
	client   *client.Client
	lab      *lab
	projects map[string]string // by site
	out      io.Writer
}

// run is the story of one login, from its start to its end.
func (c *chaosCaller) run(ctx context.Context, p *plannedLogin) *chaosLogin {
	ctx, cancel := context.WithTimeout(ctx, chaosPatience)
	defer cancel()
	l := &chaosLogin{plannedLogin: p, began: time.Now()}
	if l.startErr = c.start(ctx, l); l.startErr != nil {
		l.ended = time.Now()
		return l
	}
	fmt.Fprintf(c.out, "%s  %s begins: %s at %s (%s)\n", stamp(l.began), l.operation, l.user, l.site.Name, l.temper)
	l.runErr = c.follow(ctx, l)
	l.ended = time.Now()
	c.keepPages(context.WithoutCancel(ctx), l)
	l.op, l.readErr = c.read(context.WithoutCancel(ctx), l.operation)
	fmt.Fprintf(c.out, "%s  %s ends after %s: %s, attempt %d, %d questions\n", stamp(l.ended), l.operation,
		l.ended.Sub(l.began).Round(time.Millisecond), l.op.State, l.op.Attempt, len(l.questions))
	return l
}

// read reads the operation at its end, however often the service is away.
func (c *chaosCaller) read(ctx context.Context, operation string) (op session.Operation, err error) {
	ctx, cancel := context.WithTimeout(ctx, chaosPatience)
	defer cancel()
	for {
		op, err = c.client.Operation(ctx, operation)
		if err == nil || isAnswer(err) || ctx.Err() != nil {
			return op, err
		}
		<-time.After(pause)
	}
}

// keepPages keeps, beside the logs, what the operation left of pages that it did not understand.
func (c *chaosCaller) keepPages(ctx context.Context, l *chaosLogin) {
	pages, err := c.client.Artefacts(ctx, l.operation)
	for _, a := range pages {
		raw, readErr := c.client.Artefact(ctx, l.operation, a.Name)
		err = errors.Join(err, readErr, os.WriteFile(filepath.Join(everything.dir, l.operation+"-"+a.Name), raw, 0o600))
	}
	if errors.Is(l.runErr, errNoAnswer) { // nobody will answer it
		_, cancelErr := c.client.Cancel(ctx, l.operation)
		err = errors.Join(err, cancelErr)
	}
	if err != nil {
		fmt.Fprintf(c.out, "%s  %s: its pages were not kept: %v\n", stamp(time.Now()), l.operation, err)
	}
}

// start begins the login once, however often it must be said.
func (c *chaosCaller) start(ctx context.Context, l *chaosLogin) (err error) {
	request := client.StartRequest{
		ID: fmt.Sprintf("chaos-%d", l.number), Parameters: params("username", l.user, "password", c.lab.Password()), IdempotencyKey: l.user,
	}
	for {
		l.operation, err = c.client.Start(ctx, c.projects[l.site.Name], request)
		if err == nil || ctx.Err() != nil || isAnswer(err) {
			return err
		}
		l.repeated++
		<-time.After(pause)
	}
}

// isAnswer reports that the service answered, and not that it is away.
func isAnswer(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return ok && e.Status < http.StatusInternalServerError
}

// follow waits for the end, however often the service is away for longer than the client bears.
func (c *chaosCaller) follow(ctx context.Context, l *chaosLogin) error {
	for {
		_, err := c.client.Follow(ctx, c.projects[l.site.Name], l.operation, func(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
			return c.answer(ctx, l, q)
		})
		_, ended := errors.AsType[*client.FailedError](err)
		if err == nil || ended || ctx.Err() != nil || errors.Is(err, errNoAnswer) || isAnswer(err) {
			return err
		}
		l.repeated++
	}
}

// errNoAnswer: the login asks what no login of a chaos asks.
var errNoAnswer = errors.New("a question that nobody expects")

// answer types the newest code, as a person who takes some time.
func (c *chaosCaller) answer(ctx context.Context, l *chaosLogin, q session.InfoRequest) (map[string]session.Secret, error) {
	known := len(l.questions) > 0 && l.questions[len(l.questions)-1].id == q.ID // the service was away, and it is put again
	if !known {
		l.questions = append(l.questions, chaosQuestion{at: time.Now(), id: q.ID, kind: q.Kind, reason: q.Reason})
		fmt.Fprintf(c.out, "%s  %s asks: %s %s (%s)\n", stamp(time.Now()), l.operation, q.Kind, q.ID, q.Reason)
	}
	if q.Kind != session.AskCode || len(q.Fields) != 1 {
		return nil, fmt.Errorf("%s %q with %d fields: %w", q.Kind, q.Message, len(q.Fields), errNoAnswer)
	}
	if !known {
		think := time.NewTimer(l.think(len(l.questions) - 1))
		defer think.Stop()
		select {
		case <-think.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		l.given++
	}
	code, ok := c.lab.LastCode(l.site.Name, l.user)
	if !ok {
		return nil, fmt.Errorf("no code was sent to %s: %w", l.user, errNoAnswer)
	}
	return params(q.Fields[0].Name, code), nil
}

// arrived counts what a lab saw of a login.
type arrived struct {
	passwords, codesSent, codes, logins int
	// wrong are outcomes that no login of a chaos earns: a wrong code, one typed twice, a form sent twice.
	wrong []string
}

func arrivedAt(events []loginlab.Event, l *plannedLogin) arrived {
	var a arrived
	for _, e := range events {
		if e.User != l.user || e.Site != l.site.Name {
			continue
		}
		switch e.Kind {
		case loginlab.KindPasswordSubmit:
			a.passwords++
		case loginlab.KindCodeSent:
			a.codesSent++
		case loginlab.KindCodeSubmit:
			a.codes++
		case loginlab.KindLogin:
			a.logins++
			continue
		default:
			continue
		}
		if e.Outcome != loginlab.OutcomeOK {
			a.wrong = append(a.wrong, string(e.Kind)+" "+string(e.Outcome))
		}
	}
	return a
}
