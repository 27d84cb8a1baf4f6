package contract

import (
	"time"

	"github.com/anteroom/anteroom/session"
)

// timestampLayout is RFC 3339 with exactly three digits of milliseconds.
const timestampLayout = "2006-01-02T15:04:05.000Z07:00"

// FromTime writes t in UTC with milliseconds; "" for the zero time.
func FromTime(t time.Time) Timestamp {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timestampLayout)
}

// FromOperation writes an operation as callers see it.
func FromOperation(op session.Operation) Operation {
	out := Operation{
		ID: op.ID, Workspace: op.Workspace, Project: op.Project, SessionID: op.SessionID,
		Kind: string(op.Kind), State: OperationState(op.State), Step: string(op.Step), Place: op.Place, Seq: op.Seq, Attempt: op.Attempt,
		CreatedAt: FromTime(op.CreatedAt), UpdatedAt: FromTime(op.UpdatedAt), FinishedAt: FromTime(op.FinishedAt),
	}
	if op.Question != nil {
		out.Question = FromInfoRequest(*op.Question)
	}
	if op.Failure != nil {
		out.Failure = FromFailure(*op.Failure)
	}
	if op.Verdict != nil {
		out.Verdict = Verdict{
			LoggedIn: op.Verdict.LoggedIn, Confidence: op.Verdict.Confidence, Proven: op.Verdict.Proven,
			Evidence: fromEvidence(op.Verdict.Evidence),
		}
	}
	return out
}

// FromInfoRequest writes a question. Its lists are never null.
func FromInfoRequest(q session.InfoRequest) InfoRequest {
	out := InfoRequest{
		ID: q.ID, Number: q.Number, Kind: string(q.Kind), Message: q.Message, MaskedTarget: q.MaskedTarget,
		Medium: string(q.Medium), DisplayCode: q.DisplayCode, Picture: q.Picture,
		Attempt: q.Attempt, Reason: q.Reason, SiteError: q.SiteError,
		AskedAt: FromTime(q.AskedAt), ExpiresAt: FromTime(q.ExpiresAt), AnswerURL: q.AnswerURL,
		Fields: []Field{}, Choices: []Choice{}, Allow: []string{},
	}
	for _, f := range q.Fields {
		out.Fields = append(out.Fields, Field{
			Name: f.Name, Type: f.Type, Label: f.Label, Length: f.Length, Pattern: f.Pattern, Secret: f.Secret, Optional: f.Optional,
		})
	}
	for _, c := range q.Choices {
		out.Choices = append(out.Choices, Choice{ID: c.ID, Type: c.Type, Label: c.Label, Description: c.Description, Automatable: c.Automatable})
	}
	for _, a := range q.Allow {
		out.Allow = append(out.Allow, string(a))
	}
	return out
}

// FromFailure writes a failure.
func FromFailure(f session.Failure) Failure {
	out := Failure{Class: string(f.Class), Code: f.Code, Message: f.Message, SiteError: f.SiteError}
	if len(f.Evidence) > 0 {
		out.Evidence = fromEvidence(f.Evidence)
	}
	return out
}

func fromEvidence(list []session.Evidence) []Evidence {
	out := make([]Evidence, 0, len(list))
	for _, e := range list {
		out = append(out, Evidence(e))
	}
	return out
}

// FromProject writes a project.
func FromProject(p session.Project) Project {
	return Project{
		Name: p.Name, LoginURL: p.LoginURL, AllowedHosts: p.AllowedHosts, CheckURL: p.CheckURL, LoggedIn: p.LoggedIn,
		Browser: string(p.Browser), OTP: OTPSettings{Wait: p.OTP.Wait, Prefer: p.OTP.Prefer}, SignInWith: p.SignInWith,
		Consent: string(p.Consent), Terms: string(p.Terms), Remember: string(p.Remember),
		IdentityProviders: p.IdentityProviders, LoadMedia: p.LoadMedia, MaxPages: p.MaxPages, OnBrowserLost: string(p.OnBrowserLost), Recipe: p.Recipe,
		Version: p.Version, UpdatedAt: FromTime(p.UpdatedAt),
	}
}
