package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"syscall"
	"time"
)

// DefaultSuspendAfter is how long a page is frozen before its processes are stopped. Chromium gives back memory of a page for some
// seconds after it was frozen: 2 MB of each, which would stay otherwise.
const DefaultSuspendAfter = 20 * time.Second

// suspension asks for the processes of a frozen page to be stopped.
type suspension struct {
	Context   string `json:"context"`
	Renderers []int  `json:"renderers"`
}

// postSuspension takes the wish and answers; the processes are stopped later.
func (k *Keeper) postSuspension(w http.ResponseWriter, r *http.Request) error {
	b := k.find(r.PathValue("id"))
	if b == nil {
		return ErrBrowserLost
	}
	var in suspension
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return errors.New("the request is not understood")
	}
	processes, err := b.mux.renderers(r.Context(), in.Renderers)
	if err != nil {
		return err
	}
	k.workers.Go(func() { k.suspendLater(b, in.Context, processes) }) //nolint:contextcheck // whoever asked need not wait
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// suspendLater suspends a page that is still frozen then.
func (k *Keeper) suspendLater(b *keptBrowser, contextID string, processes []*os.Process) {
	since := b.mux.frozenSince(contextID)
	select {
	case <-k.life.Done():
	case <-b.mux.lost:
	case <-time.After(k.o.SuspendAfter):
		ctx, cancel := context.WithTimeout(k.life, stateTimeout)
		defer cancel()
		err := b.mux.suspend(ctx, contextID, since, processes)
		if err == nil {
			return
		}
		k.logger.Debug("a frozen page was not suspended", "browser", b.ID, "reason", err)
	}
	release(processes)
}

// renderers are the processes with these ids, if all of them render pages of the browser. Let go of them by release.
func (m *multiplexer) renderers(ctx context.Context, pids []int) ([]*os.Process, error) {
	processes, err := handles(pids)
	if err == nil {
		err = m.areRenderers(ctx, pids)
	}
	if err != nil {
		release(processes)
		return nil, err
	}
	return processes, nil
}

// frozenSince is when the page of a browser context was frozen; zero if it is not.
func (m *multiplexer) frozenSince(contextID string) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.contexts[contextID]; c != nil {
		return c.frozen
	}
	return time.Time{}
}

// Why a page is not suspended.
var (
	errInUse   = errors.New("it is in use")
	errWorkers = errors.New("it has a service worker or a shared worker, which go on")
)

// suspend stops (SIGSTOP) the processes that render the page of a browser context, if it was frozen since then. Whatever needs them
// continues them first: each command to a session of the context, or that names the context, a page of it or such a session, and
// each attachment. A browser that ends kills them, stopped or not. Errors: errInUse, errWorkers, or of the processes.
func (m *multiplexer) suspend(ctx context.Context, contextID string, since time.Time, processes []*os.Process) error {
	if err := m.hasNoWorkers(ctx, contextID); err != nil {
		return err
	}
	return m.stop(contextID, since, processes)
}

// handles are taken before it is looked what the processes are: their ids may be used again.
func handles(pids []int) ([]*os.Process, error) {
	processes := make([]*os.Process, 0, len(pids))
	for _, pid := range pids {
		if pid <= 1 {
			return processes, fmt.Errorf("suspend process %d: it renders nothing", pid)
		}
		p, err := os.FindProcess(pid)
		if err != nil {
			return processes, fmt.Errorf("suspend process %d: %w", pid, err)
		}
		processes = append(processes, p)
	}
	return processes, nil
}

// areRenderers fails unless the browser says that it renders pages in all of these processes.
func (m *multiplexer) areRenderers(ctx context.Context, pids []int) error {
	var list struct {
		ProcessInfo []struct {
			Type string `json:"type"`
			ID   int    `json:"id"`
		} `json:"processInfo"`
	}
	if err := m.call(ctx, "SystemInfo.getProcessInfo", struct{}{}, &list); err != nil {
		return err
	}
	renderers := map[int]bool{}
	for _, p := range list.ProcessInfo {
		renderers[p.ID] = p.Type == "renderer"
	}
	for _, pid := range pids {
		if !renderers[pid] {
			return fmt.Errorf("suspend process %d: it is no renderer of this browser", pid)
		}
	}
	return nil
}

