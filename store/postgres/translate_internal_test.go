package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTranslate_OfWhatSQLiteSaysOtherwise_SaysItAsPostgreSQLDoes(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"SELECT a FROM t WHERE b = ?1 AND c = ?12":                "SELECT a FROM t WHERE b = $1 AND c = $12",
		"UPDATE t SET a = max(a, ?2), b = max(b + 1, excluded.b)": "UPDATE t SET a = greatest(a, $2), b = greatest(b + 1, excluded.b)",
		"SELECT l.a FROM leases l INDEXED BY leases_open JOIN o":  "SELECT l.a FROM leases l JOIN o",
		"SELECT maximum FROM t":                                   "SELECT maximum FROM t",
	} {
		require.Equal(t, want, translate(given))
		require.Equal(t, want, translate(given), "and again")
	}
}
