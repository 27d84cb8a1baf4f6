// Package intuned speaks the vocabulary of Intuned's client SDKs (project.authSessions: create.start, create.result,
// create.resume, all, one, delete) over the use cases of api/service, plus a path for the session's storage state.
//
// It serves every generation of the SDK that has resume (0.3.x and the one before it) with one shape: both names of the
// start's id and display name, both spellings of the question's id, the four statuses, and an error body that all of them parse.
// Fields beyond the contract are additions that the SDKs drop.
//
// The package imports session, api/service, api/contract, api/jsonbody and Gin.
package intuned
