// Command scale measures what thousands of waiting logins cost: how long a new login takes beside them, a poll, an answer, and
// what memory each process has, with none, ten, a hundred, a thousand and ten thousand of them; then everything is killed and
// started again.
//
// New logins and polls are measured in turns with an empty installation beside it.
//
//	make bench-scale ARGS="-sizes 0,10,100,1000,10000 -real 300"
//
// The installation is `anteroom-standalone up`, as its users run it. Up to -real of the waiting logins wait on real pages of the
// lab. The others belong to a project for the full browser, which only a worker without a browser serves: package
// worker/fakepages in a process of its own, with a capacity and a task queue of its own. Workflow, store, API and Temporal are
// real for all of them.
package main
