package browser

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
)

// Location returns the whole URL of the page, with query and fragment, which may hold secrets of the site: use it to open
// the page again, and show it to nobody. Errors: login.ErrPageLost.
func (p *Page) Location(ctx context.Context) (string, error) {
	history, err := call(ctx, p.own, page.GetNavigationHistory, cdp.Empty{})
	if err != nil {
		return "", fmt.Errorf("read the page's address: %w", err)
	}
	if i := int(history.CurrentIndex); i >= 0 && i < len(history.Entries) {
		return history.Entries[i].URL, nil
	}
	return "", nil
}
