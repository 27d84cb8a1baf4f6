package store

import (
	"context"
	"time"
)

// Artefacts holds what operations leave behind for people: redacted page models and pictures. They outlive the
// operation, and go with its session.
type Artefacts interface {
	// SaveArtefact creates or replaces the artefact of this name; ErrNotFound without the operation or once its session is deleted.
	SaveArtefact(ctx context.Context, a Artefact) error
	// GetArtefact returns it, or ErrNotFound.
	GetArtefact(ctx context.Context, ref Ref, name string) (Artefact, error)
	// ListArtefacts lists those of an operation, without their data, oldest first.
	ListArtefacts(ctx context.Context, ref Ref) ([]Artefact, error)
}

// Artefact is one of them.
type Artefact struct {
	Ref
	// Name is unique within the operation: "page-1.json", "page-1.png".
	Name string
	// MediaType is "application/json" or "image/png".
	MediaType string
	Data      Sealed
	At        time.Time
}
