package store

import (
	"context"
	"time"
)

// LockoutCoolDown is how long the breaker of a lockout stays open: most sites unlock an account after 15 minutes. The breaker
// of refused credentials never closes by itself.
const LockoutCoolDown = 15 * time.Minute

// Accounts holds what must be known of an account across its operations, by its key. Operations without an account key (no
// user name is known yet) have none of it.
type Accounts interface {
	// BindAccount names the account of a live operation, once a person told the user name or other credentials. A repeat is
	// harmless; without an account key the operation keeps the account that it has. Errors: *AccountBusyError when another live
	// operation uses the account, *BreakerOpenError when its breaker refuses the credentials, ErrOperationOver.
	BindAccount(ctx context.Context, b AccountBinding) error
	// Spend inserts (account, kind, key) and reports whether it was new: what is spent is never used again. Without an account
	// key the operation itself stands for the account.
	Spend(ctx context.Context, s Spend) (granted bool, err error)
	// NextCounter takes the account's next counter that is at least from; no two calls return the same. ErrNotFound without an
	// account key, which has no memory either.
	NextCounter(ctx context.Context, workspace, accountKey string, from int64, at time.Time) (int64, error)
	// AccountMemory returns the sealed memory of the account and its version; ErrNotFound when there is none.
	AccountMemory(ctx context.Context, workspace, accountKey string) (Sealed, int64, error)
	// SaveAccountMemory replaces the memory of this version (0 for none yet); ErrVersion when it changed meanwhile.
	SaveAccountMemory(ctx context.Context, workspace, accountKey string, memory Sealed, version int64, at time.Time) error
	// ResetBreaker closes the account's breakers, on behalf of a person; it reports whether one was still open at this time.
	ResetBreaker(ctx context.Context, workspace, accountKey string, at time.Time) (wasOpen bool, err error)
}

// AccountBinding ties an operation to an account.
type AccountBinding struct {
	Ref
	AccountKey    string
	CredentialKey string
	At            time.Time
}

// Spend is something that an account uses once.
type Spend struct {
	Ref
	AccountKey string
	Kind       string
	Key        string
	At         time.Time
}
