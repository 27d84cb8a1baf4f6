package service

import (
	"context"
	"errors"

	"golang.org/x/net/publicsuffix"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// PutProject creates or replaces a project. Errors: BadRequest naming the first field that is wrong.
func (s *Service) PutProject(ctx context.Context, p session.Project) (stored session.Project, created bool, err error) {
	if err := errors.Join(append(p.SuffixFaults(isPublicSuffix), p.Validate())...); err != nil {
		return session.Project{}, false, fieldErrors(err)
	}
	stored, created, err = s.store.PutProject(ctx, p, s.now())
	if err != nil {
		return session.Project{}, false, s.storeError(ctx, "keep the project", err)
	}
	return stored, created, nil
}

// isPublicSuffix reports whether anybody can have a host below the domain, by the Mozilla list.
func isPublicSuffix(domain string) bool {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix == domain
}

// Project returns one project. Errors: BadRequest, NotFound.
func (s *Service) Project(ctx context.Context, sc Scope) (session.Project, error) {
	return s.project(ctx, sc)
}

// Projects lists the projects of a workspace.
func (s *Service) Projects(ctx context.Context, workspace string) ([]session.Project, error) {
	list, err := s.store.ListProjects(ctx, workspace)
	if err != nil {
		return nil, s.storeError(ctx, "list the projects", err)
	}
	return list, nil
}

// DeleteProject removes a project that has no sessions. Errors: BadRequest, NotFound, Conflict.
func (s *Service) DeleteProject(ctx context.Context, sc Scope) error {
	if err := checkName("projectName", sc.Project); err != nil {
		return err
	}
	err := s.store.DeleteProject(ctx, sc.Workspace, sc.Project)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return NewError(NotFound, "project-not-found", "project %q not found in workspace %q", sc.Project, sc.Workspace)
	case errors.Is(err, store.ErrInUse):
		return NewError(Conflict, "project-in-use", "project %q still has sessions; delete them first", sc.Project)
	}
	return s.storeError(ctx, "delete the project", err)
}
