package client

import (
	"context"
	"net/http"
	"time"
)

// Artefact is a picture or a page model that an operation left for people.
type Artefact struct {
	// Name is unique within the operation: "page-1.png".
	Name string `json:"name"`
	// MediaType is "application/json" or "image/png".
	MediaType string    `json:"mediaType"`
	CreatedAt time.Time `json:"createdAt"`
}

// Artefacts lists what an operation left, oldest first.
func (c *Client) Artefacts(ctx context.Context, operationID string) ([]Artefact, error) {
	var out []Artefact
	_, err := c.do(ctx, call{method: http.MethodGet, path: c.workspacePath("operations", operationID, "artefacts"), into: &out})
	return out, err
}

// Artefact returns the bytes of one: of a question's Picture, too.
func (c *Client) Artefact(ctx context.Context, operationID, name string) ([]byte, error) {
	var out []byte
	_, err := c.do(ctx, call{method: http.MethodGet, path: c.workspacePath("operations", operationID, "artefacts", name), into: &out})
	return out, err
}