// hasNoWorkers fails with errWorkers where a service worker or a shared one runs: freezing a page does not stop them either.
func (m *multiplexer) hasNoWorkers(ctx context.Context, contextID string) error {
	type filter struct {
		Type string `json:"type"`
	}
	params := struct {
		Filter []filter `json:"filter"` // by itself it is that of followPages
	}{[]filter{{"service_worker"}, {"shared_worker"}}}
	var list struct {
		TargetInfos []struct {
			BrowserContextID string `json:"browserContextId"`
		} `json:"targetInfos"`
	}
	if err := m.call(ctx, "Target.getTargets", params, &list); err != nil {
		return err
	}
	for _, t := range list.TargetInfos {
		if t.BrowserContextID == contextID {
			return errWorkers
		}
	}
	return nil
}

// stop stops the processes unless anything was done with their browser context since its page was frozen.
func (m *multiplexer) stop(contextID string, since time.Time, processes []*os.Process) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.contexts[contextID]
	if c == nil || since.IsZero() || !c.frozen.Equal(since) || c.suspended != nil || m.isBusy(contextID) || m.areOthers(processes) {
		return errInUse
	}
	for i, p := range processes {
		if err := p.Signal(syscall.SIGSTOP); err != nil {
			proceed(processes[:i])
			return fmt.Errorf("suspend process %d: %w", p.Pid, err)
		}
	}
	c.suspended = processes
	m.suspensions++
	return nil
}

// isBusy reports that a command to a page of the context has no answer yet. Call it with mu held.
func (m *multiplexer) isBusy(contextID string) bool {
	for _, s := range m.sessions {
		if s.context == contextID && s.outstanding > 0 {
			return true
		}
	}
	return false
}

// areOthers reports that one of the processes is suspended for another context already: then whoever named it was wrong. Call it
// with mu held.
func (m *multiplexer) areOthers(processes []*os.Process) bool {
	for _, c := range m.contexts {
		for _, p := range c.suspended {
			if slices.ContainsFunc(processes, func(other *os.Process) bool { return other.Pid == p.Pid }) {
				return true
			}
		}
	}
	return false
}

// proceed continues processes that were stopped. They may be gone.
func proceed(processes []*os.Process) {
	for _, p := range processes {
		_ = p.Signal(syscall.SIGCONT)
	}
}

// release lets go of processes, and leaves them as they are.
func release(processes []*os.Process) {
	for _, p := range processes {
		_ = p.Release()
	}
}

// resume continues the processes of a context; nil is none. Call it with mu held.
func (m *multiplexer) resume(c *keptContext) {
	if c == nil || c.suspended == nil {
		return
	}
	proceed(c.suspended)
	release(c.suspended)
	c.suspended = nil
	m.suspensions--
}

// resumeFor continues what a client's command concerns, before it is sent on. Call it with mu held.
func (m *multiplexer) resumeFor(s *muxSession, msg []byte) {
	if m.suspensions == 0 {
		return
	}
	if s.parent != "" {
		m.resume(m.contexts[s.context])
	}
	var named struct {
		Params struct {
			BrowserContextID string `json:"browserContextId"`
			TargetID         string `json:"targetId"`
			SessionID        string `json:"sessionId"`
		} `json:"params"`
	}
	if s.parent != "" || json.Unmarshal(msg, &named) != nil {
		return
	}
	m.resume(m.contexts[named.Params.BrowserContextID])
	m.resume(m.contexts[m.pages[named.Params.TargetID]])
	if of := m.sessions[named.Params.SessionID]; of != nil {
		m.resume(m.contexts[of.context])
	}
}
