// Package client is the Go client of Anteroom's HTTP API. The command line and the end-to-end tests use it.
//
//	c, err := client.New("http://127.0.0.1:8080", key, nil)
//	done, err := c.Login(ctx, "demo", client.StartRequest{Parameters: parameters}, askOnTheTerminal)
//	state, err := c.StorageState(ctx, "demo", done.SessionID)
//
// Calls are repeated while the service answers 503 with Retry-After, or breaks the connection off, for up to DefaultPatience: every
// call of this package is harmless to repeat. See [Client.WithPatience].
//
// Of ours the package imports session only.
package client
