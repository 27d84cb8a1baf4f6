package activities

import (
	"context"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// The acts of a held page: each checks the lease first. What only reads the page is the page's own.

// Navigate checks the lease and opens url.
func (h *heldPage) Navigate(ctx context.Context, url string) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.Navigate(ctx, url)
}

// OpenBeside checks the lease and opens url beside the page.
func (h *heldPage) OpenBeside(ctx context.Context, url string) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.OpenBeside(ctx, url)
}

// Fill checks the lease and fills the field.
func (h *heldPage) Fill(ctx context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.Fill(ctx, c, value, allowed)
}

// Type checks the lease and types into the field.
func (h *heldPage) Type(ctx context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.Type(ctx, c, value, allowed)
}

// FillBoxes checks the lease and fills the boxes.
func (h *heldPage) FillBoxes(ctx context.Context, boxes []login.Control, value session.Secret, allowed session.Origins) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.FillBoxes(ctx, boxes, value, allowed)
}

// Select checks the lease and chooses the option.
func (h *heldPage) Select(ctx context.Context, c login.Control, option string) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.Select(ctx, c, option)
}

// Authenticate checks the lease and opens url with the credentials.
func (h *heldPage) Authenticate(ctx context.Context, url string, username, password session.Secret, allowed session.Origins) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.Authenticate(ctx, url, username, password, allowed)
}

// Click checks the lease and clicks.
func (h *heldPage) Click(ctx context.Context, c login.Control) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.Click(ctx, c)
}

// PressEnter checks the lease and presses Enter.
func (h *heldPage) PressEnter(ctx context.Context, c login.Control) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.PressEnter(ctx, c)
}
