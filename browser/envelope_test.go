package browser_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/browser"
)

func TestEnvelope_FindsWhatStandsAtTheTop(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ msg, id, method, session, rest string }{
		"command":            {`{"id":7,"method":"Page.enable","params":{}}`, "7", "Page.enable", "", `{"id":7,"method":"Page.enable","params":{}}`},
		"last":               {`{"id":7,"result":{},"sessionId":"AB"}`, "7", "", "AB", `{"id":7,"result":{}}`},
		"first":              {`{"sessionId":"AB","id":7}`, "7", "", "AB", `{"id":7}`},
		"in between":         {`{"id":7,"sessionId":"AB","method":"M"}`, "7", "M", "AB", `{"id":7,"method":"M"}`},
		"alone":              {`{"sessionId":"AB"}`, "", "", "AB", `{}`},
		"spaced":             {" { \"id\" : 7 , \"sessionId\" : \"AB\" } \n", "7", "", "AB", " { \"id\" : 7 } \n"},
		"deeper is not top":  {`{"method":"M","params":{"sessionId":"CD","id":3,"a":["}",{"id":4}]}}`, "", "M", "", `{"method":"M","params":{"sessionId":"CD","id":3,"a":["}",{"id":4}]}}`},
		"within a string":    {`{"method":"M","params":{"s":"\",\"sessionId\":\"CD\"}"},"sessionId":"AB"}`, "", "M", "AB", `{"method":"M","params":{"s":"\",\"sessionId\":\"CD\"}"}}`},
		"a backslash at end": {`{"params":"a\\","sessionId":"AB"}`, "", "", "AB", `{"params":"a\\"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, method, session, rest, err := browser.SplitEnvelope([]byte(c.msg))
			require.NoError(t, err)
			require.Equal(t, [...]string{c.id, c.method, c.session}, [...]string{id, method, session})
			require.Equal(t, c.rest, string(rest))
		})
	}
}

func TestEnvelope_RefusesWhatTwoReadersCouldTakeForTwoThings(t *testing.T) {
	t.Parallel()
	for _, msg := range []string{
		``, ` `, `[]`, `7`, `null`, `"x"`, `{`, `{"id"`, `{"id":`, `{"id":7`, `{"id":7,`, `{"id":7,}`, `{"id":7}x`, `{"id":7}{"id":8}`,
		`{"id":"7"}`, `{"id":-7}`, `{"id":7.5}`, `{"id":77777777777}`, `{"id":7,"id":8}`, `{"id":null}`,
		`{"sessionId":"A","sessionId":"B"}`, `{"sessionId":7}`, `{"sessionId":null}`, `{"sessionId":""}`, `{"sessionId":"A\u0042"}`,
		`{"method":["M"]}`, `{"a":{"b":1}`, `{"a":"b`, `{a:1}`,
	} {
		_, _, _, _, err := browser.SplitEnvelope([]byte(msg))
		require.Error(t, err, "%q", msg)
	}
}

// What the standard library reads of a message and what we read of it is the same, also after the session was taken out and
// put in again.
func TestEnvelope_AgreesWithTheStandardLibrary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		params := rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.String())).Draw(t, "params")
		in := map[string]any{"params": params}
		for name, value := range map[string]any{
			"id": rapid.IntRange(0, 1<<29).Draw(t, "id"), "method": rapid.StringMatching(`[A-Za-z.]{1,20}`).Draw(t, "method"),
			"sessionId": rapid.StringMatching(`[0-9A-F]{32}`).Draw(t, "session"),
		} {
			if rapid.Bool().Draw(t, "has "+name) {
				in[name] = value
			}
		}
		msg, err := json.Marshal(in)
		require.NoError(t, err)

		_, method, session, rest, err := browser.SplitEnvelope(msg)
		require.NoError(t, err)
		wantMethod, _ := in["method"].(string)
		wantSession, _ := in["sessionId"].(string)
		require.Equal(t, wantMethod, method)
		require.Equal(t, wantSession, session)
		if session != "" {
			require.JSONEq(t, string(msg), string(browser.WithSession(rest, session)))
		}
	})
}
