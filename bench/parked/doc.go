// Command parked measures what logins cost that wait for a person's code, and how soon they go on: it parks them at the code page
// of the lab, in a standalone Anteroom with its browser process, waits until their pages are frozen, and answers them.
//
//	go run ./bench/parked -n 100
//
// It prints a table: memory per parked login (PSS of the whole tree of processes, less what it was with none, after logins had
// warmed it up), CPU of the tree with none and with all of them, and the time from the moment that the API had accepted an answer
// to the moment that the code arrived at the site, which is later than when it was typed: first one by one, then all others at
// once. It needs bin/anteroom-standalone (make build) and a headless shell, and takes about five minutes.
package main
