package login

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrorClass_OfWordsThatOnlyResembleALockout_IsNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]ErrorClass{
		"Queued messages last minute":                                       "",
		"Feeds last updated at 10:00":                                       "",
		"Something went wrong. Please try again in a few minutes.":          ErrorSite,
		"Incorrect user name or password or account is temporarily blocked": ErrorCredentials,
		"Too many attempts. Please try again later.":                        ErrorLockout,
		"Kontot är låst":                                                    ErrorLockout,
		"Kontoen er låst":                                                   ErrorLockout,
	} {
		require.Equal(t, want, errorClass(text), text)
	}
}
