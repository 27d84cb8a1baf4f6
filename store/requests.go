package store

// Request is a request that its caller may make again: what it wrote is written once, and a repeat is told what the first one
// did. Both fields are keyed hashes, so that nobody reads from a row what was asked.
type Request struct {
	// Key is what the caller named the request by, unique in its workspace; empty for a request that was not named.
	Key string
	// Fingerprint is of all that the request asks: another request under the same key has another one.
	Fingerprint string
}

// RequestMadeError: the request was made before; nothing is written. A name that was used for something else is
// ErrRequestDiffers.
type RequestMadeError struct{ OperationID string }

// Error names the operation that the request was about.
func (e *RequestMadeError) Error() string {
	return "the request was made before, for operation " + e.OperationID
}
