package labrun_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/cmd/internal/labrun"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// fakeService plays results, one per poll; the last one stays.
type fakeService struct {
	results   []client.Result
	operation session.Operation
	started   client.StartRequest
	put       session.Project
	replies   []labrun.Reply
	cleaned   []string
	startErr  error
	answerErr error
}

func (f *fakeService) PutProject(_ context.Context, p session.Project) (session.Project, bool, error) {
	f.put = p
	return p, true, nil
}

func (f *fakeService) DeleteProject(_ context.Context, name string) error {
	f.cleaned = append(f.cleaned, "project "+name)
	return nil
}

func (f *fakeService) Start(_ context.Context, _ string, r client.StartRequest) (string, error) {
	f.started = r
	return "op_1", f.startErr
}

func (f *fakeService) Result(ctx context.Context, _, _ string, _ time.Duration) (client.Result, error) {
	r := f.results[0]
	if len(f.results) > 1 {
		f.results = f.results[1:]
	}
	return r, ctx.Err()
}

func (f *fakeService) Operation(context.Context, string) (session.Operation, error) {
	return f.operation, nil
}

func (f *fakeService) Cancel(_ context.Context, id string) (session.Operation, error) {
	f.cleaned = append(f.cleaned, "operation "+id)
	return session.Operation{}, nil
}

func (f *fakeService) Delete(_ context.Context, project, id string) error {
	f.cleaned = append(f.cleaned, "session "+project+"/"+id)
	return nil
}

func (f *fakeService) Answer(_ context.Context, _, _, _ string, r labrun.Reply) error {
	f.replies = append(f.replies, r)
	return f.answerErr
}

func asks(id string, kind session.InfoRequestKind) client.Result {
	return client.Result{Status: client.RequestedMoreInfo, Question: &session.InfoRequest{ID: id, Kind: kind, Fields: []session.Field{{Name: "code"}}}}
}

func viaAPI(t *testing.T, f *fakeService, lab *fakeAnswers, change func(*labrun.Case)) (labrun.End, error) {
	t.Helper()
	c := newCase(change)
	return (&labrun.API{Service: f}).Login(t.Context(), c, &labrun.Person{Lab: lab, Case: c, Mode: labrun.ModeRight})
}

var done = client.Result{Status: client.Done, SessionID: "lab"}

func TestAPI_LogsInThroughTheService_AndRemovesWhatItMade(t *testing.T) {
	t.Parallel()
	f := &fakeService{
		results:   []client.Result{{Status: client.Pending}, asks("ask_1", session.AskCode), asks("ask_1", session.AskCode), asks("ask_2", session.AskCode), done},
		operation: session.Operation{Verdict: &session.Verdict{Evidence: []session.Evidence{{Rule: "logout_control"}}}},
	}
	end, err := viaAPI(t, f, &fakeAnswers{message: loginlab.Message{Code: "123456"}}, nil)
	require.NoError(t, err)
	require.True(t, end.LoggedIn)
	require.Equal(t, "logout_control", end.Evidence[0].Rule)
	require.Len(t, end.Asked, 2)
	require.Len(t, f.replies, 2, "one answer per question")
	require.Equal(t, "lab-site", f.put.Name)
	require.Equal(t, user, f.started.Parameters["username"].Reveal())
	require.Equal(t, "right", f.started.Parameters["password"].Reveal())
	require.Equal(t, []string{"session lab-site/lab", "project lab-site"}, f.cleaned)
}

func TestAPI_ThatIsApprovedElsewhere_WaitsForTheLoginToGoOn(t *testing.T) {
	t.Parallel()
	f := &fakeService{results: []client.Result{asks("ask_1", session.AskApproval), asks("ask_1", session.AskApproval), done}}
	end, err := viaAPI(t, f, &fakeAnswers{}, nil)
	require.NoError(t, err)
	require.True(t, end.LoggedIn)
	require.Empty(t, f.replies)
}

func TestAPI_LeavesAQuestionOpen_AndCancels(t *testing.T) {
	t.Parallel()
	f := &fakeService{results: []client.Result{asks("ask_1", session.AskCaptcha)}}
	end, err := viaAPI(t, f, &fakeAnswers{}, nil)
	require.NoError(t, err)
	require.Equal(t, session.AskCaptcha, end.Open.Kind)
	require.Contains(t, f.cleaned, "operation op_1")
}

func TestAPI_TakesAStaleQuestionForOneThatWentOn(t *testing.T) {
	t.Parallel()
	f := &fakeService{
		results:   []client.Result{asks("ask_1", session.AskLink), done},
		answerErr: &client.Error{Status: 400, Code: client.CodeQuestionStale},
	}
	end, err := viaAPI(t, f, &fakeAnswers{message: loginlab.Message{Link: "http://x"}}, nil)
	require.NoError(t, err)
	require.True(t, end.LoggedIn)
	f = &fakeService{results: []client.Result{asks("ask_1", session.AskLink)}, answerErr: &client.Error{Status: 500}}
	_, err = viaAPI(t, f, &fakeAnswers{message: loginlab.Message{Link: "http://x"}}, nil)
	require.Error(t, err)
}

func TestAPI_OfAServiceThatMayNotReachTheLab_SaysSo(t *testing.T) {
	t.Parallel()
	refused := client.Result{Status: client.Failed, Failure: session.NewFailure(session.FailureBlocked, "address_not_allowed", "Private.")}
	_, err := viaAPI(t, &fakeService{results: []client.Result{refused}}, &fakeAnswers{}, nil)
	require.ErrorIs(t, err, labrun.ErrRefused)
	end, err := viaAPI(t, &fakeService{results: []client.Result{refused}}, &fakeAnswers{}, hostile)
	require.NoError(t, err, "a hostile site may lead anywhere")
	require.Equal(t, session.FailureBlocked, end.Failure.Class)
}

func TestAPI_WhoseTimeIsUp_CancelsTheOperation(t *testing.T) {
	t.Parallel()
	f := &fakeService{results: []client.Result{{Status: client.Pending}}}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	c := newCase(nil)
	_, err := (&labrun.API{Service: f}).Login(ctx, c, &labrun.Person{Case: c})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Contains(t, f.cleaned, "operation op_1")
}

func TestAPI_ThatCannotStart_SaysWhere(t *testing.T) {
	t.Parallel()
	f := &fakeService{startErr: errors.New("no server")}
	_, err := viaAPI(t, f, &fakeAnswers{}, nil)
	require.ErrorContains(t, err, "start the login at site: no server")
	require.Contains(t, f.cleaned, "project lab-site")
}
