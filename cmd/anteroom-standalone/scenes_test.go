//go:build temporal

package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/worker"
	"github.com/anteroom/anteroom/workflows"
)

// scene is a state in which a workflow can be caught.
type scene struct {
	// name says the state; it is the file's name, too.
	name string
	play play
	// noWorker has nobody take up the workflow; noBrowser nobody who opens pages.
	noWorker, noBrowser bool
	// act brings the operation into the state.
	act func(*stage, *worker.Dispatcher)
}

// scenes are the states that a history must be kept of, roughly in the order of a login's life.
func scenes() []scene {
	var all []scene
	for _, some := range [][]scene{beginnings(), waits(), answers(), losses(), ends()} {
		for _, s := range some {
			if s.play.answerWait == 0 {
				s.play.answerWait = 10 * time.Minute
			}
			all = append(all, s)
		}
	}
	return all
}

func loggedIn() *workflows.AdvanceOutput {
	return &workflows.AdvanceOutput{
		Progress: json.RawMessage(`{"passwordSubmitted":true}`), LoggedIn: true, Captured: true, Landing: "https://app.example/home",
		Verdict: &session.Verdict{LoggedIn: true}, Way: json.RawMessage(`{"steps":[]}`),
	}
}

func uncaptured() *workflows.AdvanceOutput {
	out := loggedIn()
	out.Captured = false
	return out
}

func asks(kind session.InfoRequestKind, attempt int) *workflows.AdvanceOutput {
	return &workflows.AdvanceOutput{
		Progress: json.RawMessage(fmt.Sprintf(`{"passwordSubmitted":true,"codesEntered":%d}`, attempt-1)),
		Question: &session.InfoRequest{
			Kind: kind, Message: "Enter the code.", Attempt: attempt,
			Fields: []session.Field{{Name: "code"}}, Choices: []session.Choice{}, Allow: []session.Action{session.ActionAnswer},
		},
	}
}

func refused() *workflows.AdvanceOutput {
	return &workflows.AdvanceOutput{
		Failure: session.NewFailure(session.FailureCredential, "wrong_password", "the site refused the password"), Rejected: true,
	}
}

func proven() *workflows.ProveOutput {
	return &workflows.ProveOutput{Verdict: &session.Verdict{LoggedIn: true, Proven: true}}
}

func lost() error {
	return temporal.NewNonRetryableApplicationError("advance the login", workflows.ErrorPageLost, nil, false)
}

func faulty() error {
	return temporal.NewNonRetryableApplicationError("advance the login", workflows.ErrorFaulty, nil)
}

func over() error {
	return temporal.NewNonRetryableApplicationError("begin the operation", workflows.ErrorOperationOver, nil)
}

// toEnd lets the scene play to the workflow's end.
func toEnd(s *stage, _ *worker.Dispatcher) { s.ends() }

// until lets the scene play until so many activities were scheduled.
func until(activities int) func(*stage, *worker.Dispatcher) {
	return func(s *stage, _ *worker.Dispatcher) { s.scheduled(activities) }
}

func beginnings() []scene {
	return []scene{
		{name: "not-taken-up", noWorker: true, act: func(*stage, *worker.Dispatcher) {}},
		{name: "just-begun", noBrowser: true, act: until(1)},
		{name: "opening-a-page", play: play{steps: []any{hangs{}}}, act: until(1)},
		{name: "advancing", play: play{opensOnly: true, steps: []any{hangs{}}}, act: until(2)},
		{name: "capturing", play: play{steps: []any{uncaptured()}, capture: hangs{}}, act: until(2)},
		{name: "proving", play: play{steps: []any{loggedIn()}, proof: hangs{}}, act: until(2)},
	}
}

func waits() []scene {
	code, approval := asks(session.AskCode, 1), asks(session.AskApproval, 1)
	waiting := func(s *stage, _ *worker.Dispatcher) { s.asks(1) }
	return []scene{
		{name: "waiting-for-a-code", play: play{steps: []any{code}}, act: waiting},
		{name: "waiting-for-an-approval", play: play{steps: []any{approval}, watch: hangs{}}, act: waiting},
		{
			name: "waiting-for-an-approval-whose-watch-failed",
			play: play{steps: []any{approval}, watch: temporal.NewNonRetryableApplicationError("watch the page", "Odd", nil)},
			act:  func(s *stage, _ *worker.Dispatcher) { s.asks(1); s.failedActivities(1) },
		},
		{
			name: "approved-and-proving", play: play{steps: []any{approval, loggedIn()}, watch: &workflows.WatchOutput{Changed: true}, proof: hangs{}},
			act: until(4),
		},
	}
}

