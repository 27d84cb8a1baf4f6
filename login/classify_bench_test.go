package login_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
)

// The typical page of a login has 5 to 30 controls and less than 1,000 characters; the goal is 1 ms.
func BenchmarkClassify(b *testing.B) {
	fixtures := readFixtures(b)
	for _, name := range []string{
		"simplesaml", "google_like_challenge_list", "cookie_wall_over_login", "wordpress_like_admin", "code_sms_resend_trust",
	} {
		f := fixtures[name]
		b.Run(name, func(b *testing.B) { benchmark(b, &f.Model, f.History) })
	}
	b.Run("large", func(b *testing.B) {
		f := fixtures["simplesaml"]
		for i := range 120 { // navigation, footer, languages
			f.Model.Controls = append(f.Model.Controls, login.Control{
				Ref: string(rune('A' + i)), Frame: "main", Kind: login.ControlLink, Text: labels[i%len(labels)] + " and more",
				Href: "https://app.example/some/page", Visible: true,
			})
		}
		for len(f.Model.Text) < 4000 {
			f.Model.Text += " Without your username and password you cannot authenticate yourself.\nПароль неверный."
		}
		benchmark(b, &f.Model, f.History)
	})
}

func benchmark(b *testing.B, m *login.PageModel, past login.History) {
	b.Helper()
	require.NotEmpty(b, m.Controls)
	login.Classify(m, past) // reads the lists of words
	b.ReportAllocs()
	for b.Loop() {
		login.Classify(m, past)
	}
}

func BenchmarkRedact(b *testing.B) {
	f := readFixtures(b)["wordpress_like_admin"]
	for b.Loop() {
		login.Redact(&f.Model)
	}
}
