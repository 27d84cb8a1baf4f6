// Package session is the domain of Anteroom: what a session, an operation, a
// question and an answer are, which states they go through, and which failures
// there are. It holds data and rules, no behaviour that reaches outside.
//
//	workspace ▸ project ▸ session ▸ operation ▸ info request ▸ answer
//
// The package imports the standard library only, and nothing else of Anteroom.
package session
