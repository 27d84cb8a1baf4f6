//go:build e2e

package e2e

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/vault"
)

// The contract, by plain HTTP: what a caller sends with curl.

// sessions is the path of the project's sessions.
func (a *app) sessions(rest string) string {
	return "/api/v1/workspace/" + workspace + "/projects/" + a.project + "/auth-sessions" + rest
}

// operations lists what was ever started in the project.
func (a *app) operations() []string {
	a.t.Helper()
	r := a.srv.call(a.t, http.MethodGet, "/api/v1/workspace/"+workspace+"/operations?project="+a.project, nil)
	require.Equal(a.t, http.StatusOK, r.Status)
	var list struct{ Operations []session.Operation }
	require.NoError(a.t, json.Unmarshal(r.Body, &list))
	var ids []string
	for _, op := range list.Operations {
		ids = append(ids, op.ID)
	}
	return ids
}

func TestContract_OneWholeLogin_HasExactlyTheBodiesAndCodes(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")

	started := srv.call(t, http.MethodPost, a.sessions("/create"), object{
		"id": "my-session", "authSessionDisplayName": "Ada", "createAttempts": 3, // unknown ones are ignored
		"parameters": object{"username": "ada", "password": l.Password()},
	}, "authorization", "Basic Og==", "cookie", "")
	require.Equal(t, http.StatusCreated, started.Status, "%s", started.Body)
	require.Regexp(t, `^application/json`, started.Header.Get("Content-Type"))
	require.Equal(t, "started", started.json(t)["status"])
	op, _ := started.json(t)["operationId"].(string)
	result := a.sessions("/create/" + op + "/result")

	var asked object
	require.Eventually(t, func() bool {
		r := srv.call(t, http.MethodGet, result, nil)
		require.Equal(t, http.StatusOK, r.Status)
		asked = r.json(t)
		require.Contains(t, []any{"pending", "requested_more_info"}, asked["status"])
		return asked["status"] == "requested_more_info"
	}, loginTimeout, pause)
	details, _ := asked["details"].(object)
	require.Equal(t, "otp", details["requestType"])
	require.Equal(t, "request_more_info", details["action"])
	require.NotEmpty(t, details["messageToUser"])
	require.Equal(t, asked["id"], details["infoRequest"].(object)["id"])

	resumed := srv.call(t, http.MethodPost, a.sessions("/create/"+op+"/resume"),
		object{"input": l.code(t, "code", "ada"), "info_request_id": asked["id"]})
	require.Equal(t, http.StatusAccepted, resumed.Status, "%s", resumed.Body)
	require.Equal(t, object{"status": "resumed"}, resumed.json(t))

	ready := srv.call(t, http.MethodGet, result+"?wait=60s", nil)
	require.Equal(t, object{"status": "done", "authSessionId": "my-session"}, ready.json(t))
	one := srv.call(t, http.MethodGet, a.sessions("/my-session"), nil)
	require.Equal(t, http.StatusOK, one.Status)
	require.Equal(t, "READY", one.json(t)["status"])
	require.Equal(t, "Ada", one.json(t)["name"])
	require.NotEmpty(t, one.json(t)["type"])
	all := srv.call(t, http.MethodGet, a.sessions(""), nil)
	require.Equal(t, http.StatusOK, all.Status)
	require.JSONEq(t, "["+string(one.Body)+"]", string(all.Body))

	state := srv.call(t, http.MethodGet, a.sessions("/my-session/storage-state"), nil)
	require.Equal(t, http.StatusOK, state.Status)
	require.Contains(t, state.json(t), "cookies")
	require.Contains(t, state.json(t), "origins")

	gone := srv.call(t, http.MethodDelete, a.sessions("/my-session"), nil)
	require.Equal(t, http.StatusNoContent, gone.Status)
	srv.call(t, http.MethodGet, a.sessions("/my-session"), nil).refused(t, http.StatusNotFound)
	srv.call(t, http.MethodDelete, a.sessions("/my-session"), nil).refused(t, http.StatusNotFound)
	srv.call(t, http.MethodGet, a.sessions("/my-session/storage-state"), nil).refused(t, http.StatusNotFound)
	require.Equal(t, "done", srv.call(t, http.MethodGet, result, nil).json(t)["status"], "an end stays readable")
}

