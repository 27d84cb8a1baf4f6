package storetest

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// breaking are what a program of an earlier version may stumble over.
var breaking = map[string]*regexp.Regexp{
	"takes something away":             regexp.MustCompile(`(?i)\b(DROP|RENAME|ALTER COLUMN|DELETE FROM)\b`),
	"rewrites rows":                    regexp.MustCompile(`(?i)\bUPDATE\s+\w+\s+SET\b`),
	"refuses rows that were allowed":   regexp.MustCompile(`(?i)\b(CREATE UNIQUE INDEX|ADD CONSTRAINT|CHECK)\b`),
	"wants a value that nobody writes": regexp.MustCompile(`(?i)ADD COLUMN [^;]*NOT NULL\s*;`),
}

// RequireCompatible asserts that each migration either only adds to what programs of the version before know, or raises
// 'least_schema', which keeps them away. Those up to the one that introduces it are exempt.
func RequireCompatible(t *testing.T, migrations fs.FS) {
	t.Helper()
	names, err := fs.Glob(migrations, "*.sql")
	require.NoError(t, err)
	slices.Sort(names)
	introduced := false
	for _, name := range names {
		content, err := fs.ReadFile(migrations, name)
		require.NoError(t, err)
		raises := strings.Contains(string(content), "'least_schema'")
		for what, pattern := range breaking {
			if introduced && !raises {
				require.NotRegexp(t, pattern, string(content), "%s %s: it must raise 'least_schema' to its own version", name, what)
			}
		}
		introduced = introduced || raises
	}
	require.True(t, introduced, "no migration says which programs may use the schema")
}
