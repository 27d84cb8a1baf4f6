package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// RequestKeyHeader is the header that names a request which its caller may repeat
// (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
const RequestKeyHeader = "Idempotency-Key"

// maxRequestKey bounds the name of a request.
const maxRequestKey = 255

// requestPrefix is what keys and fingerprints of requests are derived with.
const requestPrefix = "request_"

// startRequest is the request of a start, or the zero value where it has no name.
func (s *Service) startRequest(in StartInput) (store.Request, error) {
	return s.request(in.Workspace, in.RequestKey, map[string]any{
		"start": in.Project, "id": in.SessionID, "name": in.Name, "parameters": plain(in.Parameters), "proxy": in.Proxy.Reveal(),
	})
}

// resumeRequest is the request of an answer, or the zero value where it has no name.
func (s *Service) resumeRequest(in ResumeInput) (store.Request, error) {
	asks := map[string]any{
		"resume": in.Project, "operation": in.OperationID, "question": in.QuestionID,
		"values": plain(in.Answer.Values), "choice": in.Answer.Choice, "action": in.Answer.Action,
	}
	if in.Answer.Input != nil {
		asks["input"] = in.Answer.Input.Reveal()
	}
	return s.request(in.Workspace, in.RequestKey, asks)
}

// request names what a request asks by keyed hashes: it may be a password.
func (s *Service) request(workspace, key string, asks map[string]any) (store.Request, error) {
	if key == "" {
		return store.Request{}, nil
	}
	if err := checkRequestKey(key); err != nil {
		return store.Request{}, err
	}
	content, err := json.Marshal(asks)
	if err != nil {
		return store.Request{}, NewInternalError(fmt.Errorf("encode a request: %w", err))
	}
	return store.Request{
		Key:         s.sealer.DeriveID(requestPrefix, "key", workspace, key),
		Fingerprint: s.sealer.DeriveID(requestPrefix, "content", workspace, string(content)),
	}, nil
}

func checkRequestKey(key string) error {
	visible := true
	for _, b := range []byte(key) {
		visible = visible && b > ' ' && b < 0x7f
	}
	if !visible || len(key) > maxRequestKey {
		return NewFieldError(RequestKeyHeader, "must have 1 to %d visible ASCII characters, such as a random UUID", maxRequestKey)
	}
	return nil
}

func plain(secrets map[string]session.Secret) map[string]string {
	values := make(map[string]string, len(secrets))
	for name, v := range secrets {
		values[name] = v.Reveal()
	}
	return values
}

// made returns the operation that the request was about when it was made before; empty when it was not.
func (s *Service) made(ctx context.Context, workspace string, r store.Request) (operationID string, err error) {
	if r.Key == "" {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	operationID, err = s.store.MadeRequest(ctx, workspace, r)
	switch {
	case err == nil:
		return operationID, nil
	case errors.Is(err, store.ErrNotFound):
		return "", nil
	case errors.Is(err, store.ErrRequestDiffers):
		return "", requestDiffers()
	}
	return "", s.storeError(ctx, "look for the request", err)
}

func requestDiffers() error {
	f := NewError(Unprocessable, "idempotency-key-reused",
		"the header %s names another request that was made before; give each request a key of its own, and repeat it unchanged", RequestKeyHeader)
	f.Field = RequestKeyHeader
	return f
}

// startedBefore returns the operation that the first of two same requests started. It may be purged since.
func (s *Service) startedBefore(ctx context.Context, ref store.Ref) (session.Operation, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	op, err := s.store.GetOperation(ctx, ref)
	if errors.Is(err, store.ErrNotFound) {
		return session.Operation{ID: ref.Operation, Workspace: ref.Workspace}, nil
	}
	if err != nil {
		return session.Operation{}, s.storeError(ctx, "read the operation", err)
	}
	return op, nil
}
