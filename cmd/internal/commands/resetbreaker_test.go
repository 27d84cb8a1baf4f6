package commands_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func operationsOf(projects ...string) object {
	list := []any{}
	for _, p := range projects {
		list = append(list, object{"id": "op_1", "project": p, "sessionId": "alice", "state": "failed"})
	}
	return object{"operations": list}
}

func TestResetBreaker_FindsTheProjectAndTellsWhatItDid(t *testing.T) {
	t.Parallel()
	f := newAPI(t).on("GET "+base+"/operations", http.StatusOK, operationsOf("demo", "demo")).
		on("DELETE "+sessions+"/alice/breaker", http.StatusOK, object{"wasOpen": true}).
		on("DELETE "+sessions+"/alice/breaker", http.StatusOK, object{"wasOpen": false})
	e := f.run("", "sessions", "reset-breaker", "alice")
	require.Zero(t, e.code, e.err)
	require.Equal(t, "the account of session alice may try again\n", e.out)
	e = f.run("", "sessions", "reset-breaker", "alice", "--project", "demo")
	require.Equal(t, "nothing was in the way of the account of session alice\n", e.out)
	e = f.run("", "sessions", "reset-breaker", "alice", "--project", "demo", "--json")
	require.Equal(t, object{"sessionId": "alice", "project": "demo", "wasOpen": false}, e.decode(t))
}

func TestResetBreaker_OfASessionThatIsNotClear_SaysWhatToDo(t *testing.T) {
	t.Parallel()
	e := newAPI(t).on("GET "+base+"/operations", http.StatusOK, operationsOf("demo", "other")).run("", "sessions", "reset-breaker", "alice")
	require.Equal(t, 2, e.code)
	require.Contains(t, e.err, "--project: demo, other")
	e = newAPI(t).on("GET "+base+"/operations", http.StatusOK, operationsOf()).run("", "sessions", "reset-breaker", "alice")
	require.Equal(t, 5, e.code)
	require.Equal(t, 5, newAPI(t).run("", "sessions", "reset-breaker", "alice", "--project", "demo").code)
	require.Equal(t, 2, newAPI(t).run("", "sessions", "reset-breaker").code)
}
