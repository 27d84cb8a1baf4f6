package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
)

const (
	// memoryTries is how often a change of an account's memory is tried anew because another one came between.
	memoryTries = 5
	// memoryTimeout bounds remembering counters after the execution that used them was stopped.
	memoryTimeout = 10 * time.Second
	// lostUses is how often a passkey may have been used on a page that was lost with its counter. Counters may skip.
	lostUses = 16
)

// bind ties the operation to the account that a person named, before anything is submitted for it. The failure says why the
// account may not be used now.
func (p *Pages) bind(ctx context.Context, j *job, parameters login.Parameters) (*session.Failure, error) {
	told := map[string]session.Secret{}
	for _, name := range parameters.Names() {
		told[name], _ = parameters.Get(name)
	}
	b := store.AccountBinding{
		Ref:           store.Ref{Workspace: j.op.Workspace, Operation: j.op.ID},
		AccountKey:    session.AccountKey(p.Vault, j.op.Workspace, j.op.Project, told),
		CredentialKey: session.CredentialKey(p.Vault, j.op.Workspace, j.op.Project, told),
		At:            p.Now(),
	}
	if b.AccountKey == "" || (b.AccountKey == j.op.AccountKey && b.CredentialKey == j.op.CredentialKey) {
		return nil, nil //nolint:nilnil // nothing to be bound
	}
	err := p.Store.BindAccount(ctx, b)
	if busy, ok := errors.AsType[*store.AccountBusyError](err); ok {
		return accountBusy(busy), nil
	}
	if open, ok := errors.AsType[*store.BreakerOpenError](err); ok {
		return breakerFailure(open), nil
	}
	if err == nil {
		j.op.AccountKey, j.op.CredentialKey = b.AccountKey, b.CredentialKey
	}
	return nil, err
}

func accountBusy(busy *store.AccountBusyError) *session.Failure {
	return session.NewFailure(session.FailureNeedsUser, "account_busy",
		"operation "+busy.OperationID+" is logging in with the same account; wait for its end or cancel it, then start this login again")
}

// accountMemory is what is remembered of an account between its operations.
type accountMemory struct {
	// SignCounts are the highest known counters of passkeys, by credential id.
	SignCounts map[string]int64 `json:"signCounts"`
}

// raise takes the higher counters and reports whether there were any.
func (m *accountMemory) raise(keys []session.Passkey) bool {
	raised := false
	for _, key := range keys {
		if known, ok := m.SignCounts[key.CredentialID]; ok && known >= key.SignCount {
			continue
		}
		if m.SignCounts == nil {
			m.SignCounts = map[string]int64{}
		}
		m.SignCounts[key.CredentialID], raised = key.SignCount, true
	}
	return raised
}

// memory returns the account's memory and its version; an empty one of version 0 when there is none.
func (p *Pages) memory(ctx context.Context, op *session.Operation) (accountMemory, int64, error) {
	var m accountMemory
	sealed, version, err := p.Store.AccountMemory(ctx, op.Workspace, op.AccountKey)
	if errors.Is(err, store.ErrNotFound) {
		return m, 0, nil
	}
	if err != nil {
		return m, 0, err
	}
	return m, version, p.Vault.OpenJSON(sealed, vault.AccountMemoryOf(op.Workspace, op.AccountKey), &m)
}

// nextSignCount is the counter that a passkey goes on from: what the caller gave, or the account remembers, if that is more.
// A page before this attempt's may have used it without leaving a record.
func (p *Pages) nextSignCount(ctx context.Context, op *session.Operation, key session.Passkey, attempt int) (int64, error) {
	count := key.SignCount
	if op.AccountKey != "" {
		m, _, err := p.memory(ctx, op)
		if err != nil {
			return 0, fmt.Errorf("read the passkey's counter: %w", err)
		}
		count = max(count, m.SignCounts[key.CredentialID])
	}
	return count + int64(attempt-1)*lostUses, nil
}

// rememberPasskeys keeps the counters of the page's passkeys: a site may refuse one that does not grow.
func (p *Pages) rememberPasskeys(ctx context.Context, lent *lentPage, op *session.Operation) error {
	if !lent.hasPasskeys || op.AccountKey == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, memoryTimeout)
	defer cancel()
	keys, err := lent.page.Passkeys(ctx)
	if err != nil {
		return fmt.Errorf("read the page's passkeys: %w", err)
	}
	for range memoryTries {
		if err = p.raiseSignCounts(ctx, op, keys); !errors.Is(err, store.ErrVersion) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("remember the passkeys' counters: %w", err)
	}
	return nil
}

func (p *Pages) raiseSignCounts(ctx context.Context, op *session.Operation, keys []session.Passkey) error {
	m, version, err := p.memory(ctx, op)
	if err != nil || !m.raise(keys) {
		return err
	}
	sealed, err := p.Vault.SealJSON(m, vault.AccountMemoryOf(op.Workspace, op.AccountKey))
	if err != nil {
		return err
	}
	return p.Store.SaveAccountMemory(ctx, op.Workspace, op.AccountKey, sealed, version, p.Now())
}
