// Package worker assembles workflows, activities, a browser and a store into Temporal workers, and holds what speaks to
// Temporal on behalf of the rest: the dispatcher, which starts and signals workflows for the API, and the reconciler, which
// makes good what a crash left undone.
//
//	api ──▶ Dispatcher ──▶ Temporal ──▶ Workers ──▶ activities ──▶ Fleet (browsers of its own, or a Keeper's)
//	                          ▲
//	          store ──▶ Reconciler
//
// The package never imports Gin.
package worker
