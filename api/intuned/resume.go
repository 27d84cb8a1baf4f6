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

// ResumeAuthSession is create.resume: 202 once the answer is kept and the question hidden.
func (h *Handlers) ResumeAuthSession(c *gin.Context, workspaceID, projectName, operationID string, params contract.ResumeAuthSessionParams) {
	body, err := jsonbody.Read(c.Request)
	if err != nil {
		fail(c, err)
		return
	}
	in, err := decodeResume(body)
	if err != nil {
		fail(c, err)
		return
	}
	in.Scope, in.OperationID, in.RequestKey = scope(workspaceID, projectName), operationID, params.IdempotencyKey
	if err := h.service.Resume(c.Request.Context(), in); err != nil {
		fail(c, err)
		return
	}
	c.JSON(http.StatusAccepted, contract.Resumed{Status: contract.ResumedStatusResumed})
}

// decodeResume reads the question's id in the wire's spelling and in the SDK's.
func decodeResume(body []byte) (service.ResumeInput, error) {
	var snake, camel, input *string
	var values json.RawMessage
	var in service.ResumeInput
	err := jsonbody.Ignore(body, jsonbody.Fields{
		"info_request_id": &snake, "infoRequestId": &camel, "input": &input, "values": &values,
		"choice": &in.Answer.Choice, "action": &in.Answer.Action,
	})
	if err != nil {
		return service.ResumeInput{}, err
	}
	switch {
	case snake != nil && camel != nil && *snake != *camel:
		return service.ResumeInput{}, service.NewFieldError("info_request_id", "and infoRequestId name two questions; give one of them")
	case snake != nil:
		in.QuestionID = *snake
	case camel != nil:
		in.QuestionID = *camel
	}
	if input != nil {
		secret := session.NewSecret(*input)
		in.Answer.Input = &secret
	}
	if in.Answer.Values, err = jsonbody.Secrets(values, "values"); err != nil {
		return service.ResumeInput{}, err
	}
	return in, nil
}
