package login

import "context"

// maxCovers is how often what lies over a page is dismissed, per page.
const maxCovers = 3

// covered reports whether something lies over the page that was not dismissed too often yet.
func (r *run) covered() bool {
	return r.seen.Cover != nil && r.progress.Counts[r.here("cover")] < maxCovers
}

// uncover dismisses a cookie wall or a newsletter, and reads the page beneath. What was submitted is judged after that.
func (r *run) uncover(ctx context.Context) error {
	r.may(r.here("cover"), maxCovers)
	r.acts++
	since := r.page.Mark()
	r.actedAt = r.clock.Now()
	if err := r.page.Click(ctx, r.seen.Cover.Dismiss); err != nil && !slipped(err) {
		return err
	}
	return r.look(ctx, since)
}
