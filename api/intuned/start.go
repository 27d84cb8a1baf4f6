package intuned

import (
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/api/jsonbody"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// StartAuthSession is create.start: 201 with the operation's id.
func (h *Handlers) StartAuthSession(c *gin.Context, workspaceID, projectName string, params contract.StartAuthSessionParams) {
	body, err := jsonbody.Read(c.Request)
	if err != nil {
		fail(c, err)
		return
	}
	in, err := decodeStart(body)
	if err != nil {
		fail(c, err)
		return
	}
	in.Scope, in.RequestKey = scope(workspaceID, projectName), params.IdempotencyKey
	op, err := h.service.StartCreate(c.Request.Context(), in)
	if err != nil {
		fail(c, err)
		return
	}
	c.Set(service.OperationKey, op.ID)
	c.JSON(http.StatusCreated, contract.Started{Status: contract.StartedStatusStarted, OperationID: op.ID})
}

// decodeStart reads the start bodies of all generations: `id` since 0.3.9, `authSessionDisplayName` before.
func decodeStart(body []byte) (service.StartInput, error) {
	var in service.StartInput
	var parameters json.RawMessage
	var proxy string
	err := jsonbody.Ignore(body, jsonbody.Fields{
		"id": &in.SessionID, "authSessionDisplayName": &in.Name, "parameters": &parameters, "proxy": &proxy,
	})
	if err != nil {
		return service.StartInput{}, err
	}
	if jsonbody.Kind(parameters) == "an array" { // allowed by the SDK's types
		return service.StartInput{}, service.NewFieldError("parameters",
			`must be an object of names and values, such as {"username": "…", "password": "…"}; an array is not supported`)
	}
	if parameters, err = asText(parameters); err != nil {
		return service.StartInput{}, err
	}
	if in.Parameters, err = jsonbody.Secrets(parameters, "parameters"); err != nil {
		return service.StartInput{}, err
	}
	in.Proxy = session.NewSecret(proxy)
	return in, nil
}