func answers() []scene {
	code, again := asks(session.AskCode, 1), asks(session.AskCode, 2)
	return []scene{
		{
			name: "answered-and-not-taken-up", play: play{steps: []any{code}},
			act: func(s *stage, d *worker.Dispatcher) {
				s.asks(1)
				s.stopWorkflows()
				require.NoError(s.t, d.Resume(s.t.Context(), s.ref, questionID(1)))
			},
		},
		{
			name: "answered-and-advancing", play: play{steps: []any{code, hangs{}}},
			act: func(s *stage, d *worker.Dispatcher) {
				s.asks(1)
				require.NoError(s.t, d.Resume(s.t.Context(), s.ref, questionID(1)))
				s.scheduled(2)
			},
		},
		{
			name: "answered-while-watched", play: play{steps: []any{asks(session.AskApproval, 1), hangs{}}, watch: hangs{}},
			act: func(s *stage, d *worker.Dispatcher) {
				s.asks(1)
				require.NoError(s.t, d.Resume(s.t.Context(), s.ref, questionID(1)))
				s.scheduled(3)
			},
		},
		{
			name: "second-question-after-a-wrong-code", play: play{steps: []any{code, again}},
			act: func(s *stage, d *worker.Dispatcher) {
				s.asks(1)
				require.NoError(s.t, d.Resume(s.t.Context(), s.ref, questionID(1)))
				s.asks(2)
			},
		},
		{
			name: "answered-in-the-last-moment", play: play{
				steps: []any{code, loggedIn()}, proof: proven(), answerWait: time.Second, closed: session.QuestionAnswered,
			},
			act: toEnd,
		},
	}
}

func losses() []scene {
	code := asks(session.AskCode, 1)
	lose := func(s *stage, d *worker.Dispatcher, attempt int) {
		require.NoError(s.t, d.BrowserLost(s.t.Context(), s.ref, s.browserID(attempt)))
	}
	return []scene{
		{
			name: "browser-lost-and-not-noticed", play: play{steps: []any{code}},
			act: func(s *stage, d *worker.Dispatcher) { s.asks(1); s.stopWorkflows(); lose(s, d, 1) },
		},
		{
			name: "browser-lost-while-waiting-and-asked-anew", play: play{steps: []any{code}},
			act: func(s *stage, d *worker.Dispatcher) { s.asks(1); lose(s, d, 1); s.asks(2) },
		},
		{
			name: "browser-lost-while-advancing-and-started-over", play: play{opensOnly: true, steps: []any{hangs{}, code}},
			act: func(s *stage, d *worker.Dispatcher) { s.scheduled(2); lose(s, d, 1); s.asks(1) },
		},
		{
			name: "browser-lost-while-opening-and-started-over", play: play{steps: []any{hangs{}, code}},
			act: func(s *stage, d *worker.Dispatcher) { s.scheduled(1); lose(s, d, 1); s.asks(1) },
		},
		{
			name: "page-lost-and-started-over", play: play{steps: []any{lost(), code}},
			act: func(s *stage, _ *worker.Dispatcher) { s.asks(1) },
		},
		{
			name: "browser-lost-twice", play: play{steps: []any{code}},
			act: func(s *stage, d *worker.Dispatcher) { s.asks(1); lose(s, d, 1); s.asks(2); lose(s, d, 2); s.ends() },
		},
	}
}

func ends() []scene {
	code := asks(session.AskCode, 1)
	unproven := &workflows.ProveOutput{
		Verdict: &session.Verdict{LoggedIn: true},
		Failure: session.NewFailure(session.FailureUnsupported, "proof_does_not_discriminate", "the proof does not discriminate"),
	}
	return []scene{
		{name: "succeeded", play: play{steps: []any{loggedIn()}, proof: proven()}, act: toEnd},
		{
			name: "succeeded-with-a-code", play: play{steps: []any{code, uncaptured()}, proof: proven()},
			act: func(s *stage, d *worker.Dispatcher) {
				s.asks(1)
				require.NoError(s.t, d.Resume(s.t.Context(), s.ref, questionID(1)))
				s.ends()
			},
		},
		{name: "failed-with-a-wrong-password", play: play{steps: []any{refused()}}, act: toEnd},
		{name: "failed-proof", play: play{steps: []any{loggedIn()}, proof: unproven}, act: toEnd},
		{name: "failed-inside-the-engine", play: play{opensOnly: true, steps: []any{faulty()}}, act: toEnd},
		{name: "expired-question", play: play{steps: []any{code}, answerWait: time.Second, closed: session.QuestionClosed}, act: toEnd},
		{
			name: "canceled", play: play{steps: []any{code}},
			act: func(s *stage, d *worker.Dispatcher) {
				s.asks(1)
				require.NoError(s.t, d.Cancel(s.t.Context(), s.ref))
				s.ends()
			},
		},
		{name: "ended-by-somebody-else", play: play{beginErr: over()}, act: toEnd},
	}
}
