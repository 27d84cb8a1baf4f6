package intuned

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// answerTime is what a long poll's answer may take to be written, after the wait.
const answerTime = 10 * time.Second

// GetAuthSessionResult is create.result, with ?wait= as a long poll.
func (h *Handlers) GetAuthSessionResult(c *gin.Context, workspaceID, projectName, operationID string, params contract.GetAuthSessionResultParams) {
	wait, err := parseWait(params.Wait)
	if err != nil {
		fail(c, err)
		return
	}
	if wait > 0 { // a server's general write timeout may be shorter; no effect where the writer has no deadlines
		_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(wait + answerTime))
	}
	op, err := h.service.Result(c.Request.Context(), scope(workspaceID, projectName), operationID, wait)
	if err != nil {
		fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, resultOf(op))
}

// parseWait reads seconds or a Go duration; "" is no wait.
func parseWait(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if seconds, notSeconds := strconv.Atoi(text); notSeconds == nil && seconds <= int(service.MaxWait/time.Second) {
		wait, err = time.Duration(seconds)*time.Second, nil
	}
	if err != nil || wait < 0 || wait > service.MaxWait {
		return 0, service.NewFieldError("wait", "must be seconds or a duration between 0s and %s, such as 20 or 20s", service.MaxWait)
	}
	return wait, nil
}

// resultOf gives one of the four statuses, and no other: the SDKs parse nothing else.
func resultOf(op session.Operation) any {
	switch {
	case service.Asks(op):
		return asking(*op.Question)
	case !op.State.Final():
		return contract.ResultPending{Status: contract.ResultPendingStatusPending}
	case op.State == session.OperationSucceeded:
		return contract.ResultDone{Status: contract.ResultDoneStatusDone, AuthSessionID: op.SessionID}
	}
	return failed(op)
}

func failed(op session.Operation) contract.ResultFailed {
	failure := op.Failure
	if failure == nil {
		failure = endWithoutFailure(op.State)
	}
	return contract.ResultFailed{
		Status: contract.ResultFailedStatusFailed, Error: failure.Code, Message: failure.Message,
		Details: contract.FailedDetails{Failure: contract.FromFailure(*failure)},
	}
}

func endWithoutFailure(state session.OperationState) *session.Failure {
	switch state {
	case session.OperationCanceled:
		return session.NewFailure(session.FailureNeedsUser, "canceled", "The login was canceled.")
	case session.OperationExpired:
		return session.NewFailure(session.FailureNeedsUser, "expired", "The login was not finished in time.")
	default:
		return session.NewFailure(session.FailureEngine, "failed", "The login failed without giving a reason.")
	}
}

// asking fits a question into the two request types that the SDKs parse; details.infoRequest has all of it.
func asking(q session.InfoRequest) contract.ResultRequestedMoreInfo {
	details := contract.InfoRequestDetails{
		RequestType: contract.InfoRequestDetailsRequestTypeOTP, Action: contract.InfoRequestDetailsActionRequestMoreInfo,
		MessageToUser: q.Message, InfoRequest: contract.FromInfoRequest(q),
	}
	if len(q.Fields) == 0 && len(q.Choices) > 0 {
		details.RequestType = contract.InfoRequestDetailsRequestTypeMultipleChoice
		for _, choice := range q.Choices {
			details.Choices = append(details.Choices, choice.Label)
		}
	}
	return contract.ResultRequestedMoreInfo{
		Status: contract.ResultRequestedMoreInfoStatusRequestedMoreInfo, ID: q.ID, Details: details,
	}
}
