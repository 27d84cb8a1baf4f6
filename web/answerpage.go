package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// answerPage is the page on which one question is answered.
type answerPage struct {
	Pages

	service *service.Service
}

// show shows what the link leads to. It changes nothing: not only people open links.
func (a answerPage) show(c *gin.Context) {
	l, err := a.service.Open(c.Request.Context(), c.Param("token"))
	switch {
	case err != nil:
		a.fail(c, err)
	case l.Standing == service.StandingOpen:
		v := a.questionView(l, nil, nil)
		if c.Query(stillParameter) == "" {
			v.refresh(v.Question.every, v.Question.receipt)
		}
		a.write(c, http.StatusOK, v)
	case !l.Receipt:
		a.write(c, http.StatusGone, closedView(l))
	case service.Asks(l.Operation) && l.Operation.Question.Number > l.Question.Number:
		// Who answered the last question is who can answer what the site asks because of it.
		a.redirect(c, a.service.AnswerToken(l.Operation.ID, l.Operation.Question.Number))
	default:
		a.write(c, http.StatusOK, progressView(l, a.Clock()))
	}
}

// redirect leads to another link. It is relative, so that it holds behind a proxy that puts a path in front.
func (a answerPage) redirect(c *gin.Context, token string) {
	c.Header("Location", token)
	c.Status(http.StatusSeeOther)
}

// answer takes the form.
func (a answerPage) answer(c *gin.Context) {
	ctx := c.Request.Context()
	l, err := a.service.Open(ctx, c.Param("token"))
	if err != nil {
		a.fail(c, err)
		return
	}
	if l.Receipt { // shows, and answers nothing
		c.Header("Allow", "GET, HEAD")
		a.write(c, http.StatusMethodNotAllowed, view{Title: "Nothing can be sent here", Link: c.Param("token"), LinkText: "Go on"})
		return
	}
	f, err := readForm(c.Request, l.Question)
	if err == nil {
		err = a.send(c, l, f)
	}
	if err == nil {
		a.redirect(c, a.service.ReceiptToken(l.Operation.ID, l.Question.Number))
		return
	}
	a.refuse(c, l, f, err)
}

func (a answerPage) send(c *gin.Context, l service.Linked, f form) error {
	if f.cancel {
		return a.service.CancelLink(c.Request.Context(), l)
	}
	return a.service.AnswerLink(c.Request.Context(), l, f.answer, f.id)
}

// refuse says why the form was not taken: the form again where it can be mended, what became of the question otherwise.
func (a answerPage) refuse(c *gin.Context, l service.Linked, f form, err error) {
	fault, ours := errors.AsType[*service.Error](err)
	if !ours || (fault.Kind != service.BadRequest && fault.Kind != service.Conflict) {
		a.fail(c, err)
		return
	}
	l, err = a.service.Open(c.Request.Context(), c.Param("token")) // it may have changed since
	switch {
	case err != nil:
		a.fail(c, err)
	case l.Standing == service.StandingOpen:
		a.write(c, http.StatusBadRequest, a.questionView(l, &f, fault))
	case l.Standing == service.StandingAnswered:
		a.write(c, http.StatusConflict, closedView(l))
	default:
		a.write(c, http.StatusGone, closedView(l))
	}
}

// picture sends the picture that belongs to the open question.
func (a answerPage) picture(c *gin.Context) {
	l, err := a.service.Open(c.Request.Context(), c.Param("token"))
	if err != nil {
		a.fail(c, err)
		return
	}
	data, err := a.service.LinkedPicture(c.Request.Context(), l)
	if err != nil {
		a.fail(c, err)
		return
	}
	c.Data(http.StatusOK, "image/png", data)
}

// questionView is the open question. f and fault are of a form that was refused; nil for none.
func (a answerPage) questionView(l service.Linked, f *form, fault *service.Error) view {
	token := a.service.AnswerToken(l.Operation.ID, l.Question.Number)
	receipt := a.service.ReceiptToken(l.Operation.ID, l.Question.Number)
	q := l.Question
	v := viewOf(l, headingOf(q))
	v.Question = &questionView{
		Action: token, Form: session.NewID(""), Message: q.Message, Number: q.DisplayCode, Sent: sentTo(q), Again: askedAgain(q), SiteSaid: q.SiteError,
		Until: untilOf(q.ExpiresAt, a.Clock()), Buttons: buttonsOf(q), MayCancel: allows(q, session.ActionCancel),
	}
	if q.Picture != "" {
		v.Question.Picture = token + "/picture"
	}
	v.Question.fill(q, f, fault)
	v.Question.goesOn(q, receipt)
	return v
}

// stillParameter keeps a page that loads itself again as it is, for who needs more time or listens to it.
const stillParameter = "still"

// How often a page looks whether something happened, and for how long.
const (
	pauseChecking = 2 * time.Second
	pauseLong     = 5 * time.Second
	pauseWaiting  = 4 * time.Second
	longCheck     = time.Minute
	longestCheck  = 10 * time.Minute
)
