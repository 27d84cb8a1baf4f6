package activities

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// translate is the one place that decides what an error of ours means to a workflow: over, page lost, or worth another
// try. What was attempted goes with it; page text and secrets never do, since errors of ours do not hold any.
func translate(attempted string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrOperationOver), errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrSecretsErased):
		return temporal.NewNonRetryableApplicationError(attempted, workflows.ErrorOperationOver, err)
	case errors.Is(err, login.ErrPageLost):
		lost, ok := errors.AsType[*pageLostError](err)
		return temporal.NewNonRetryableApplicationError(attempted, workflows.ErrorPageLost, err, ok && lost.rejected)
	case errors.Is(err, store.ErrNoPageFree): // a login that queues is no fault: the SDK logs none, and its metrics count none
		return temporal.NewApplicationErrorWithOptions(attempted, workflows.ErrorNoPageFree, temporal.ApplicationErrorOptions{
			Category: temporal.ApplicationErrorCategoryBenign, Cause: err,
		})
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: interrupted", attempted)
	}
	return fmt.Errorf("%s: %w", attempted, err)
}
