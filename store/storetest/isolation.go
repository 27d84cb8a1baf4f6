package storetest

import (
	"context"
	"maps"
	"reflect"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Why a method spans workspaces.
const (
	reconcilers    = "the reconciler looks after all of them"
	sharedBrowsers = "browsers serve every workspace"
	purgers        = "the purger goes by time alone"
	operators      = "the operator looks after the keys of all of them"
)

// spansWorkspaces names the methods that no workspace bounds, with the reason.
var spansWorkspaces = map[string]string{
	"BindVault":           "the installation has one vault",
	"VaultKeyID":          "the installation has one vault",
	"CreateWorkspace":     "makes one",
	"WorkspaceExists":     "asks for one",
	"CreateAPIKey":        "writes the workspace that the operator names",
	"ListWorkspaces":      "lists them",
	"APIKeyByHash":        "tells the workspace of a key",
	"ListAPIKeys":         operators,
	"RevokeAPIKey":        operators,
	"QuestionByNumber":    "tells the workspace of a link",
	"RegisterBrowser":     sharedBrowsers,
	"MarkBrowserLost":     sharedBrowsers,
	"ListBrowsers":        sharedBrowsers,
	"OpenLeases":          reconcilers,
	"OfferPages":          sharedBrowsers,
	"WithdrawOffers":      sharedBrowsers,
	"AdmitOperations":     "the queue is one for all of them",
	"RecountAdmissions":   "the queue is one for all of them",
	"UnstartedOperations": reconcilers,
	"UnconsumedAnswers":   reconcilers,
	"LiveOperations":      reconcilers,
	"LiveAmong":           reconcilers,
	"UnfollowedCancels":   reconcilers,
	"LostLeases":          reconcilers,
	"OrphanLeases":        reconcilers,
	"Census":              "the operator counts all of them",
	"Observe":             "the operator watches all of them",
	"PurgeOperations":     purgers,
	"PurgeBrowsers":       purgers,
	"PurgeSpends":         purgers,
	"PurgeBreakers":       purgers,
	"PurgeRequests":       purgers,
	"WatchSession":        "tells that something changed, not what",
	"Watch":               "tells that something changed, not what",
	"Clock":               "touches no row",
	"Ping":                "touches no row",
	"Close":               "touches no row",
}

var isolationTests = tests{
	"Workspaces_WhenAMethodIsAdded_SayHowItIsBound": func(f *fixture) {
		target := f.victim()
		for method := range reflect.TypeFor[store.Store]().Methods() {
			_, spans := spansWorkspaces[method.Name]
			_, bound := target.intrusions(f)[method.Name]
			require.NotEqual(f.t, spans, bound, "%s must be tried from another workspace, or be listed as spanning them", method.Name)
		}
	},
	"Workspaces_WhenAnotherNamesTheKey_FindNothingAndChangeNothing": func(f *fixture) {
		target := f.victim()
		before := target.snapshot(f)
		for name, intrude := range target.intrusions(f) {
			require.ErrorIs(f.t, intrude(f.t.Context()), store.ErrNotFound, name)
			require.Equal(f.t, before, target.snapshot(f), "after %s", name)
		}
	},
	"Workspaces_WhenBothUseTheSameSessionID_HaveOneEach": func(f *fixture) {
		f.finished("a", session.OperationSucceeded)
		n := promise("session-a", "op_other")
		n.Operation.Workspace = otherWorkspace
		_, err := f.CreateOperation(f.t.Context(), n)
		require.NoError(f.t, err)
		theirs, err := f.GetSession(f.t.Context(), otherWorkspace, project, "session-a")
		require.NoError(f.t, err)
		require.Equal(f.t, session.StatePending, theirs.State)
		_, err = f.DeleteSession(f.t.Context(), otherWorkspace, project, "session-a", now)
		require.NoError(f.t, err)
		state, err := f.StorageState(f.t.Context(), workspace, project, "session-a")
		require.NoError(f.t, err)
		require.Equal(f.t, store.Sealed("sealed state of a"), state)
	},
	"Workspaces_WhenBothHaveTheSameAccountKey_HaveABreakerEach": func(f *fixture) {
		f.open("first", "account", "c1")
		_, err := f.ResetBreaker(f.t.Context(), otherWorkspace, "account", now)
		require.NoError(f.t, err)
		_, err = f.start("second", "account", "c1", now)
		requireBreaker(f, err)
		n := promise("session-b", "op_other")
		n.Operation.Workspace, n.Operation.AccountKey, n.Operation.CredentialKey = otherWorkspace, "account", "c1"
		_, err = f.CreateOperation(f.t.Context(), n)
		require.NoError(f.t, err)
		ref := store.Ref{Workspace: otherWorkspace, Operation: "op_other"}
		_, err = f.BeginOperation(f.t.Context(), write(ref, 1, session.OperationRunning))
		require.NoError(f.t, err)
		granted, err := f.Claim(f.t.Context(), claimFor(ref, f.lent(ref).Epoch))
		require.NoError(f.t, err)
		require.True(f.t, granted)
	},
}

// victim has a row of every kind in the fixture's workspace.
type victim struct {
	session, project  string
	account           string
	waiting, answered store.Ref
	open, done        session.InfoRequest
	lease             store.Lease
	request           store.Request
}

func (f *fixture) victim() victim {
	f.t.Helper()
	_, _, err := f.PutProject(f.t.Context(), sampleProject(workspace, "only-here"), now)
	require.NoError(f.t, err)
	f.finished("proven", session.OperationSucceeded)
	v := victim{session: "session-proven", project: "only-here", account: "account-session-waiting"}
	v.waiting, v.open = f.waiting("waiting")
	v.answered, v.done = f.answered("answered")
	v.lease = f.lent(v.waiting)
	require.Equal(f.t, []bool{true}, f.claims(claimFor(v.waiting, v.lease.Epoch)))
	v.request = store.Request{Key: "request-1", Fingerprint: "print-1"}
	n := promise("session-requested", "op_requested")
	n.Request = v.request
	_, err = f.CreateOperation(f.t.Context(), n)
	require.NoError(f.t, err)
	require.NoError(f.t, f.SaveCapture(f.t.Context(), v.waiting, store.Sealed("candidate"), now))
	require.NoError(f.t, f.SaveAccountMemory(f.t.Context(), workspace, v.account, store.Sealed("memory"), 0, now))
	require.NoError(f.t, f.SaveArtefact(f.t.Context(), artefactOf(v.waiting, "page-1.png")))
	require.NoError(f.t, f.SaveWay(f.t.Context(), workspace, v.project, []byte("way"), now))
	return v
}

// snapshot is what can be read of the victim.
func (v victim) snapshot(f *fixture) []any {
	f.t.Helper()
	ctx := f.t.Context()
	var all []any
	add := func(value any, err error) {
		require.NoError(f.t, err)
		all = append(all, value)
	}
	all = append(all, f.operation(v.waiting), f.operation(v.answered))
	for _, ref := range []store.Ref{v.waiting, v.answered} {
		secrets, err := f.OperationSecrets(ctx, ref)
		add(secrets, err)
	}
	sessions, err := f.ListSessions(ctx, workspace, "")
	add(sessions, err)
	projects, err := f.ListProjects(ctx, workspace)
	add(projects, err)
	state, err := f.StorageState(ctx, workspace, project, v.session)
	add(state, err)
	capture, err := f.Capture(ctx, v.waiting)
	add(capture, err)
	lease, err := f.GetLease(ctx, v.waiting, 1)
	add(lease, err)
	input, err := f.AnswerInput(ctx, v.answered, v.done.ID)
	add(input, err)
	_, open, err := f.GetQuestion(ctx, v.waiting, v.open.ID)
	add(open, err)
	journal, err := f.Journal(ctx, v.waiting, 0)
	add(journal, err)
	memory, _, err := f.AccountMemory(ctx, workspace, v.account)
	add(memory, err)
	artefact, err := f.GetArtefact(ctx, v.waiting, "page-1.png")
	add(artefact, err)
	way, err := f.Way(ctx, workspace, v.project)
	add(way, err)
	return all
}

// found turns a list that should be empty into the error that the other methods give.
func found(n int, err error) error {
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}

// intrusions calls every method that a workspace bounds with the victim's keys and the other workspace.
func (v victim) intrusions(f *fixture) map[string]func(context.Context) error {
	waiting := store.Ref{Workspace: otherWorkspace, Operation: v.waiting.Operation}
	answered := store.Ref{Workspace: otherWorkspace, Operation: v.answered.Operation}
	lease := v.lease
	lease.Ref = waiting
	calls := v.intrudeSessions(f)
	maps.Copy(calls, v.intrudeAccounts(f))
	add := func(name string, call func(context.Context) error) { calls[name] = call }

	add("GetOperation", func(ctx context.Context) error { _, err := f.GetOperation(ctx, waiting); return err })
	add("BeginOperation", func(ctx context.Context) error {
		_, err := f.BeginOperation(ctx, write(waiting, 90, session.OperationRunning))
		return err
	})
	add("AdvanceOperation", func(ctx context.Context) error {
		_, err := f.AdvanceOperation(ctx, write(waiting, 90, session.OperationRunning))
		return err
	})
	add("FinishOperation", func(ctx context.Context) error {
		_, err := f.FinishOperation(ctx, end(waiting, 90, session.OperationFailed))
		return err
	})
	add("RequestCancel", func(ctx context.Context) error { _, err := f.RequestCancel(ctx, waiting, now); return err })
	add("SaveCapture", func(ctx context.Context) error { return f.SaveCapture(ctx, waiting, store.Sealed("planted"), now) })
	add("Capture", func(ctx context.Context) error { _, err := f.Capture(ctx, waiting); return err })
	add("Journal", func(ctx context.Context) error {
		entries, err := f.Journal(ctx, waiting, 0)
		return found(len(entries), err)
	})
	add("MadeRequest", func(ctx context.Context) error {
		_, err := f.MadeRequest(ctx, otherWorkspace, v.request)
		return err
	})
	add("OperationSecrets", func(ctx context.Context) error { _, err := f.OperationSecrets(ctx, waiting); return err })
	add("LastClaim", func(ctx context.Context) error {
		last, err := f.LastClaim(ctx, waiting, lease.Attempt)
		if err == nil && last.IsZero() {
			return store.ErrNotFound
		}
		return err
	})
	add("Claim", func(ctx context.Context) error { _, err := f.Claim(ctx, claimFor(waiting, lease.Epoch)); return err })
	add("AskQuestion", func(ctx context.Context) error {
		_, _, err := f.AskQuestion(ctx, write(waiting, 90, session.OperationWaiting), codeQuestion(waiting, 90))
		return err
	})
	add("AnswerQuestion", func(ctx context.Context) error { return f.AnswerQuestion(ctx, answerTo(waiting, v.open.ID)) })
	add("CloseQuestion", func(ctx context.Context) error { _, err := f.CloseQuestion(ctx, waiting, v.open.ID, now); return err })
	add("GetQuestion", func(ctx context.Context) error { _, _, err := f.GetQuestion(ctx, waiting, v.open.ID); return err })
	add("AnswerInput", func(ctx context.Context) error { _, err := f.AnswerInput(ctx, answered, v.done.ID); return err })
	add("LendPage", func(ctx context.Context) error { _, err := f.LendPage(ctx, lease, 100); return err })
	add("CompleteLease", func(ctx context.Context) error { return f.CompleteLease(ctx, lease) })
	add("AttachLease", func(ctx context.Context) error { _, err := f.AttachLease(ctx, lease); return err })
	add("GetLease", func(ctx context.Context) error { _, err := f.GetLease(ctx, waiting, 1); return err })
	add("ReleaseLease", func(ctx context.Context) error { return f.ReleaseLease(ctx, waiting, 1, after(time.Hour)) })
	return calls
}

// intrudeAccounts tries what belongs to accounts. Another workspace has an account of its own under the same key, so a
// workspace that there is not is tried where a method would make one.
func (v victim) intrudeAccounts(f *fixture) map[string]func(context.Context) error {
	waiting := store.Ref{Workspace: otherWorkspace, Operation: v.waiting.Operation}
	return map[string]func(context.Context) error{
		"BindAccount": func(ctx context.Context) error { return f.BindAccount(ctx, bindingOf(waiting, "stolen", "c9")) },
		"Spend":       func(ctx context.Context) error { _, err := f.Spend(ctx, spendOf(waiting, v.account, "k")); return err },
		"NextCounter": func(ctx context.Context) error {
			_, err := f.NextCounter(ctx, "nowhere", v.account, 0, now)
			return err
		},
		"AccountMemory": func(ctx context.Context) error {
			_, _, err := f.AccountMemory(ctx, otherWorkspace, v.account)
			return err
		},
		"SaveAccountMemory": func(ctx context.Context) error {
			return f.SaveAccountMemory(ctx, "nowhere", v.account, store.Sealed("planted"), 1, now)
		},
		"ResetBreaker": func(ctx context.Context) error {
			wasOpen, err := f.ResetBreaker(ctx, otherWorkspace, v.account, now)
			if wasOpen {
				return err
			}
			return found(0, err)
		},
		"SaveArtefact": func(ctx context.Context) error { return f.SaveArtefact(ctx, artefactOf(waiting, "page-1.png")) },
		"GetArtefact":  func(ctx context.Context) error { _, err := f.GetArtefact(ctx, waiting, "page-1.png"); return err },
		"ListArtefacts": func(ctx context.Context) error {
			all, err := f.ListArtefacts(ctx, waiting)
			return found(len(all), err)
		},
		"SaveWay": func(ctx context.Context) error {
			return f.SaveWay(ctx, otherWorkspace, v.project, []byte("planted"), now)
		},
		"Way":     func(ctx context.Context) error { _, err := f.Way(ctx, otherWorkspace, v.project); return err },
		"DropWay": func(ctx context.Context) error { return found(0, f.DropWay(ctx, otherWorkspace, v.project)) },
	}
}

func (v victim) intrudeSessions(f *fixture) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"PutProject": func(ctx context.Context) error { // the same name is another project there, so a third workspace is tried
			_, _, err := f.PutProject(ctx, sampleProject("nowhere", v.project), now)
			return err
		},
		"GetProject": func(ctx context.Context) error { _, err := f.GetProject(ctx, otherWorkspace, v.project); return err },
		"ListProjects": func(ctx context.Context) error {
			projects, err := f.ListProjects(ctx, otherWorkspace)
			return found(len(projects)-1, err) // the fixture's own
		},
		"DeleteProject": func(ctx context.Context) error { return f.DeleteProject(ctx, otherWorkspace, v.project) },
		"GetSession": func(ctx context.Context) error {
			_, err := f.GetSession(ctx, otherWorkspace, project, v.session)
			return err
		},
		"ListSessions": func(ctx context.Context) error {
			sessions, err := f.ListSessions(ctx, otherWorkspace, "")
			return found(len(sessions), err)
		},
		"StorageState": func(ctx context.Context) error {
			_, err := f.StorageState(ctx, otherWorkspace, project, v.session)
			return err
		},
		"DeleteSession": func(ctx context.Context) error {
			_, err := f.DeleteSession(ctx, otherWorkspace, project, "session-waiting", now)
			return err
		},
		"CreateOperation": func(ctx context.Context) error {
			n := promise("session-new", "op_new")
			n.Operation.Workspace, n.Operation.Project = otherWorkspace, v.project
			_, err := f.CreateOperation(ctx, n)
			return err
		},
		"ListOperations": func(ctx context.Context) error {
			ops, _, err := f.ListOperations(ctx, store.OperationQuery{Workspace: otherWorkspace})
			return found(len(ops), err)
		},
	}
}