func TestContract_WithoutAUsableKey_Is401AndStartsNothing(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "password")
	body := object{"parameters": object{"username": "ada", "password": l.Password()}}
	for name, key := range map[string]string{"none": "", "wrong": "ak_wrong", "almost": srv.key[:len(srv.key)-1] + "-"} {
		for method, path := range map[string]string{http.MethodPost: a.sessions("/create"), http.MethodGet: a.sessions(""), http.MethodDelete: a.sessions("/x")} {
			srv.call(t, method, path, body, "x-api-key", key).refused(t, http.StatusUnauthorized)
		}
		require.Empty(t, a.operations(), name)
	}
	require.Empty(t, l.Events())
}

func TestContract_OfAnotherWorkspace_Is404WithoutTellingWhetherThereIsOne(t *testing.T) {
	t.Parallel()
	srv := sharedServer(t)
	a := onSite(t, srv, newLab(t, loginlab.Options{}), "password")
	path := strings.Replace(a.sessions("/create"), "/"+workspace+"/", "/another/", 1)
	srv.call(t, http.MethodPost, path, object{}).refused(t, http.StatusNotFound)
	require.Empty(t, a.operations())
}

func TestContract_WithAnotherWorkspacesKey_SeesAndStartsNothing(t *testing.T) {
	t.Parallel()
	dir, other := dataDir(t), "ak_of_the_other_workspace"
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "anteroom.db"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	_, err = db.CreateWorkspace(t.Context(), "other", time.Now().UTC())
	require.NoError(t, err)
	registerKey(t, db, "other", other)
	keys, err := vault.OpenOrCreate(filepath.Join(dir, "vault.key"))
	require.NoError(t, err)
	require.NoError(t, db.BindVault(t.Context(), keys.KeyID()))
	require.NoError(t, db.Close())

	srv, l := up(t, dir), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "password")
	a.done(a.startAs("ada", l.Password()))
	before := a.operations()
	for path, method := range map[string]string{
		a.sessions(""): http.MethodGet, a.sessions("/ada"): http.MethodGet, a.sessions("/ada/storage-state"): http.MethodGet,
		a.sessions("/create/" + before[0] + "/result"): http.MethodGet, a.sessions("/create"): http.MethodPost,
	} {
		srv.call(t, method, path, object{}, "x-api-key", other).refused(t, http.StatusNotFound)
	}
	srv.call(t, http.MethodDelete, a.sessions("/ada"), nil, "x-api-key", other).refused(t, http.StatusNotFound)
	inOther := strings.Replace(a.sessions("/ada"), "/"+workspace+"/", "/other/", 1)
	srv.call(t, http.MethodGet, inOther, nil, "x-api-key", other).refused(t, http.StatusNotFound)
	require.Equal(t, before, a.operations())
	require.Equal(t, http.StatusOK, srv.call(t, http.MethodGet, a.sessions("/ada"), nil).Status)
}

func TestContract_OfUnknownThings_Is404(t *testing.T) {
	t.Parallel()
	srv := sharedServer(t)
	a := onSite(t, srv, newLab(t, loginlab.Options{}), "password")
	elsewhere := strings.Replace(a.sessions(""), a.project, "nowhere", 1)
	for path, method := range map[string]string{
		elsewhere:                               http.MethodGet,
		elsewhere + "/create":                   http.MethodPost,
		elsewhere + "/x":                        http.MethodDelete,
		a.sessions("/nobody"):                   http.MethodGet,
		a.sessions("/nobody/storage-state"):     http.MethodGet,
		a.sessions("/create/op_none/result"):    http.MethodGet,
		a.sessions("/create/op_none/resume"):    http.MethodPost,
		a.sessions("/some/path/that/is/not/it"): http.MethodGet,
	} {
		var body any
		if method == http.MethodPost {
			body = object{"input": "1", "info_request_id": "x"}
		}
		srv.call(t, method, path, body).refused(t, http.StatusNotFound)
	}
	require.Empty(t, a.operations())
}

