package jsonbody_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/jsonbody"
	"github.com/anteroom/anteroom/api/service"
)

type document struct {
	Name  string   `json:"name"`
	Steps []string `json:"steps"`
	Inner struct {
		Count int `json:"count"`
	} `json:"inner"`
}

func TestDocument_WhenAbsentOrNull_LeavesTheDestination(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "null", " null "} {
		var into *document
		require.NoError(t, jsonbody.Document(json.RawMessage(raw), "recipe", &into))
		require.Nil(t, into)
	}
}

func TestDocument_WhenGiven_IsDecodedWhole(t *testing.T) {
	t.Parallel()
	var into *document
	require.NoError(t, jsonbody.Document(json.RawMessage(`{"name":"n","steps":["a"],"inner":{"count":2}}`), "recipe", &into))
	require.Equal(t, "n", into.Name)
	require.Equal(t, 2, into.Inner.Count)
}

func TestDocument_OfTheWrongForm_NamesTheFieldAndQuotesNothing(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]struct{ field, reason, message string }{
		`"c4nary"`:                              {"recipe", "invalid-field", "recipe must not be a string"},
		`[]`:                                    {"recipe", "invalid-field", "recipe must not be an array"},
		`{"name":12}`:                           {"recipe.name", "invalid-field", "recipe.name must not be a number"},
		`{"steps":{"c4nary":1}}`:                {"recipe.steps", "invalid-field", "must not be an object"},
		`{"inner":{"count":true}}`:              {"recipe.inner.count", "invalid-field", "must not be a boolean"},
		`{"inner":{"counts":1}}`:                {"recipe.counts", "unknown-field", "is not a known field"},
		`{"` + strings.Repeat("x", 99) + `":1}`: {"recipe.(a long name)", "unknown-field", "is not a known field"},
	} {
		var into *document
		err := jsonbody.Document(json.RawMessage(raw), "recipe", &into)
		var fault *service.Error
		require.ErrorAs(t, err, &fault, raw)
		require.Equal(t, want.field, fault.Field, raw)
		require.Equal(t, want.reason, fault.Reason, raw)
		require.Contains(t, fault.Message, want.message)
		require.NotContains(t, fault.Message, "c4nary")
	}
}
