package api

import (
	"net/http"

	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/api/service"
)

// problemType begins the type of every problem; the reason follows. The types are part of the contract.
const problemType = "urn:anteroom:problem:"

// problemOf writes an error as RFC 9457 wants it.
func problemOf(f *service.Error, correlationID string) contract.Problem {
	return contract.Problem{
		Type: problemType + f.Reason, Title: http.StatusText(f.Kind.Status()), Status: f.Kind.Status(), Detail: f.Message,
		Field: f.Field, OperationID: f.OperationID, CorrelationID: correlationID,
	}
}
