package login

import "context"

// artefact returns the page without any secret, value or personal text. The picture is missing when it cannot be taken.
func (r *run) artefact(ctx context.Context, images bool) *Artefact {
	history := RedactHistory(*r.history())
	model := Redact(r.model)
	a := &Artefact{Model: model, History: history, Classification: Classify(model, history)}
	// What the page was taken for, in case that rested on words that are no more.
	a.Classification.Class = r.seen.Class
	if picture, err := r.page.Picture(ctx, RedactText, images); err == nil {
		a.Picture = picture
	}
	return a
}
