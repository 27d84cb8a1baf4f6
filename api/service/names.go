package service

import (
	"context"
	"errors"
	"strings"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Scope is the project that a call is about.
type Scope struct {
	Workspace string
	Project   string
}

func (sc Scope) ref(operationID string) store.Ref {
	return store.Ref{Workspace: sc.Workspace, Operation: operationID}
}

// project returns the scope's project, or an error: a name that cannot be one is BadRequest, a missing one NotFound.
func (s *Service) project(ctx context.Context, sc Scope) (session.Project, error) {
	if err := checkName("projectName", sc.Project); err != nil {
		return session.Project{}, err
	}
	p, err := s.store.GetProject(ctx, sc.Workspace, sc.Project)
	if errors.Is(err, store.ErrNotFound) {
		return session.Project{}, NewError(NotFound, "project-not-found", "project %q not found in workspace %q", sc.Project, sc.Workspace)
	}
	if err != nil {
		return session.Project{}, s.storeError(ctx, "read the project", err)
	}
	return p, nil
}

// missing is the error for something that is not in the scope; it says so of the project where that is what is missing.
func (s *Service) missing(ctx context.Context, sc Scope, reason, format string, args ...any) error {
	if _, err := s.project(ctx, sc); err != nil {
		return err
	}
	return NewError(NotFound, reason, format, args...)
}

func checkName(field, name string) error {
	if err := session.CheckName(name); err != nil {
		return NewFieldError(field, "cannot be used: %s", sentence(err))
	}
	return nil
}

func checkSessionID(field, id string) error {
	if err := session.CheckSessionID(id); err != nil {
		return NewFieldError(field, "cannot be used: %s", sentence(err))
	}
	return nil
}

// sentence is the part of a name's error that is for people.
func sentence(err error) string {
	return strings.TrimPrefix(err.Error(), session.ErrInvalidName.Error()+": ")
}
