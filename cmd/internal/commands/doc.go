// Package commands holds the commands of both binaries. Those that run a process live beside those that speak to one over
// HTTP; the standalone binary adds what needs the Temporal server in its own process.
package commands
