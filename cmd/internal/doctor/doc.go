// Package doctor looks at what an installation of Anteroom needs, and says what is wrong and what to do about it. It changes
// nothing, and may run beside the processes that it looks at.
package doctor
