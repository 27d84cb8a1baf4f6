// Package activities is what workflows ask of the world: writes to the store (records), work on a page (page), capturing
// and proving a session (capture).
//
// Activities run at least once. Writes carry the sequence number of the workflow; what must happen at most once on a page
// is claimed in the store first; every act on a page checks that nobody else attached to it since.
//
// The package never imports Gin.
package activities
