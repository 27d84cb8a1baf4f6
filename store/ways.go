package store

import (
	"context"
	"time"
)

// Ways holds how the last login of a project went, as a hint for the next one. A way holds no secret.
type Ways interface {
	// SaveWay replaces the project's way; ErrNotFound without the project.
	SaveWay(ctx context.Context, workspace, project string, way []byte, at time.Time) error
	// Way returns it, or ErrNotFound. A project that is put with another login URL has none any more.
	Way(ctx context.Context, workspace, project string) ([]byte, error)
	// DropWay forgets it; repeats are harmless.
	DropWay(ctx context.Context, workspace, project string) error
}
