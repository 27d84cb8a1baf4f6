package process

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// loadProjects puts the operator's project files into the default workspace. A project whose file did not change keeps
// its version; one that has no file stays as it is.
func loadProjects(ctx context.Context, db store.Projects, dir string) error {
	if dir == "" {
		return nil
	}
	projects, err := config.LoadProjects(dir)
	if err != nil {
		return err
	}
	for _, project := range projects {
		project.Workspace = DefaultWorkspace
		if err := putIfChanged(ctx, db, project); err != nil {
			return fmt.Errorf("store the project %s: %w", project.Name, err)
		}
	}
	return nil
}

func putIfChanged(ctx context.Context, db store.Projects, project session.Project) error {
	old, err := db.GetProject(ctx, project.Workspace, project.Name)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return err
	default:
		old.Version, old.UpdatedAt = 0, time.Time{}
		if same, err := sameDocument(old, project); err != nil || same {
			return err
		}
	}
	_, _, err = db.PutProject(ctx, project, now())
	return err
}

// sameDocument compares as the store keeps them: an empty list and none are the same there.
func sameDocument(a, b session.Project) (bool, error) {
	first, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	second, err := json.Marshal(b)
	return bytes.Equal(first, second), err
}

// hostPortOf returns host:port of a URL.
func hostPortOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}
