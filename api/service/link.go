package service

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// What a token is for: the first part of what it is derived from. They are what links are made of: never change one.
const (
	answerPrefix  = "answer_"
	receiptPrefix = "receipt_"
)

// tokenForm is operation, number of the question, proof. Operations' ids and proofs are of the alphabet of ids.
var tokenForm = regexp.MustCompile(`\A([a-z2-7]{26})-([1-9][0-9]{0,8})-([a-z0-9]{16,64})\z`)

// Standing says what a person with a link can do about its question.
type Standing string

// The standings.
const (
	// StandingOpen: it can be answered.
	StandingOpen Standing = "open"
	// StandingAnswered: somebody answered it.
	StandingAnswered Standing = "answered"
	// StandingExpired: its time was up before anybody answered it.
	StandingExpired Standing = "expired"
	// StandingPassed: the site went on, or asks something else, without an answer.
	StandingPassed Standing = "passed"
	// StandingOver: its login ended, or is being canceled, before anybody answered it.
	StandingOver Standing = "over"
)

// Linked is what a link leads to.
type Linked struct {
	store.AskedQuestion

	Standing  Standing
	Operation session.Operation
	// Site is the host of the project's login page.
	Site string
	// SessionName is the caller's display name of the session; may be empty.
	SessionName string
	// Receipt is true for a link of [Service.ReceiptToken].
	Receipt bool
}

// AnswerToken is the secret part of the link to one question's page: 128 bits that only the vault's key can make, the same at
// every call. It carries what finds the question and its own proof, so that nothing of it is stored.
func (s *Service) AnswerToken(operationID string, number int) string {
	return s.token(answerPrefix, operationID, number)
}

// ReceiptToken is for who had the question before them while it was open, and for nobody who only has its link: it shows
// what came of the answer, leads on to what is asked next, and answers nothing itself.
func (s *Service) ReceiptToken(operationID string, number int) string {
	return s.token(receiptPrefix, operationID, number)
}

func (s *Service) token(purpose, operationID string, number int) string {
	id, n := operationID[min(len(operationID), len(session.OperationPrefix)):], strconv.Itoa(number)
	proof := s.sealer.DeriveID(purpose, operationID, n)
	return id + "-" + n + "-" + proof[len(purpose):]
}

// checkToken proves a token without asking the store, so that guessing costs nothing and learns nothing.
func (s *Service) checkToken(token string) (operationID string, number int, receipt, ok bool) {
	parts := tokenForm.FindStringSubmatch(token)
	if parts == nil {
		return "", 0, false, false
	}
	operationID = session.OperationPrefix + parts[1]
	number, err := strconv.Atoi(parts[2])
	if err != nil {
		return "", 0, false, false
	}
	same := func(right string) bool { return subtle.ConstantTimeCompare([]byte(token), []byte(right)) == 1 }
	receipt = same(s.ReceiptToken(operationID, number))
	return operationID, number, receipt, receipt || same(s.AnswerToken(operationID, number))
}

// Open returns what the link of a token leads to. Nothing changes. Errors: NotFound, Unavailable.
func (s *Service) Open(ctx context.Context, token string) (Linked, error) {
	operationID, number, receipt, ok := s.checkToken(token)
	if !ok {
		return Linked{}, linkNotFound()
	}
	asked, err := s.store.QuestionByNumber(ctx, operationID, number)
	if err != nil {
		return Linked{}, s.linkError(ctx, "read the question of a link", err)
	}
	l := Linked{AskedQuestion: asked, Receipt: receipt}
	if l.Operation, err = s.store.GetOperation(ctx, asked.Ref); err != nil {
		return Linked{}, s.linkError(ctx, "read the operation of a link", err)
	}
	l.Standing = standing(asked, l.Operation, s.now())
	return l, s.addNames(ctx, &l)
}

func linkNotFound() error { return NewError(NotFound, "link-unknown", "there is nothing at this link") }

