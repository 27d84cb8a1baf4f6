// Package workflows is the story of a login, as Temporal runs it: deterministic, without a browser, a database or a clock
// of its own.
//
//	begin ─▶ open page and advance ─▶ logged in, captured ─▶ prove ─▶ finish
//	              ▲          │  ▲
//	              │          ▼  │ answer (signal "resume"), or the page went on by itself (watch)
//	    browser lost, once   ask ── deadline ─▶ expired
//
// A step is a round trip over the server, of some ten milliseconds. So the step that opens a page also begins the login on it,
// and the one that finds the page logged in captures it: each may leave the rest to a step of its own, which has its own
// tries. The proof is a step apart, since it is tried again without touching the login's page.
//
// A workflow drives, the store tells: at every transition a local activity writes the new state, guarded by a sequence
// number, so that a repeat is harmless. Nothing that a workflow receives, keeps or returns holds a secret: parameters,
// answers and captured states lie sealed in the store and are referred to by id.
//
// The package holds the names and the in and out types of the activities it calls. It imports session and Temporal's
// workflow API; never activities, browser, store, net/http, database/sql or os.
package workflows