func TestContract_WithABodyThatIsNone_Is4xxAndStartsNothing(t *testing.T) {
	t.Parallel()
	srv := sharedServer(t)
	l := newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "password")
	for name, body := range map[string]string{
		"malformed": `{"id":`, "no object": `[1]`, "text": `hello`, "two": `{} {}`, "id is a number": `{"id":1}`,
		"id with a slash": `{"id":"a/b"}`, "id with a space": `{"id":"a b"}`, "id too long": `{"id":"` + strings.Repeat("a", 200) + `"}`,
		"parameters are an array": `{"parameters":[1]}`, "parameters are text": `{"parameters":"x"}`,
		"a parameter is an object": `{"parameters":{"a":{"b":1}}}`, "proxy is a number": `{"proxy":1}`, "proxy is none": `{"proxy":"nonsense"}`,
	} {
		srv.call(t, http.MethodPost, a.sessions("/create"), body).refused(t, http.StatusBadRequest)
		require.Empty(t, a.operations(), name)
	}
	huge := `{"parameters":{"a":"` + strings.Repeat("x", 2<<20) + `"}}`
	srv.call(t, http.MethodPost, a.sessions("/create"), huge).refused(t, http.StatusRequestEntityTooLarge)
	require.Empty(t, a.operations())
	for _, path := range []string{"/a%2Fb", "/a%2Fb/storage-state", "/%2E%2E"} {
		status := srv.call(t, http.MethodGet, a.sessions(path), nil).Status
		require.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, status, path)
	}
	require.Empty(t, l.Events())
}

func TestContract_AnswersThatFitNoQuestion_Are400AndLoseNothing(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	q := a.asked(op)
	code := l.code(t, "code", "ada")
	answer := func(body any) response {
		return srv.call(t, http.MethodPost, a.sessions("/create/"+op+"/resume"), body)
	}
	huge := object{"input": strings.Repeat("1", 2<<20), "info_request_id": q.ID}
	answer(huge).refused(t, http.StatusRequestEntityTooLarge)
	for name, body := range map[string]any{
		"made up id": object{"input": code, "info_request_id": "ask_madeup"}, "no id": object{"input": code},
		"no input": object{"info_request_id": q.ID}, "input is a number": object{"input": 1, "info_request_id": q.ID},
		"too short": object{"input": "1", "info_request_id": q.ID}, "malformed": `{"input":`, "id is an object": object{"input": code, "info_request_id": object{}},
	} {
		message := answer(body).refused(t, http.StatusBadRequest)
		require.NotContains(t, message, code, name)
	}
	require.Equal(t, q.ID, a.asked(op).ID, "the question is still open")

	require.Equal(t, http.StatusAccepted, answer(object{"input": code, "infoRequestId": q.ID}).Status)
	answer(object{"input": code, "info_request_id": q.ID}).refused(t, http.StatusBadRequest) // a second answer
	a.done(op)
	answer(object{"input": code, "info_request_id": q.ID}).refused(t, http.StatusBadRequest)
	require.Equal(t, []string{op}, a.operations())
	require.Equal(t, 1, l.Count(loginlab.KindCodeSubmit, "code", "ada"))
}

func TestContract_ResumeWhenNothingIsAsked_Is400(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{SlowDelay: 2 * time.Second})
	a := onSite(t, srv, l, "slow")
	op := a.startAs("ada", l.Password())
	r := srv.call(t, http.MethodPost, a.sessions("/create/"+op+"/resume"), object{"input": "123456", "info_request_id": "ask_x"})
	require.Contains(t, r.refused(t, http.StatusBadRequest), "asks nothing")
	a.done(op)
}

