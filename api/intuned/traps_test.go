package intuned_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
)

// These are the traps for a server that is compatible with Intuned's SDKs, by their numbers in the contract's section 5.

// raw sends a request line as it is, as no Go client would.
func raw(t *testing.T, f *apitest.Fixture, method, path string, headers ...string) apitest.Response {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(f.URL, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-api-key: %s\r\n%s\r\n",
		method, path, apitest.Key, strings.Join(append(headers, ""), "\r\n"))
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return apitest.Response{Status: resp.StatusCode, Header: resp.Header, Body: string(body)}
}

func TestTrap1_EmptyBasicAuthorizationAndEmptyCookieAreIgnored(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	sdk := []string{"authorization: Basic Og==", "cookie: ", "accept-language: *", "sec-fetch-mode: cors",
		"user-agent: speakeasy-sdk/typescript 0.3.11 2.402.5 0.0.1 @intuned/client"}
	require.Equal(t, http.StatusOK, raw(t, f, http.MethodGet, apitest.Sessions, sdk...).Status)
}

func TestTrap2_StatusesAndContentTypesAreExact(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	r := post(t, f, object{"id": "s1"})
	require.Equal(t, http.StatusCreated, r.Status)
	requireJSONType(t, r)
	id, _ := r.JSON(t)["operationId"].(string)
	q := f.Ask(id, apitest.CodeQuestion(1))
	r = resume(t, f, id, object{"input": "123456", "info_request_id": q})
	require.Equal(t, http.StatusAccepted, r.Status)
	requireJSONType(t, r)
	for _, path := range []string{create + "/" + id + "/result", apitest.Sessions, apitest.Sessions + "/s1"} {
		r = f.Call(t, http.MethodGet, path, nil)
		require.Equal(t, http.StatusOK, r.Status)
		requireJSONType(t, r)
	}
	require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, apitest.Sessions+"/s1", nil).Status)
}

func requireJSONType(t *testing.T, r apitest.Response) {
	t.Helper()
	require.Regexp(t, `^application/json(;|$)`, r.Header.Get("Content-Type"))
}

func TestTrap2_400And401AreNeverEmpty(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	requireError(t, post(t, f, "{"), http.StatusBadRequest, "bad-request")
	requireError(t, post(t, f, "{}", apitest.Header{"x-api-key", ""}), http.StatusUnauthorized, "unauthorized")
	requireError(t, post(t, f, "{}", apitest.Header{"x-api-key", "wrong"}), http.StatusUnauthorized, "unauthorized")
}

func TestTrap4_EverySessionViewHasAllGenerationsFields(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Start(t, object{"id": "s1"})
	view := f.Call(t, http.MethodGet, apitest.Sessions+"/s1", nil).JSON(t)
	require.Contains(t, view, "name")
	require.Equal(t, "CREDENTIALS", view["type"])
	require.Contains(t, []any{"READY", "PENDING", "EXPIRED"}, view["status"])
}

func TestTrap5_OnlyTheFourStatusesAndAStringErrorAppear(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, object{"id": "s1"})
	seen := []any{f.Result(t, id)["status"]}
	f.Begin(id)
	seen = append(seen, f.Result(t, id)["status"])
	q := f.Ask(id, apitest.CodeQuestion(1))
	seen = append(seen, f.Result(t, id)["status"])
	resume(t, f, id, object{"input": "123456", "info_request_id": q})
	seen = append(seen, f.Result(t, id)["status"])
	f.Fail(id, session.NewFailure(session.FailureBlocked, "bot_wall", "The site wants a captcha."))
	last := f.Result(t, id)
	require.Equal(t, []any{"pending", "pending", "requested_more_info", "pending", "failed"}, append(seen, last["status"]))
	require.IsType(t, "", last["error"])
}

func TestTrap6_AFinishedResultStaysReadable(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, object{"id": "s1"})
	f.Succeed(id, "s1", state)
	first := f.Result(t, id)
	f.Clock.Move(24 * time.Hour)
	require.Equal(t, first, f.Result(t, id))
}

func TestTrap7_AfterResumeNoResultShowsTheQuestionAgain(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id, q := waiting(t, f, apitest.CodeQuestion(1))
	require.Equal(t, http.StatusAccepted, resume(t, f, id, object{"input": "123456", "info_request_id": q}).Status)
	for range 5 {
		require.NotContains(t, f.Call(t, http.MethodGet, create+"/"+id+"/result", nil).Body, q)
	}
}

func TestTrap10_SessionsNamedLikeRoutesDoNotCollide(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for _, id := range []string{"create", "recorder", "result", "resume", "storage-state"} {
		f.Succeed(f.Start(t, object{"id": id}), id, state)
		require.Equal(t, id, f.Call(t, http.MethodGet, apitest.Sessions+"/"+id, nil).JSON(t)["id"])
		require.JSONEq(t, state, f.Call(t, http.MethodGet, apitest.Sessions+"/"+id+"/storage-state", nil).Body)
		require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, apitest.Sessions+"/"+id, nil).Status)
	}
}

func TestPathsOutsideTheContract_Are404InItsFormatAndNeverRedirect(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for _, path := range []string{
		apitest.Sessions + "/recorder/auth-session/create", apitest.Sessions + "/recorder/recorder-session/start",
		apitest.Sessions + "/s1/update", apitest.Sessions + "/s1/validate/start", create + "/", apitest.Sessions + "/",
		"/api/v1/workspace/demo/auth-sessions/create", strings.ToUpper(create),
	} {
		r := f.Call(t, http.MethodPost, path, "{}")
		require.Equal(t, http.StatusNotFound, r.Status, path)
		if !strings.Contains(path, "auth-sessions") {
			continue
		}
		message, _ := requireError(t, r, http.StatusNotFound, "not-found")
		require.Contains(t, message, "workspace's id")
	}
}

func TestOtherMethod_Is405WithAllow(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	r := f.Call(t, http.MethodPut, apitest.Sessions+"/s1", "{}")
	requireError(t, r, http.StatusMethodNotAllowed, "method-not-allowed")
	require.ElementsMatch(t, []string{"GET", "DELETE"}, strings.Split(r.Header.Get("Allow"), ", "))
}

func TestBodyOf2MB_Is413AndStartsNothing(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	big := `{"parameters":{"password":"` + strings.Repeat("x", 2<<20) + `"}}`
	requireError(t, post(t, f, big), http.StatusRequestEntityTooLarge, "payload-too-large")
	chunked := struct{ io.Reader }{strings.NewReader(big)} // says no length
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.URL+create, chunked)
	require.NoError(t, err)
	req.Header.Set("X-Api-Key", apitest.Key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := f.Transport.RoundTrip(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode)
	require.Empty(t, f.Engine.Told())
}
