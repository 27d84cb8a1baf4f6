package postgres

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/store"
)

func TestUnavailable_OfAnErrorOfSeveralLines_IsOneLine(t *testing.T) {
	t.Parallel()
	several := errors.Join(io.ErrUnexpectedEOF, errors.New("\tdial db"), errors.New("\tdial db"))

	err := unavailable(several)

	require.ErrorIs(t, err, store.ErrUnavailable)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.EqualError(t, err, "the database is unavailable: unexpected EOF dial db")
}
