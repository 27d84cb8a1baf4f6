// Package process assembles the parts of Anteroom that run in one process, and owns their lives:
//
//	data directory ▸ vault ▸ store ▸ Temporal (in process, or an address) ▸ workers, browsers, reconciler ▸ API
//
// Parts start in this order and stop in the opposite one. The package does not import embedded: the standalone binary
// hands it the in-process Temporal server, so that the light binary stays light.
package process
