// Package contract is api/openapi.yaml in Go: the types of requests and responses and the handlers that a server must
// have (generated), and how the domain's values become them.
//
// The package imports session, Gin and oapi-codegen's runtime.
package contract
