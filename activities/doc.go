// Package activities is what workflows ask of the world: writes to the store (records), opening a page and work on it
// (openpage, advance), watching a page that may go on by itself (watch), capturing and proving a session (capture, prove),
// and what an account and a project keep from one login to the next (accounts, ways).
//
// Activities run at least once. Writes carry the sequence number of the workflow; what must happen at most once on a page
// is claimed in the store first; every act on a page checks that nobody else attached to it since.
//
// The package never imports Gin.
package activities
