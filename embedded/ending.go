package embedded

import "sync"

// ending is how a server ended: once, with the first reason.
type ending struct {
	once sync.Once
	done chan struct{}
	err  error // written before done is closed
}

func newEnding() *ending {
	return &ending{done: make(chan struct{})}
}

// end closes done. Only the first call counts; err is nil for a wanted stop.
func (e *ending) end(err error) {
	e.once.Do(func() {
		e.err = err
		close(e.done)
	})
}

// reason is nil while the server runs and after a wanted stop.
func (e *ending) reason() error {
	select {
	case <-e.done:
		return e.err
	default:
		return nil
	}
}
