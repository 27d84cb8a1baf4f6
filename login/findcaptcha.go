package login

import (
	"net/url"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
)

// captchaHosts are parts of the URLs of frames that hold a challenge, and who makes it (login-detection §7).
var captchaHosts = []struct{ place, vendor string }{
	{"google.com/recaptcha", "recaptcha"}, {"recaptcha.net", "recaptcha"}, {"hcaptcha.com", "hcaptcha"},
	{"challenges.cloudflare.com", "turnstile"}, {"geetest", "geetest"}, {"arkoselabs", "arkose"}, {"funcaptcha", "arkose"},
	{"captcha-delivery.com", "datadome"}, {"px-captcha", "human"}, {"awswaf", "aws"}, {"friendlycaptcha", "friendlycaptcha"},
	{"frcapi.com", "friendlycaptcha"}, {"mtcaptcha", "mtcaptcha"}, {"smartcaptcha", "smartcaptcha"},
}

// captchaVendor names who makes the challenge of a frame; false when there is none in it.
func captchaVendor(frameURL string) (string, bool) {
	u, err := url.Parse(frameURL)
	if err != nil {
		return "", false
	}
	place := strings.ToLower(u.Host + u.Path)
	for _, h := range captchaHosts {
		if strings.Contains(place, h.place) {
			return h.vendor, true
		}
	}
	return "", strings.Contains(u.Host, "captcha") || slices.ContainsFunc(strings.Split(strings.ToLower(u.Path), "/"), namesCaptcha)
}

// namesCaptcha reports whether a part of a path is the name of a challenge: "captcha.html", "image-captcha". A long part is
// the name of something else.
func namesCaptcha(segment string) bool {
	return isCommand(segment) && strings.Contains(segment, "captcha")
}

// isCaptcha: the page wants proof of being human. An invisible badge beside a form is none; see hasChallenge.
func (p *page) isCaptcha() bool {
	if p.headline().Has(words.Captcha) || p.hasChallenge() {
		return true
	}
	if !p.short() || p.canLogOut() {
		return false
	}
	if p.framesCaptcha() && (p.m.Status >= 400 || len(p.actions) == 0) {
		return true
	}
	return p.loud().Has(words.Captcha) && len(p.actions) <= 2
}

// framesCaptcha: a challenge stands in a frame of a page that nothing else explains. Many sites have a badge of one on all of
// their pages.
func (p *page) framesCaptcha() bool {
	return p.short() && !p.canLogOut() && slices.ContainsFunc(p.m.Frames[min(1, len(p.m.Frames)):], func(f Frame) bool {
		_, ok := captchaVendor(f.URL)
		return ok
	})
}

// hasChallenge reports whether something of a challenge is there to be clicked or typed into.
func (p *page) hasChallenge() bool {
	vendor := map[string]bool{}
	for i, f := range p.m.Frames {
		_, vendor[f.ID] = captchaVendor(f.URL)
		vendor[f.ID] = vendor[f.ID] && i > 0
	}
	for i := range p.toggles {
		if t := &p.toggles[i]; !t.Checked && (vendor[t.Frame] || t.says.Has(words.Captcha)) {
			return true
		}
	}
	return false
}

// vendor names who makes the page's challenge; "image" for characters to be copied from a picture.
func (p *page) vendor(c *Classification) string {
	if c.Field(RoleCaptcha) != nil {
		return "image"
	}
	for _, f := range p.m.Frames[min(1, len(p.m.Frames)):] {
		if name, ok := captchaVendor(f.URL); ok && name != "" {
			return name
		}
	}
	for i := range p.m.Controls {
		says := strings.ToLower(p.m.Controls[i].Label)
		for _, name := range []string{"recaptcha", "hcaptcha", "turnstile"} {
			if strings.Contains(says, name) {
				return name
			}
		}
	}
	if strings.Contains(strings.ToLower(p.m.Text), "cloudflare") {
		return "turnstile"
	}
	return ""
}
