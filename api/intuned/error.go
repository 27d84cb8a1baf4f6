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
		Details: detailsOf(f),
	}
}

func detailsOf(f *service.Error) contract.ErrorDetails {
	details := contract.ErrorDetails{Reason: f.Reason, Field: f.Field, OperationID: f.OperationID, SessionID: f.SessionID}
	if f.Breaker != nil {
		details.Class = string(f.Breaker.Class)
		details.Since, details.Until = contract.FromTime(f.Breaker.Since), contract.FromTime(f.Breaker.Until)
	}
	return details
}
