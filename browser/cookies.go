package browser

import (
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"

	"github.com/anteroom/anteroom/session"
)

// newCookie translates a cookie of the browser.
func newCookie(c *network.Cookie) session.Cookie {
	out := session.Cookie{
		Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path, Expires: c.Expires,
		HTTPOnly: c.HTTPOnly, Secure: c.Secure, SameSite: string(c.SameSite),
	}
	if c.Session {
		out.Expires = -1
	}
	if out.SameSite == "" {
		out.SameSite = "Lax" // what Chromium does with a cookie that does not say; Playwright writes it so, too
	}
	if c.PartitionKey != nil {
		out.PartitionKey = c.PartitionKey.TopLevelSite
		out.CrossSiteAncestor = new(c.PartitionKey.HasCrossSiteAncestor)
	}
	return out
}

// cookieParam translates a cookie back.
func cookieParam(c session.Cookie) *network.CookieParam {
	out := &network.CookieParam{
		Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path,
		HTTPOnly: c.HTTPOnly, Secure: c.Secure, SameSite: network.CookieSameSite(c.SameSite),
	}
	if c.Expires >= 0 {
		out.Expires = cdp.TimeSinceEpoch(c.Expires)
	}
	if c.PartitionKey != "" {
		out.PartitionKey = &network.CookiePartitionKey{
			TopLevelSite:         c.PartitionKey,
			HasCrossSiteAncestor: c.CrossSiteAncestor != nil && *c.CrossSiteAncestor,
		}
	}
	return out
}
