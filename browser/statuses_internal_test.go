package browser

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChallengeOf_Headers_NamesWhatAPasswordAnswers(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"":                                     "",
		`Basic realm="x"`:                      "basic",
		`basic`:                                "basic",
		`BASIC realm="a, digest b"`:            "basic",
		`Digest realm="x", nonce="Basic"`:      "digest",
		"Negotiate\nNTLM\nBasic realm=x":       "basic",
		"Negotiate, Basic realm=x":             "basic",
		"Basic realm=x\nDigest nonce=1, qop=a": "digest",
		"Bearer":                               "",
		"Negotiate":                            "",
		"Basically":                            "",
	} {
		require.Equal(t, want, challengeOf(header), header)
	}
}

func TestSameSite_ComparesRegistrableDomains(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"https://app.shop.example/x", "https://id.shop.example/", true},
		{"https://a.co.uk/", "https://b.co.uk/", false},
		{"https://me.github.io/", "https://you.github.io/", false},
		{"http://127.0.0.1:1/", "http://127.0.0.1:2/", true},
		{"http://127.0.0.1/", "http://127.0.0.2/", false},
		{"http://localhost/", "http://localhost:8080/", true},
		{"https://shop.example/", "", false},
		{"https://shop.example/", "::", false},
	} {
		require.Equal(t, c.same, sameSite(c.a, c.b), "%s %s", c.a, c.b)
	}
}
