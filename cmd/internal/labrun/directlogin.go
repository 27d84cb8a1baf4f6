package labrun

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// Engine is the engine's part of a login: [login.Run] and [login.Watch].
type Engine interface {
	Run(ctx context.Context, page login.Page, gate login.Gate, report login.Reporter, in login.Input) (login.Outcome, error)
	Watch(ctx context.Context, page login.Page, in login.Input) (bool, error)
}

// ownEngine is package login.
type ownEngine struct{}

// Run is login.Run.
func (ownEngine) Run(ctx context.Context, page login.Page, gate login.Gate, report login.Reporter, in login.Input) (login.Outcome, error) {
	return login.Run(ctx, page, gate, report, in)
}

// Watch is login.Watch.
func (ownEngine) Watch(ctx context.Context, page login.Page, in login.Input) (bool, error) {
	return login.Watch(ctx, page, in)
}

// DirectLogin is one login by the engine in this process.
type DirectLogin struct {
	// Page is an empty page of a fresh browser context.
	Page       login.Page
	Project    session.Project
	Parameters map[string]session.Secret
	// Reply answers questions; one that it leaves open ends the login.
	Reply func(ctx context.Context, q *session.InfoRequest) (Reply, error)
	// Prove captures and proves the session that landed at a URL; nil to believe the engine.
	Prove func(ctx context.Context, landing string) (Proof, error)
	// Engine is package login's, unless a test says otherwise.
	Engine Engine

	// End is how it ended, once Run has returned.
	End End

	input login.Input
	gate  *gate
	// history is what the engine knew of the pages before, as far as its progress says.
	history login.History
}

const (
	// maxQuestions bounds the questions of one login.
	maxQuestions = 20
	// watchTime is how long a page may take to go on after somebody acted elsewhere.
	watchTime = 20 * time.Second
)

// Run logs in. It returns nil once there is an End; an error is ctx's or a fault of the engine.
func (l *DirectLogin) Run(ctx context.Context) error {
	l.gate = newGate()
	if l.Engine == nil {
		l.Engine = ownEngine{}
	}
	l.input = login.Input{Project: l.Project, Parameters: login.Values(maps.Clone(l.Parameters))}
	for range maxQuestions {
		began := time.Now()
		out, err := l.Engine.Run(ctx, l.Page, l.gate, unheard{}, l.input)
		l.End.Timing.Login += time.Since(began)
		l.remember(&out)
		if err != nil {
			return l.broken(err)
		}
		if goesOn, err := l.goOn(ctx, &out); !goesOn || err != nil {
			return err
		}
	}
	l.End.Failure = session.NewFailure(session.FailureUnsupported, "too_many_questions", "The site asked too often.")
	return nil
}

// goOn does what an outcome asks for. It returns false when the login has ended.
func (l *DirectLogin) goOn(ctx context.Context, out *login.Outcome) (bool, error) {
	switch {
	case out.Failed != nil:
		l.End.Failure, l.End.Evidence = out.Failed, out.Failed.Evidence
		return false, nil //nolint:nilerr // a login that failed has ended
	case out.LoggedIn != nil:
		return false, l.prove(ctx, out.LoggedIn)
	case out.Question != nil:
		return l.answer(ctx, out.Question)
	}
	return false, errors.New("the engine ended with nothing")
}

// remember takes over what the next run needs.
func (l *DirectLogin) remember(out *login.Outcome) {
	l.input.Progress, l.input.Resumed, l.input.Answer = out.Progress, true, nil
	l.End.Page = out.Class
	p := &out.Progress
	l.history = login.History{
		IdentifierSubmitted: p.IdentifierSubmitted, PasswordSubmitted: p.PasswordSubmitted, CodeSubmitted: p.CodeSubmitted,
		LoginPath: p.LoginPath, Typed: p.Typed, Baseline: p.Baseline,
	}
	if out.Artefact != nil {
		l.history = out.Artefact.History
	}
	if out.Artefact != nil && out.Artefact.Model != nil {
		l.End.PageURL, l.End.Evidence = pathOf(out.Artefact.Model.URL), out.Artefact.Classification.Evidence
	}
}

// broken is a page that was lost, which is an end like any other, or an error.
func (l *DirectLogin) broken(err error) error {
	if !errors.Is(err, login.ErrPageLost) {
		return err
	}
	l.End.Failure = session.NewFailure(session.FailureEngine, "page_lost", "The page or its browser was lost.")
	return nil
}

// answer puts a question to the person. It returns false when it stays open.
func (l *DirectLogin) answer(ctx context.Context, asked *login.Question) (bool, error) {
	q := infoRequest(asked, len(l.End.Asked)+1)
	l.End.Asked = append(l.End.Asked, askedOf(q))
	began := time.Now()
	defer func() { l.End.Timing.Answers += time.Since(began) }()
	reply, err := l.Reply(ctx, q)
	if err != nil {
		return false, fmt.Errorf("answer the question %s: %w", q.Kind, err)
	}
	l.End.chose(&reply)
	if reply.Open() {
		l.End.Open = q
		return false, nil
	}
	if reply.Elsewhere {
		return true, l.watch(ctx)
	}
	l.input.Answer = &login.Answer{
		QuestionID: q.ID, Kind: q.Kind, Values: login.Values(reply.Values), Choice: reply.Choice, Action: reply.Action,
	}
	if q.Kind == session.AskCredentials {
		all := maps.Clone(l.Parameters)
		maps.Copy(all, reply.Values)
		l.Parameters, l.input.Parameters = all, login.Values(all)
	}
	return true, nil
}

// watch waits for the page to go on by itself. One that does not is looked at by the next run all the same.
func (l *DirectLogin) watch(ctx context.Context) error {
	watchCtx, cancel := context.WithTimeout(ctx, watchTime)
	defer cancel()
	_, err := l.Engine.Watch(watchCtx, l.Page, l.input)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil || errors.Is(err, login.ErrPageLost) {
		return nil // the next run says so
	}
	return err
}

func (l *DirectLogin) prove(ctx context.Context, in *login.LoggedIn) error {
	l.End.PageURL, l.End.Evidence = pathOf(in.LandingURL), in.Verdict.Evidence
	if l.Prove == nil {
		l.End.LoggedIn = true
		return nil
	}
	proof, err := l.Prove(ctx, in.LandingURL)
	l.End.Timing.Capture, l.End.Timing.Proof = proof.Capture, proof.Proof
	var load *login.LoadError
	switch {
	case errors.As(err, &load):
		l.End.Failure = load.Failure()
	case err != nil:
		return l.broken(err)
	case proof.Failure != nil:
		l.End.Failure, l.End.Evidence = proof.Failure, slices.Concat(in.Verdict.Evidence, proof.Failure.Evidence)
	default:
		l.End.LoggedIn, l.End.Evidence = true, slices.Concat(in.Verdict.Evidence, proof.Verdict.Evidence)
	}
	return nil
}

// infoRequest is the question as the API shows it.
func infoRequest(q *login.Question, number int) *session.InfoRequest {
	now := time.Now()
	return &session.InfoRequest{
		ID: fmt.Sprintf("%s%d", session.QuestionPrefix, number), Number: number, Kind: q.Kind, Message: q.Message,
		Fields: q.Fields, Choices: q.Choices, MaskedTarget: q.MaskedTarget, Medium: q.Medium, DisplayCode: q.DisplayCode,
		Attempt: q.Attempt, Reason: q.Reason, SiteError: q.SiteError, Allow: q.Allow,
		AskedAt: now, ExpiresAt: now.Add(session.DefaultOTPWait),
	}
}