func (s *Service) linkError(ctx context.Context, doing string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return linkNotFound()
	}
	return s.storeError(ctx, doing, err)
}

func standing(q store.AskedQuestion, op session.Operation, now time.Time) Standing {
	expires := q.Question.ExpiresAt
	switch {
	case q.State == session.QuestionAnswered, q.State == session.QuestionConsumed:
		return StandingAnswered
	case q.State == session.QuestionOpen && !now.Before(expires), q.State == session.QuestionClosed && !q.ClosedAt.Before(expires):
		return StandingExpired
	case op.State.Final(), !op.CancelRequestedAt.IsZero():
		return StandingOver
	case q.State == session.QuestionClosed:
		return StandingPassed
	}
	return StandingOpen
}

// addNames says which login it is. A project or session that was deleted meanwhile has no name any more.
func (s *Service) addNames(ctx context.Context, l *Linked) error {
	p, err := s.store.GetProject(ctx, l.Workspace, l.Operation.Project)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return s.storeError(ctx, "read the project of a link", err)
	}
	if login, err := url.Parse(p.LoginURL); err == nil {
		l.Site = login.Host
	}
	one, err := s.store.GetSession(ctx, l.Workspace, l.Operation.Project, l.Operation.SessionID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return s.storeError(ctx, "read the session of a link", err)
	}
	l.SessionName = one.Name
	return nil
}

// AnswerLink accepts an answer given on the page of a link. form tells the form that was sent from every other: the same form
// sent again is no second answer and no error. The error of an answer that cannot be taken any more does not say why; [Service.Open]
// does. Errors: those of Resume.
func (s *Service) AnswerLink(ctx context.Context, l Linked, answer Answer, form session.Secret) error {
	answer.form = form
	err := s.Resume(ctx, ResumeInput{
		Scope: Scope{Workspace: l.Workspace, Project: l.Operation.Project}, OperationID: l.Ref.Operation,
		QuestionID: l.Question.ID, Answer: answer,
	})
	if err != nil && s.sentBefore(ctx, l, form) {
		return nil
	}
	return err
}

// sentBefore reports whether the question was answered by this very form. Where that cannot be told any more it was not.
func (s *Service) sentBefore(ctx context.Context, l Linked, form session.Secret) bool {
	if form.IsZero() {
		return false
	}
	sealed, err := s.store.AnswerInput(ctx, l.Ref, l.Question.ID)
	if err != nil {
		return false
	}
	plain, err := s.sealer.Open(sealed, l.Workspace, session.SealedAnswer, l.Question.ID)
	if err != nil {
		return false
	}
	var values map[string]string
	if err := json.Unmarshal(plain, &values); err != nil {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(values[session.AnswerForm]), []byte(form.Reveal())) == 1
}

// CancelLink cancels the login of an open question that allows it. Errors: BadRequest (it does not), those of Cancel.
func (s *Service) CancelLink(ctx context.Context, l Linked) error {
	switch {
	case l.Standing != StandingOpen:
		return NewError(Conflict, "question-stale", "the question is no longer open")
	case !slices.Contains(l.Question.Allow, session.ActionCancel):
		return notAllowed(l.Question, "action", "cannot be canceled")
	}
	_, err := s.Cancel(ctx, l.Ref)
	return err
}

// LinkedPicture returns the picture of the question, while that is open: a PNG. Errors: NotFound.
func (s *Service) LinkedPicture(ctx context.Context, l Linked) ([]byte, error) {
	if l.Standing != StandingOpen || l.Question.Picture == "" {
		return nil, linkNotFound()
	}
	mediaType, data, err := s.Artefact(ctx, l.Ref, l.Question.Picture)
	if err != nil {
		return nil, err
	}
	if mediaType != "image/png" {
		return nil, NewInternalError(fmt.Errorf("the picture of question %s is %s", l.Question.ID, mediaType))
	}
	return data, nil
}
