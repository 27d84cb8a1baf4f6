package relational

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimeColumn_WhenWrittenAndRead_KeepsMilliseconds(t *testing.T) {
	t.Parallel()
	for _, given := range []time.Time{{}, time.Date(2026, 3, 1, 12, 0, 0, 7_000_000, time.UTC), time.UnixMilli(-5).UTC()} {
		var read time.Time
		require.NoError(t, timeColumn{&read}.Scan(at(given)))
		require.Equal(t, given, read)
	}
	var read time.Time
	require.Error(t, timeColumn{&read}.Scan("2026-03-01"))
}

func TestDocumentColumn_WhenTheColumnIsBroken_Fails(t *testing.T) {
	t.Parallel()
	type thing struct{ Name string }
	var read *thing
	require.NoError(t, document(&read).Scan(`{"Name":"x"}`))
	require.Equal(t, &thing{Name: "x"}, read)
	for _, broken := range []any{`{"Name":`, `[]`, int64(4), []byte("{}")} {
		require.Error(t, document(&read).Scan(broken))
		require.Nil(t, read, "nothing stale remains")
	}
	value, err := document(&read).Value()
	require.NoError(t, err)
	require.Nil(t, value)
	unwritable := &struct{ F func() }{}
	_, err = document(&unwritable).Value()
	require.Error(t, err)
}
