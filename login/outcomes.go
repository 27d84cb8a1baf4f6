package login

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// conclude completes an outcome: the recipe's words for a question, and what a page that was not understood leaves behind.
func (r *run) conclude(ctx context.Context, out *Outcome) {
	if q := out.Question; q != nil {
		if prompt := r.recipe().Prompts[q.Kind]; prompt != "" {
			q.Message = prompt
		}
	}
	unsupported := out.Failed != nil && out.Failed.Class == session.FailureUnsupported
	if unsupported && out.Artefact == nil && r.model != nil {
		out.Artefact = r.artefact(ctx, false)
	}
}

// Failure is what the error means to the person who must act.
func (e *LoadError) Failure() *session.Failure {
	if e.Refused {
		return session.NewFailure(session.FailureBlocked, "address_not_allowed",
			"The site's address may not be reached from here: it is private, or a port of our own. An operator can allow it in the setting network.allow.")
	}
	return session.NewFailure(session.FailureSite, "unreachable", "The site could not be reached: "+e.Reason+".")
}

func originNotAllowed() *session.Failure {
	return session.NewFailure(session.FailureBlocked, "origin_not_allowed",
		"The login form is on a host that may not see this project's secrets; nothing was typed there. If it is right, add the host to the project's allowedHosts.")
}

func engineFault(err error) error { return fmt.Errorf("log in: %w", err) }

func failed(f *session.Failure) Outcome { return Outcome{Failed: f} }

// ended is the outcome of a failure; nil for none.
func ended(f *session.Failure) *Outcome {
	if f == nil {
		return nil
	}
	return &Outcome{Failed: f}
}

func deref(out *Outcome) Outcome {
	if out == nil {
		return Outcome{}
	}
	return *out
}

func blank(pageURL string) bool { return pageURL == "" || strings.HasPrefix(pageURL, "about:") }

func pathOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Path
}
