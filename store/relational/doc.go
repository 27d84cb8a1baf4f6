// Package relational is the store in SQL: every query and every rule that the rows need, for whatever [Database] a driver
// gives it. A driver opens and migrates its database, runs transactions as if they came one after the other, and tells
// other processes of changes.
//
// A transition therefore may read a row, judge it and write it: nobody else writes in between. Where a caller's success is
// decided (answers, claims, leases) the decision is still one conditional statement, and the reason for a refusal is
// sought only after that statement changed nothing.
//
// The package imports session and store; never a driver, Temporal, Gin or chromedp.
package relational
