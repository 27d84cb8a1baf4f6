package words_test

import (
	"bufio"
	"embed"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login/words"
)

// sayings holds what software shows in each language, a line each: the concerns that must be found, and after a ! those
// that must not, then a bar and the text. "-" wants nothing of what it says: see harmful.
//
//go:embed testdata/sayings/*.txt
var sayings embed.FS

// harmful are the concerns that end or turn a login: no line that is marked with "-" may say any of them.
var harmful = []words.Concern{
	words.Wrong, words.Expired, words.Lockout, words.UnknownUser, words.PasswordExpired, words.TooMany, words.SessionExpired,
	words.SiteError, words.ErrorPage, words.Captcha, words.Logout, words.ExternalWait, words.LinkSent, words.Enrolment,
	words.Method, words.AccountChoice, words.Recovery, words.SecurityQuestion, words.Trust,
}

func TestFind_OfWhatSoftwareSays_FindsItsConcernsAndNoOthers(t *testing.T) {
	t.Parallel()
	files, err := sayings.ReadDir("testdata/sayings")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		t.Run(strings.TrimSuffix(f.Name(), ".txt"), func(t *testing.T) {
			t.Parallel()
			content, err := sayings.ReadFile(path.Join("testdata/sayings", f.Name()))
			require.NoError(t, err)
			lines := bufio.NewScanner(strings.NewReader(string(content)))
			for lines.Scan() {
				if line := strings.TrimSpace(lines.Text()); line != "" && line[0] != '#' {
					checkSaying(t, line)
				}
			}
			require.NoError(t, lines.Err())
		})
	}
}

func checkSaying(t *testing.T, line string) {
	t.Helper()
	wanted, text, ok := strings.Cut(line, " | ")
	require.True(t, ok, line)
	found := words.Find(text)
	if strings.TrimSpace(wanted) == "-" {
		for _, c := range harmful {
			if found.Has(c) {
				t.Errorf("%q must not say %s", text, c)
			}
		}
		return
	}
	for name := range strings.FieldsSeq(wanted) {
		name, never := strings.CutPrefix(name, "!")
		i := slices.IndexFunc(words.Concerns(), func(c words.Concern) bool { return c.String() == name })
		require.GreaterOrEqual(t, i, 0, "%s in %q", name, line)
		if found.Has(words.Concerns()[i]) == never {
			t.Errorf("%q: want %s %t", text, name, !never)
		}
	}
}
