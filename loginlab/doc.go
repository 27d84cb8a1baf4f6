// Package loginlab serves login pages of every kind as an http.Handler: the corpus for tests,
// demo, benchmarks and for anybody who wants to run another tool against it.
//
//	           one origin                                  a second origin
//	/                        the list, for people          identity providers, frames
//	/lab/manifest            the list, as JSON             and popups that sites trust,
//	/lab/account, messages,                                and the hostile side of
//	     approve, events,                                  those that nobody should
//	     reset               what a tool needs
//	/s/<site>/login  →  …/step  →  …/account               /s/<site>/…
//	      every request ──▶ searched for secrets ──▶ Event (page_view … login, leak)
//
// docs/lab.md says what each address and each field of the manifest is, and how any other tool is run against it. Where to
// find things:
//
//	corpus.go manifest.go account.go control.go  what a tool is told
//	grid.go pairwise.go                          which combinations there are: every pair that makes sense
//	topology.go factor.go nuisance.go language.go  the dimensions
//	variant*.go passage.go httpbasic.go          the generated sites at work: one handler per page, a login is data
//	scene*.go skin.go skins/ phrases*            what a page is for; the HTML it becomes; the words it says
//	refusal.go hostile*.go nasty.go              the sites that let nobody in, that steal, and that break browsers
//	site.go flow.go password.go code.go spa.go … the basic sites, each with pages of its own
//	surface.go carrier.go secretscan.go event.go what is recorded
//
// All sites share the origin of the server; each lives under its own path /s/<site>/, and so do
// its cookies. The sites that need a second origin are served when Options.OtherOrigin says where
// Lab.OtherHandler listens. Browsers keep cookies per host, not per port, so use two host names.
//
// Any user name is an account, so that logins can be repeated and run side by side. Every account has the lab's one password
// and one TOTP key; backup codes, answers and passkeys are derived from these, the site and the user name. Nothing is
// stored per account but what was used up.
//
// The lab searches every request that arrives, at both origins, for the secrets it knows, and
// records a leak when one arrives anywhere but in the field that is meant for it. Events hold
// names and outcomes, never a value that was submitted in place of a secret.
//
// The package imports the standard library only, and nothing else of Anteroom.
package loginlab
