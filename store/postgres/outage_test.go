package postgres_test

import (
	"context"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/store"
)

// lonely is a server of one test, which may kill it.
func lonely(t *testing.T) *server {
	t.Helper()
	s, err := newServer(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, s.Start())
	t.Cleanup(func() { s.Stop(syscall.SIGINT) })
	return s
}

func TestWrite_WhenTheServerRestarts_IsWaitedOut(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"stopped": syscall.SIGINT, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := lonely(t)
			db := open(t, s.migrated(t))
			ref := begun(t, db, "op_1")
			s.Stop(signal)
			require.ErrorIs(t, db.Ping(t.Context()), store.ErrUnavailable, "who asks for health is told at once")
			written := make(chan error, 1)
			read := make(chan error, 1)
			go func() {
				_, err := db.AdvanceOperation(t.Context(), advance(ref, 2))
				written <- err
			}()
			go func() {
				_, err := db.GetOperation(t.Context(), ref)
				read <- err
			}()
			require.NoError(t, s.Start())
			require.NoError(t, <-written)
			require.NoError(t, <-read)
			op, err := db.GetOperation(t.Context(), ref)
			require.NoError(t, err)
			require.Equal(t, int64(2), op.Seq)

			changed, stop := db.Watch(ref.Operation)
			defer stop()
			select {
			case <-changed: // looked again after the loss
			case <-time.After(10 * time.Second):
				require.Fail(t, "the watcher was not woken")
			}
		})
	}
}

// calls are one of each way in which the store asks the database.
func calls(db store.Store, ref store.Ref) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"write": func(ctx context.Context) error {
			_, err := db.AdvanceOperation(ctx, advance(ref, 2))
			return err
		},
		"poll": func(ctx context.Context) error {
			_, err := db.GetOperation(ctx, ref)
			return err
		},
		"list": func(ctx context.Context) error {
			_, err := db.ListProjects(ctx, ref.Workspace)
			return err
		},
		"ping": db.Ping,
	}
}

// requireUnavailable makes each call many times at once, more than there are connections, and wants each to be told soon.
func requireUnavailable(t *testing.T, db store.Store, ref store.Ref) {
	t.Helper()
	const patience, callers = 500 * time.Millisecond, 40
	for name, call := range calls(db, ref) {
		errs := make([]error, callers)
		began := time.Now()
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				ctx := store.WithPatience(t.Context(), patience)
				if i%2 == 0 { // a caller's deadline counts as well
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(t.Context(), patience)
					defer cancel()
				}
				errs[i] = call(ctx)
			})
		}
		all.Wait()
		require.Less(t, time.Since(began), 5*time.Second, name)
		for _, err := range errs {
			require.ErrorIs(t, err, store.ErrUnavailable, name)
			require.NotErrorIs(t, err, context.DeadlineExceeded, name)
		}
	}
}

func TestCalls_WhenTheServerRefusesConnections_AreUnavailableInTime(t *testing.T) {
	t.Parallel()
	s := lonely(t)
	db := open(t, s.migrated(t))
	ref := begun(t, db, "op_1")
	s.Stop(syscall.SIGINT)
	requireUnavailable(t, db, ref)
	require.NoError(t, s.Start(), "so that it can be stopped")
}

func TestCalls_WhenTheServerHangs_AreUnavailableInTime(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	db := open(t, p.url(shared.migrated(t)))
	ref := begun(t, db, "op_1")
	p.hang()
	requireUnavailable(t, db, ref)
	p.goOn()
	require.Eventually(t, func() bool { return db.Ping(t.Context()) == nil }, 10*time.Second, 10*time.Millisecond)
}

// What a server says while it starts up or shuts down, and to one caller too many.
func TestCalls_WhenTheServerServesNobodyNow_AreUnavailable(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"57P03", "57P01", "53300", "08006"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			p := newProxy(t)
			db := open(t, p.url(shared.migrated(t)))
			ref := begun(t, db, "op_1")
			p.refuse(code)
			requireUnavailable(t, db, ref)
			p.goOn()
			for name, call := range calls(db, ref) {
				require.NoError(t, call(t.Context()), name)
			}
		})
	}
}

func TestCalls_WhenTheCallerGoes_EndWithItsOwnError(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	db := open(t, p.url(shared.migrated(t)))
	ref := begun(t, db, "op_1")
	p.hang()
	for name, call := range calls(db, ref) {
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(50*time.Millisecond, cancel)
		err := call(ctx)
		require.ErrorIs(t, err, context.Canceled, name)
		require.NotErrorIs(t, err, store.ErrUnavailable, name)
		require.False(t, timer.Stop())
	}
}

// A connection that breaks at the commit leaves open whether it happened. Either way the call succeeds, and takes effect once.
func TestWrite_WhenTheConnectionBreaksAtTheCommit_TakesEffectOnce(t *testing.T) {
	t.Parallel()
	for name, arrives := range map[string]bool{"before the server saw it": false, "before the answer came back": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProxy(t)
			url := shared.migrated(t)
			db, beside := open(t, p.url(url)), open(t, url)
			ref := begun(t, db, "op_1")
			require.NoError(t, db.RegisterBrowser(t.Context(), store.Browser{ID: "br_1", StartedAt: start}))
			lease, err := db.LendPage(t.Context(), store.Lease{Ref: ref, Attempt: 1, BrowserID: "br_1", LentAt: start}, 1)
			require.NoError(t, err)

			p.breakAtCommit(arrives)
			lease, err = db.AttachLease(t.Context(), lease)
			require.NoError(t, err)
			require.Equal(t, int64(2), lease.Epoch)
			require.True(t, p.broke())

			claim := store.Claim{Ref: ref, Attempt: 1, Step: "submit", Key: "credentials", Epoch: 2, At: start}
			p.breakAtCommit(arrives)
			granted, err := db.Claim(t.Context(), claim)
			require.NoError(t, err)
			require.True(t, granted, "the call that took the claim is told so")
			require.True(t, p.broke())
			granted, err = beside.Claim(t.Context(), claim)
			require.NoError(t, err)
			require.False(t, granted, "and nobody else")

			p.breakAtCommit(arrives)
			_, err = db.AdvanceOperation(t.Context(), advance(ref, 2))
			require.NoError(t, err)
			require.True(t, p.broke())
		})
	}
}

func TestWatch_WhenItsConnectionGoesSilent_HearsOnAnother(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	url := shared.migrated(t)
	here, there := open(t, url), open(t, p.url(url))
	ref := begun(t, here, "op_1")
	p.freeze()
	changed, stop := there.Watch(ref.Operation)
	defer stop()
	seq := int64(1)
	require.Eventually(t, func() bool {
		<-changed // looked, as it does every second
		seq++
		_, err := here.AdvanceOperation(t.Context(), advance(ref, seq))
		require.NoError(t, err)
		select {
		case <-changed:
			return true
		case <-time.After(100 * time.Millisecond):
			return false
		}
	}, 30*time.Second, time.Millisecond)
}
