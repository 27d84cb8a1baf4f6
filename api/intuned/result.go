package intuned

import (
	"net/http"
	"strconv"
	"strings"
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
	wait, err := waitOf(c, params.Wait)
	if err != nil {
		fail(c, err)
		return
	}
	op, err := h.service.Result(c.Request.Context(), scope(workspaceID, projectName), operationID, wait)
	if err != nil {
		fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, resultOf(h.links.AddTo(c.Request, op)))
}

// waitOf reads how long a request waits, and lets its answer be written that late.
func waitOf(c *gin.Context, text string) (time.Duration, error) {
	wait, err := parseWait(text)
	if err == nil && wait > 0 { // a server's general write timeout may be shorter; no effect where the writer has no deadlines
		_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(wait + answerTime))
	}
	return wait, err
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

// asking fits a question into the two request types that the SDKs parse; details.infoRequest has all of it. What has fields is
// otp, whose input is the value (or a JSON object of values). What has none is multiple_choice: of its choices or, for an approval, of
// what else can be done. What leaves nothing but to wait is otp, too: the SDKs parse no third type, and an input is refused
// with the reason.
func asking(q session.InfoRequest) contract.ResultRequestedMoreInfo {
	details := contract.InfoRequestDetails{
		RequestType: contract.InfoRequestDetailsRequestTypeOTP, Action: contract.InfoRequestDetailsActionRequestMoreInfo,
		MessageToUser: messageOf(q), InfoRequest: contract.FromInfoRequest(q), AnswerURL: q.AnswerURL,
	}
	if choices := choicesOf(q); len(choices) > 0 {
		details.RequestType = contract.InfoRequestDetailsRequestTypeMultipleChoice
		details.Choices = choices
	}
	return contract.ResultRequestedMoreInfo{
		Status: contract.ResultRequestedMoreInfoStatusRequestedMoreInfo, ID: q.ID, Details: details,
	}
}

// messageOf is the message with the number to be matched: a person who sees nothing else must see that.
func messageOf(q session.InfoRequest) string {
	if q.DisplayCode == "" || strings.Contains(q.Message, q.DisplayCode) {
		return q.Message
	}
	return strings.TrimSpace(q.Message + " (" + q.DisplayCode + ")")
}

func choicesOf(q session.InfoRequest) []string {
	switch {
	case len(q.Fields) > 0:
		return nil
	case len(q.Choices) > 0:
		return service.ChoiceTexts(q.Choices)
	}
	return service.ActionsOf(q)
}