func TestContract_AStaleQuestion_Is400(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	first := a.answered(op, wrongCode(l.code(t, "code", "ada"), 0))
	second := a.asked(op)
	code := l.code(t, "code", "ada")
	r := srv.call(t, http.MethodPost, a.sessions("/create/"+op+"/resume"), object{"input": code, "info_request_id": first.ID})
	require.Contains(t, r.refused(t, http.StatusBadRequest), "no longer open")
	a.resume(op, second, code)
	a.done(op)
}

func TestContract_AfterResume_TheAnsweredQuestionIsNeverSeenAgain(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	q := a.answered(op, wrongCode(l.code(t, "code", "ada"), 0)) // wrong, so that another question follows
	polls := 0
	require.Eventually(t, func() bool {
		r := srv.call(t, http.MethodGet, a.sessions("/create/"+op+"/result"), nil).json(t)
		require.NotEqual(t, q.ID, r["id"], "poll %d", polls)
		polls++
		return r["status"] == "requested_more_info"
	}, loginTimeout, time.Millisecond)
	require.Greater(t, polls, 5)
	a.answered(op, l.code(t, "code", "ada"))
	a.done(op)
}

func TestContract_StartOnALiveSession_Is409AndNamesItsOperation(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	a.asked(op)
	r := srv.call(t, http.MethodPost, a.sessions("/create"), object{"id": "ada", "parameters": object{"username": "ada", "password": "other"}})
	require.Contains(t, r.refused(t, http.StatusConflict), op)
	require.Equal(t, []string{op}, a.operations())
	a.answered(op, l.code(t, "code", "ada"))
	a.done(op)
}

func TestContract_ALongPoll_AnswersWhenThereIsSomethingToTell(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{SlowDelay: time.Second})
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	began := time.Now()
	r := srv.call(t, http.MethodGet, a.sessions("/create/"+op+"/result?wait=60s"), nil)
	require.Equal(t, "requested_more_info", r.json(t)["status"])
	require.Less(t, time.Since(began), 50*time.Second)
	// An answer takes time: a short wait ends without news.
	slow := onSite(t, srv, l, "slow")
	pending := slow.startAs("ada", l.Password())
	short := srv.call(t, http.MethodGet, slow.sessions("/create/"+pending+"/result?wait=200ms"), nil)
	require.Equal(t, "pending", short.json(t)["status"])
	srv.call(t, http.MethodGet, slow.sessions("/create/"+pending+"/result?wait=soon"), nil).refused(t, http.StatusBadRequest)
	slow.done(pending)
	a.answered(op, l.code(t, "code", "ada"))
	a.done(op)
}

func TestContract_DeleteOfALiveLogin_CancelsItAndClosesItsPage(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	q := a.asked(op)
	require.Equal(t, http.StatusNoContent, srv.call(t, http.MethodDelete, a.sessions("/ada"), nil).Status)
	srv.call(t, http.MethodGet, a.sessions("/ada"), nil).refused(t, http.StatusNotFound)
	require.Equal(t, session.OperationCanceled, a.operation(op).State)
	require.Equal(t, "failed", srv.call(t, http.MethodGet, a.sessions("/create/"+op+"/result"), nil).json(t)["status"])
	srv.call(t, http.MethodPost, a.sessions("/create/"+op+"/resume"), object{"input": "123456", "info_request_id": q.ID}).refused(t, http.StatusBadRequest)

	workflowEnds(t, everything.temporal.Address, op)
	l.quiet(t)
	before := len(l.Events())
	again := a.startAs("ada", l.Password()) // the account and the id are free again
	a.asked(again)
	require.Greater(t, len(l.Events()), before)
	a.answered(again, l.code(t, "code", "ada"))
	a.done(again)
}
