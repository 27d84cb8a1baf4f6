package login

import "context"

// RunClassifiedBy is Run with a classification that the test decides.
func RunClassifiedBy(ctx context.Context, page Page, gate Gate, report Reporter, in Input, classify func(*PageModel, History) Classification) (Outcome, error) {
	r := newRun(page, gate, report, in)
	r.classifier = classify
	return r.run(ctx)
}

// WatchClassifiedBy is Watch with a classification that the test decides.
func WatchClassifiedBy(ctx context.Context, page Page, in Input, classify func(*PageModel, History) Classification) (bool, error) {
	r := newRun(page, nil, silent{}, in)
	r.classifier = classify
	return r.watchUntil(ctx)
}
