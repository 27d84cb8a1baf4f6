//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	l.op, l.readErr = c.client.WithPatience(chaosPatience).Operation(context.WithoutCancel(ctx), l.operation)
	fmt.Fprintf(c.out, "%s  %s ends after %s: %s, attempt %d, %d questions\n", stamp(l.ended), l.operation,
		l.ended.Sub(l.began).Round(time.Millisecond), l.op.State, l.op.Attempt, len(l.questions))
	return l
}

// start begins the login once, whatever becomes of the answers: a start whose answer got lost is looked for before it is repeated.
func (c *chaosCaller) start(ctx context.Context, l *chaosLogin) error {
	project, id := c.projects[l.site.Name], fmt.Sprintf("chaos-%d", l.number)
	request := client.StartRequest{ID: id, Parameters: params("username", l.user, "password", c.lab.Password())}
	for {
		var err error
		if l.operation, err = c.client.WithPatience(0).Start(ctx, project, request); err == nil {
			return nil
		}
		if refused, ok := errors.AsType[*client.Error](err); ok && refused.Status < http.StatusInternalServerError {
			return err
		}
		l.repeated++
		found, _, lookErr := c.client.WithPatience(chaosPatience).Operations(ctx, client.OperationQuery{Project: project, SessionID: id, Limit: 1})
		if lookErr != nil {
			return errors.Join(err, lookErr)
		}
		if len(found) == 1 {
			l.operation = found[0].ID
			return nil
		}
	}
}

// follow waits for the end, however often the service is away for longer than the client bears.
func (c *chaosCaller) follow(ctx context.Context, l *chaosLogin) error {
	for {
		_, err := c.client.Follow(ctx, c.projects[l.site.Name], l.operation, func(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
			return c.answer(ctx, l, q)
		})
		_, ended := errors.AsType[*client.FailedError](err)
		refused, isAnswer := errors.AsType[*client.Error](err)
		if err == nil || ended || ctx.Err() != nil || errors.Is(err, errNoAnswer) || (isAnswer && refused.Status < http.StatusInternalServerError) {
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
		switch e.Kind { //nolint:exhaustive // the rest is nothing that may happen once only
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
