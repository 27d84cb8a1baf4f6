package login_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
)

func TestLanding_KeepsWhatSaysWhatIsShown_AndDropsWhatCountsOnce(t *testing.T) {
	t.Parallel()
	const page = "https://app.example/home"
	for location, want := range map[string]string{
		page + "#tryton":                    page + "#tryton",
		page + "#/inbox":                    page + "#/inbox",
		page + "?as=main":                   page + "?as=main",
		page + "?as=main&code=1&state=2":    page + "?as=main",
		page + "?Ticket=ST-1":               page,
		page + "#access_token=1&expires=60": page,
		"https://other.example/home?as=1":   page,
		"https://app.example/elsewhere":     page,
		"":                                  page,
		"://":                               page,
	} {
		require.Equal(t, want, login.Landing(location, page), location)
	}
}
