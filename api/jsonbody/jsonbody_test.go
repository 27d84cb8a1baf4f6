package jsonbody_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/api/jsonbody"
	"github.com/anteroom/anteroom/api/service"
)

func request(t *testing.T, body io.Reader, contentType string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", body)
	r.Header.Set("Content-Type", contentType)
	return r
}

// requireError requires a sentence for the caller.
func requireError(t require.TestingT, err error, kind service.Kind) *service.Error {
	var e *service.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind, e.Kind)
	return e
}

func TestRead_AnEmptyBodyIsNilWhateverItsType(t *testing.T) {
	t.Parallel()
	body, err := jsonbody.Read(request(t, strings.NewReader(""), "text/plain"))
	require.NoError(t, err)
	require.Nil(t, body)
}

func TestRead_ABodyThatBreaksOff_IsTheCallersError(t *testing.T) {
	t.Parallel()
	_, err := jsonbody.Read(request(t, iotest.ErrReader(errors.New("connection reset")), "application/json"))
	e := requireError(t, err, service.BadRequest)
	require.NotContains(t, e.Message, "reset")
}

func TestRead_MoreThanTheLimit_IsTooLarge(t *testing.T) {
	t.Parallel()
	r := request(t, strings.NewReader(strings.Repeat("x", 11)), "application/json")
	r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, 10)
	_, err := jsonbody.Read(r)
	require.Contains(t, requireError(t, err, service.TooLarge).Message, "10 bytes")
}

func TestRefuse_NamesMatchByCaseExactly(t *testing.T) {
	t.Parallel()
	var name string
	err := jsonbody.Refuse([]byte(`{"Name":"x"}`), "", jsonbody.Fields{"name": &name})
	e := requireError(t, err, service.BadRequest)
	require.Equal(t, "Name", e.Field)
	require.Contains(t, e.Message, "known are [name]")
	require.Empty(t, name)
}

func TestRefuse_OfALongName_DoesNotRepeatIt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 1000)
	err := jsonbody.Refuse([]byte(`{"`+long+`":1}`), "otp.", jsonbody.Fields{})
	require.Equal(t, "otp.(a long name)", requireError(t, err, service.BadRequest).Field)
}

func TestIgnore_SaysWhichTypeAFieldWants(t *testing.T) {
	t.Parallel()
	var (
		text  string
		maybe *string
		list  []string
		other struct{}
	)
	fields := jsonbody.Fields{"text": &text, "maybe": &maybe, "list": &list, "other": &other}
	for body, words := range map[string]string{
		`{"text":1}`: "text must be a string, not a number", `{"maybe":true}`: "maybe must be a string, not a boolean",
		`{"list":{}}`: "list must be an array of strings, not an object", `{"list":[1]}`: "list must be an array of strings, not an array",
		`{"other":"x"}`: "other must be of another type, not a string",
	} {
		require.Equal(t, words, requireError(t, jsonbody.Ignore([]byte(body), fields), service.BadRequest).Message)
	}
	var absent *string
	require.NoError(t, jsonbody.Ignore([]byte(`{"text":null,"maybe":null,"unknown":7}`), jsonbody.Fields{"text": &text, "maybe": &absent}))
	require.Nil(t, absent)
}

func TestObject_OfAFieldThatIsNone_NamesTheField(t *testing.T) {
	t.Parallel()
	_, err := jsonbody.Object([]byte(`[1]`), "otp.")
	e := requireError(t, err, service.BadRequest)
	require.Equal(t, "otp", e.Field)
	require.Equal(t, "otp must be an object, not an array", e.Message)
}

func TestKind_NamesEveryKindOfValue(t *testing.T) {
	t.Parallel()
	for raw, kind := range map[string]string{
		"\n{}": "an object", "[]": "an array", `"x"`: "a string", "true": "a boolean", "false": "a boolean", "null": "null", "-1": "a number", "": "nothing",
	} {
		require.Equal(t, kind, jsonbody.Kind([]byte(raw)))
	}
}

func TestSecrets_KeepsEveryStringAsItIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "want")
		raw, err := json.Marshal(want)
		require.NoError(t, err)
		secrets, err := jsonbody.Secrets(raw, "parameters")
		require.NoError(t, err)
		got := map[string]string{}
		for name, s := range secrets {
			got[name] = s.Reveal()
		}
		require.Equal(t, want, got)
	})
}

func TestSecrets_NeverQuotesAValueInAnError(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{"a":{"x":"hunter2"}}`, `{"a":["hunter2"]}`, `["hunter2"]`, `"hunter2"`} {
		_, err := jsonbody.Secrets(json.RawMessage(raw), "parameters")
		require.NotContains(t, requireError(t, err, service.BadRequest).Message, "hunter2")
	}
}

func TestMalformed_PositionIsWithinTheBodyAndNothingIsQuoted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		_, err := jsonbody.Object(body, "")
		if err == nil {
			return
		}
		require.Less(t, len(requireError(t, err, service.BadRequest).Message), 100)
	})
}
