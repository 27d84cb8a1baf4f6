// Package embedded runs a Temporal server and its web UI inside this process, on a
// SQLite file or on PostgreSQL, for the standalone binary.
//
//	Start ─▶ database (lock, schema) ─▶ namespace
//	      ─▶ Temporal: frontend · history · matching · worker, all on loopback
//	      ─▶ frontend healthy ─▶ retention, search attributes ─▶ UI ─▶ *Server
//
// [Start] returns a server that is ready for workers and clients, or a [StartError]
// whose text is one sentence for the person who started it. On SQLite the data directory holds
//
//	temporal.db    Temporal's own database; nothing else may open it
//	temporal.json  what must not change or must be known about it: see meta
//	temporal.lock  held while a process uses the directory
//
// # On PostgreSQL
//
// Version 12 or newer. Two databases are this server's alone: the one that Options.Store names, and one with "_visibility" after
// its name. An advisory lock on the first keeps a second process away; it needs a session of its own, so a pooler between
// must not share sessions (PgBouncer: pool_mode = session). Temporal's own schema tool makes and upgrades the tables at the start;
// cluster id and number of shards are Temporal's own rows. While PostgreSQL is away the server stays up and refuses what it
// cannot keep; it goes on within a second or two of its return. Up to 80 connections, about 20 when idle.
//
// # One per process
//
// Temporal's SQLite plugin keeps its connections for the life of the process, and the
// SDK's sticky cache is global: a process runs one Server at a time, and a data
// directory that was used must not be deleted and made again within one process. After
// [Server.Stop] ports, lock and this package's goroutines are gone; Temporal itself keeps
// its connection to the file and about 110 idle goroutines until the process ends.
//
// # Who may reach it
//
// Frontend and UI listen on 127.0.0.0/8 only and ask nobody who they are: every user of
// this machine can reach them. Workflow payloads must therefore be sealed by the client.
// Nothing is sent anywhere: Temporal's version check and the UI's news are off.
//
// # Imports
//
// Temporal's server, UI, API and SDK, and the standard library; nothing else of
// Anteroom, never Gin or chromedp. One binary only imports this package, because it
// costs minutes of compiling and more than 100 MB of binary.
//
// # Tests
//
// The tests start real servers and link all of Temporal, so they carry the build tag
// temporal and stay out of the unit-test stage:
//
//	go test -tags temporal ./embedded/
package embedded
