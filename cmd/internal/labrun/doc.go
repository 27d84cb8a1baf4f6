// Package labrun logs in to the sites of a login lab and judges what came of it:
//
//	manifest ▸ Case ▸ Driver (a running Anteroom, or the engine in this process) ▸ End ┐
//	                    └─ Person answers questions, as the manifest says                ├▸ Judge ▸ Result ▸ Report ▸ tables
//	events of the lab ──────────────────────────────────────────────────────────────────┘
//
// What the engine says is never believed alone: a login counts when the lab has a session of that user, and every secret that
// the lab saw where it must not be counts against it. A third of the corpus is held out: of its sites only counts are shown.
//
// The package may import anything but embedded.
package labrun
