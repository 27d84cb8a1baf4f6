//go:build e2e

package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// loginTimeout bounds one login, on a machine that does a lot beside it.
const loginTimeout = 90 * time.Second

// app is a project on a server: what a caller sees.
type app struct {
	t       *testing.T
	srv     *server
	project string
}

// newApp puts a project with a name of its own.
func newApp(t *testing.T, srv *server, p session.Project) *app {
	t.Helper()
	p.Name = session.NewID("app-")
	_, created, err := srv.client.PutProject(t.Context(), p)
	require.NoError(t, err)
	require.True(t, created)
	return &app{t: t, srv: srv, project: p.Name}
}

// onSite is a project for a site of a lab.
func onSite(t *testing.T, srv *server, l *lab, site string) *app {
	t.Helper()
	return newApp(t, srv, session.Project{LoginURL: l.loginURL(site)})
}

// on is the same project after a restart.
func (a *app) on(srv *server) *app { return &app{t: a.t, srv: srv, project: a.project} }

func params(pairs ...string) map[string]session.Secret {
	p := map[string]session.Secret{}
	for i := 0; i+1 < len(pairs); i += 2 {
		p[pairs[i]] = session.NewSecret(pairs[i+1])
	}
	return p
}

func (a *app) start(r client.StartRequest) string {
	a.t.Helper()
	id, err := a.srv.client.Start(a.t.Context(), a.project, r)
	require.NoError(a.t, err)
	require.NotEmpty(a.t, id)
	return id
}

// startAs starts a login whose session has the user's name.
func (a *app) startAs(user, password string, more ...string) string {
	a.t.Helper()
	return a.start(client.StartRequest{ID: user, Parameters: params(append(more, "username", user, "password", password)...)})
}

// next waits until the operation tells something.
func (a *app) next(operation string) client.Result {
	a.t.Helper()
	deadline := time.Now().Add(loginTimeout)
	for time.Now().Before(deadline) {
		r, err := a.srv.client.Result(a.t.Context(), a.project, operation, 20*time.Second)
		require.NoError(a.t, err)
		if r.Status != client.Pending {
			return r
		}
	}
	a.t.Fatalf("operation %s was still pending after %s: %+v", operation, loginTimeout, a.operation(operation))
	return client.Result{}
}

// asked waits for a question.
func (a *app) asked(operation string) session.InfoRequest {
	a.t.Helper()
	r := a.next(operation)
	require.Equal(a.t, client.RequestedMoreInfo, r.Status, "%+v", r.Failure)
	require.NotNil(a.t, r.Question)
	return *r.Question
}

// resume answers a question of one field.
func (a *app) resume(operation string, q session.InfoRequest, value string) {
	a.t.Helper()
	require.Len(a.t, q.Fields, 1)
	require.NoError(a.t, a.srv.client.Resume(a.t.Context(), a.project, operation, q.ID, params(q.Fields[0].Name, value)))
}

// answered waits for a question and answers it.
func (a *app) answered(operation, value string) session.InfoRequest {
	a.t.Helper()
	q := a.asked(operation)
	a.resume(operation, q, value)
	return q
}

// done waits for the session, which must be proven.
func (a *app) done(operation string) {
	a.t.Helper()
	r := a.next(operation)
	require.Equal(a.t, client.Done, r.Status, "%+v %+v", r.Failure, r.Question)
	op := a.operation(operation)
	require.NotNil(a.t, op.Verdict)
	require.True(a.t, op.Verdict.Proven, "%+v", op.Verdict)
	state, err := a.srv.client.StorageState(a.t.Context(), a.project, r.SessionID)
	require.NoError(a.t, err)
	require.Contains(a.t, state.Reveal(), `"cookies"`)
}

// failed waits for a failure of the class.
func (a *app) failed(operation string, classes ...session.FailureClass) *session.Failure {
	a.t.Helper()
	r := a.next(operation)
	require.Equal(a.t, client.Failed, r.Status, "%+v", r.Question)
	require.Contains(a.t, classes, r.Failure.Class, "%+v", r.Failure)
	require.NotEmpty(a.t, r.Failure.Code)
	require.Greater(a.t, len(r.Failure.Message), 10, "a sentence")
	return r.Failure
}

func (a *app) operation(id string) session.Operation {
	a.t.Helper()
	op, err := a.srv.client.Operation(context.WithoutCancel(a.t.Context()), id)
	require.NoError(a.t, err)
	return op
}

// state waits until the operation is in the state.
func (a *app) state(id string, want session.OperationState) session.Operation {
	a.t.Helper()
	var op session.Operation
	require.Eventually(a.t, func() bool {
		op = a.operation(id)
		return op.State == want
	}, loginTimeout, pause, "operation %s did not become %s", id, want)
	return op
}
