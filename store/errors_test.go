package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

func TestErrors_WhenShownToAPerson_SayWhatHappened(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{&store.OperationLiveError{OperationID: "op_1"}, "operation op_1 is still live"},
		{&store.QuestionStaleError{State: session.QuestionOpen, Expired: true}, "expired"},
		{&store.QuestionStaleError{State: session.QuestionClosed, Expired: true}, "expired"},
		{&store.QuestionStaleError{State: session.QuestionAnswered}, "answered already"},
		{&store.QuestionStaleError{State: session.QuestionConsumed}, "answered already"},
		{&store.QuestionStaleError{State: session.QuestionClosed}, "closed"},
		{&store.BreakerOpenError{Class: session.FailureLockout, Since: time.Time{}}, "open since a lockout failure"},
	} {
		require.ErrorContains(t, c.err, c.want)
	}
}

func TestErrors_WhenWrapped_AreFoundByType(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("create operation: %w", &store.OperationLiveError{OperationID: "op_1"})
	var live *store.OperationLiveError
	require.ErrorAs(t, err, &live)
	require.Equal(t, "op_1", live.OperationID)
	var stale *store.QuestionStaleError
	require.NotErrorAs(t, err, &stale)
}
