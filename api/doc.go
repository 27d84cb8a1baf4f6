// Package api is Anteroom's HTTP API. openapi.yaml is its source; api/contract is generated from it.
//
//	request ─▶ request id ─▶ access log ─▶ errors ─▶ recovery ─▶ guards (origin, key, body size) ─▶ handler
//	                                         │                                                     │
//	                                         └── the only writer of error bodies ◀── c.Error ──────┘
//	handlers: native resources here, auth-sessions in api/intuned; both over api/service
//
// The package is stateless: everything is in the store, and [Engine] drives what the store promises.
//
// The packages below api import session, store, each other, Gin and oapi-codegen's runtime; never chromedp or Temporal.
package api

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi-codegen.yaml openapi.yaml
