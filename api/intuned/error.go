package intuned

import (
	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/api/service"
)

// ErrorOf writes an error as the one body that every generation of the SDK parses.
func ErrorOf(f *service.Error, correlationID string) contract.Error {
	retriable := f.Kind == service.TooManyRequests || f.Kind == service.Unavailable
	category := contract.ErrorCategoryUser
	if f.Kind == service.Internal || f.Kind == service.Unavailable {
		category = contract.ErrorCategoryInfrastructure
	}
	return contract.Error{
		Code: contract.ErrorCode(f.Kind), Category: category, Message: f.Message,
		Retirable: retriable, Retriable: retriable, CorrelationID: correlationID,
		Details: contract.ErrorDetails{Reason: f.Reason, Field: f.Field, OperationID: f.OperationID},
	}
}
