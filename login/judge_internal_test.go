package login

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

func TestRedact_TakesValuesOutWhole_WhicheverHoldsAnother(t *testing.T) {
	t.Parallel()
	r := &run{in: Input{Parameters: Values{
		ParameterUsername: session.NewSecret("alice"), ParameterPassword: session.NewSecret("alice-S3cret"),
	}}}
	for range 20 { // a map gives its values in any order
		require.Equal(t, "No "+session.Redacted+" for "+session.Redacted+".", r.redact("No alice-S3cret for alice."))
	}
}

func TestRedact_OfATextThatWasCutInAValue_TakesItsBeginningOut(t *testing.T) {
	t.Parallel()
	r := &run{in: Input{Parameters: Values{ParameterPassword: session.NewSecret("hunter2-hunter2")}}}
	require.Equal(t, "Wrong password: "+session.Redacted, r.redact("Wrong password: hunter2-hun"))
	require.Equal(t, "Try the shu", r.redact("Try the shu"))
}
