package client

import (
	"context"
	"net/http"

	"github.com/anteroom/anteroom/session"
)

// PutProject creates or replaces a project and returns it as it is kept. An *Error with CodeInvalidField names the first field
// that is wrong.
func (c *Client) PutProject(ctx context.Context, p session.Project) (stored session.Project, created bool, err error) {
	k := call{method: http.MethodPut, path: c.workspacePath("projects", p.Name), body: p, into: &stored}
	status, err := c.do(ctx, k)
	return c.owned(stored), status == http.StatusCreated, err
}

// GetProject returns one project.
func (c *Client) GetProject(ctx context.Context, name string) (session.Project, error) {
	var out session.Project
	_, err := c.do(ctx, call{method: http.MethodGet, path: c.workspacePath("projects", name), into: &out})
	return c.owned(out), err
}

// ListProjects lists the projects of the workspace.
func (c *Client) ListProjects(ctx context.Context) ([]session.Project, error) {
	var out struct{ Projects []session.Project }
	_, err := c.do(ctx, call{method: http.MethodGet, path: c.workspacePath("projects"), into: &out})
	for i := range out.Projects {
		out.Projects[i] = c.owned(out.Projects[i])
	}
	return out.Projects, err
}

// DeleteProject removes a project that has no sessions.
func (c *Client) DeleteProject(ctx context.Context, name string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: c.workspacePath("projects", name), gone: codeProjectGone})
	return err
}

// owned fills in the workspace, which is in the path and not in the document.
func (c *Client) owned(p session.Project) session.Project {
	p.Workspace = c.workspace
	return p
}
