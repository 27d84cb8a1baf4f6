package intuned_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// alice is a start of alice's account with a password.
func alice(sessionID, password string) object {
	return object{"id": sessionID, "parameters": object{"username": "alice", "password": password}}
}

// refuse lets a login of alice fail.
func refuse(t *testing.T, f *apitest.Fixture, sessionID, password string, class session.FailureClass) (operationID string) {
	t.Helper()
	id := f.Start(t, alice(sessionID, password))
	f.Fail(id, session.NewFailure(class, "refused", "The site refused it."))
	f.Engine.Told()
	return id
}

func TestStart_OfABusyAccount_Is409NamingTheOperationAndSession(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	live := f.Start(t, alice("s1", "one"))
	f.Engine.Told()
	message, details := requireError(t, post(t, f, alice("s2", "two")), http.StatusConflict, "conflict")
	require.Equal(t, object{"reason": "account-busy", "operationId": live, "sessionId": "s1"}, details)
	require.Contains(t, message, live)
	require.NotContains(t, message, "alice")
	require.Empty(t, f.Engine.Told(), "nothing is started")
	requireError(t, f.Call(t, http.MethodGet, apitest.Sessions+"/s2", nil), http.StatusNotFound, "not-found")
	f.Start(t, object{"id": "s3", "parameters": object{"username": "bob"}})
}

func TestStart_AfterTheSiteRefusedTheCredentials_Is409UntilTheyChange(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := refuse(t, f, "s1", "wrong", session.FailureCredential)
	for _, sessionID := range []string{"s1", "s2"} {
		f.Clock.Move(24 * time.Hour)
		message, details := requireError(t, post(t, f, alice(sessionID, "wrong")), http.StatusConflict, "conflict")
		require.Equal(t, object{
			"reason": "breaker-open", "class": "credential", "since": "2026-03-01T12:00:00.000Z", "operationId": id, "sessionId": "s1",
		}, details)
		require.Contains(t, message, "refused these credentials")
		require.Contains(t, message, `reset the breaker of session "s1"`)
	}
	require.Empty(t, f.Engine.Told())
	f.Start(t, alice("s1", "right"))
}

func TestStart_AfterALockout_Is409UntilItHasCooledDown(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	refuse(t, f, "s1", "right", session.FailureLockout)
	message, details := requireError(t, post(t, f, alice("s1", "right")), http.StatusConflict, "conflict")
	require.Equal(t, "lockout", details["class"])
	require.Equal(t, "2026-03-01T12:15:00.000Z", details["until"])
	require.Contains(t, message, "wait until 2026-03-01T12:15:00Z")
	f.Clock.Move(store.LockoutCoolDown)
	f.Start(t, alice("s1", "right"))
}

func reset(t *testing.T, f *apitest.Fixture, sessionID string) apitest.Response {
	t.Helper()
	return f.Call(t, http.MethodDelete, apitest.Sessions+"/"+sessionID+"/breaker", nil)
}

func TestResetBreaker_LetsTheAccountTryAgain(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	refuse(t, f, "s1", "one", session.FailureCredential)
	refuse(t, f, "create", "two", session.FailureCredential)
	for _, wasOpen := range []bool{true, false} {
		r := reset(t, f, "create")
		require.Equal(t, http.StatusOK, r.Status, r.Body)
		require.Equal(t, object{"wasOpen": wasOpen}, r.JSON(t))
	}
	f.Start(t, alice("s1", "one"))
}

func TestResetBreaker_OfADeletedSession_StillWorks(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	refuse(t, f, "s1", "one", session.FailureCredential)
	require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, apitest.Sessions+"/s1", nil).Status)
	requireError(t, post(t, f, alice("s2", "one")), http.StatusConflict, "conflict")
	require.Equal(t, object{"wasOpen": true}, reset(t, f, "s1").JSON(t))
	f.Start(t, alice("s2", "one"))
}

func TestResetBreaker_GoesByTheLastLoginThatNamedAnAccount(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	refuse(t, f, "s1", "one", session.FailureCredential)
	f.Clock.Move(time.Second)
	f.Start(t, object{"id": "s1"}) // asks for everything
	require.Equal(t, object{"wasOpen": true}, reset(t, f, "s1").JSON(t))
	f.Start(t, object{"id": "s2"})
	require.Equal(t, object{"wasOpen": false}, reset(t, f, "s2").JSON(t), "no account is known")
}

func TestResetBreaker_OfWhatIsNotThere_Is404Or400(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	_, details := requireError(t, reset(t, f, "nobody"), http.StatusNotFound, "not-found")
	require.Equal(t, "session-not-found", details["reason"])
	requireError(t, reset(t, f, "a%2Fb"), http.StatusBadRequest, "bad-request")
	r := f.Call(t, http.MethodDelete, apitest.Sessions+"/s1/breaker", nil, apitest.Header{"x-api-key", apitest.OtherKey})
	requireError(t, r, http.StatusNotFound, "not-found")
}
