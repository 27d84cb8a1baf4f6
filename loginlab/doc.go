// Package loginlab serves login pages of every kind as an http.Handler: the corpus for tests,
// demo, benchmarks and for anybody who wants to run another tool against it.
//
//	           one origin                                  a second origin
//	/                        the list, for people          (a second listener)
//	/lab/manifest            the list, as JSON             /s/<site>/…  the hostile side
//	/lab/events              what arrived, as JSON
//	/s/<site>/login  →  …/password  →  …/code  →  …/account  →  …/logout
//	      every request ──▶ searched for secrets ──▶ Event (page_view … login, leak)
//
// All sites share the origin of the server; each lives under its own path /s/<site>/, and so do
// its cookies. The sites that need a second origin (hostile ones, today) are served when
// Options.OtherOrigin says where Lab.OtherHandler listens. Browsers keep cookies per host, not
// per port, so use two host names when a test is about cookies between the origins.
//
// Any user name is an account. Every account has the lab's one password and one TOTP secret.
// The lab searches every request that arrives, at both origins, for the secrets it knows, and
// records a leak when one arrives anywhere but in the field that is meant for it. Events hold
// names and outcomes, never a value that was submitted in place of a secret.
//
// The package imports the standard library only, and nothing else of Anteroom.
package loginlab
