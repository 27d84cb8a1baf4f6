// Package e2e holds black-box tests over HTTP: our own binaries, a real Chromium and a real Temporal server.
//
//	test process                              processes of ours
//	loginlab (a site per test) ◀──────────── Chromium ◀─ anteroom serve (race detector on)
//	client, net/http ──────────────────────────────────▶      │
//	Temporal's client (histories) ──▶ anteroom-standalone temporal
//
// Tests that kill or stop a process start one of their own: anteroom-standalone up. Run them with the build tag e2e; with
// the environment variable SITES also against the applications of that folder (see sites_test.go). What kills at random, by a plan
// that a seed makes, is in chaos_*_test.go and harness_chaos_*_test.go; see docs/chaos.md.
//
// The package may import client, session and loginlab; the tests that play a worker (crash), read sealed histories (secrets) or look
// for what is left behind (chaos) import what they need of the other rooms.
package e2e
