// Package store is Anteroom's own database, beside Temporal's: what callers read, and the
// guards that make concurrent and repeated work harmless.
//
// [Store] is one interface; a driver implements it (SQLite in store/sqlite), and
// storetest.Run is the one conformance suite that every driver passes. Every row carries
// its workspace and every lookup names one, so that no key reaches another workspace's rows.
//
// The rules that every driver keeps:
//
//   - A transition that a workflow writes names its run and a sequence number. A write with a
//     smaller number than the row's has no effect; a repeat of the same write is harmless.
//   - A final operation never changes again.
//   - The first expiresAt written for a question wins.
//   - Exactly one answer is accepted per question; the same statement that accepts it hides the question.
//   - One operation of an account is live; a second one is refused when it is created or bound to the account.
//   - A breaker refuses the credentials for which it opened, each of them, until a success, a person or (a lockout's) its
//     cool-down closes it; it is asked when an operation is created, when it is bound to an account, and at each claim.
//   - What an account spent stays spent; its counters only rise. Both outlive operations and sessions.
//   - A claim is granted once per operation, attempt, step and key; breaker and lease are
//     checked in the same statement.
//   - A lease's epoch is raised by compare-and-set; acts name the epoch they attached with.
//
// Values that are secret arrive sealed (see vault) and leave sealed.
//
// The package imports session; never Temporal, Gin or chromedp.
package store
