package vault

import (
	"errors"
	"fmt"
)

// What can be wrong with a key file. The error is a *KeyFileError, whose text is one sentence that names the file
// and says what to do.
var (
	// ErrKeyMissing: there is no key file at the path.
	ErrKeyMissing = errors.New("vault key file is missing")
	// ErrKeyExists: a key file is already there; CreateKeyFile never overwrites one.
	ErrKeyExists = errors.New("vault key file exists")
	// ErrKeyUnreadable: the file cannot be read, or is no regular file.
	ErrKeyUnreadable = errors.New("vault key file cannot be read")
	// ErrKeyMalformed: the content is not a whole, undamaged key file.
	ErrKeyMalformed = errors.New("vault key file is malformed")
	// ErrKeyPermissions: group or others may use the file.
	ErrKeyPermissions = errors.New("vault key file has wrong permissions")
	// ErrKeyNewer: a newer version of the program wrote the file.
	ErrKeyNewer = errors.New("vault key file is of a newer version")
	// ErrKeyBusy: another process is rotating the key. Try again.
	ErrKeyBusy = errors.New("vault key file is being changed")
	// ErrKeyChanged: the file holds the keys of another vault than the one that was opened.
	ErrKeyChanged = errors.New("vault key file holds another vault's keys")
)

// KeyFileError says what is wrong with a key file. It never holds key material.
type KeyFileError struct {
	// Path is the key file.
	Path string
	// Kind is one of the Err values above.
	Kind error
	// Reason is the sentence's second half: what is wrong and what to do.
	Reason string
	// Cause is the error of the operating system; nil where there is none.
	Cause error
}

// Error is one sentence.
func (e *KeyFileError) Error() string { return fmt.Sprintf("vault key file %s %s", e.Path, e.Reason) }

// Unwrap returns Kind and Cause.
func (e *KeyFileError) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}
