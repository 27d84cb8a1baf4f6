package loginlab

import (
	"net/http"
	"strconv"
	"strings"
)

// captchaText is what a site's picture shows: the same every time, so that a script can stand in for the person.
func captchaText(name string) string {
	return strings.ToUpper(strconv.FormatUint(36*36*36*36+hashOf("captcha", name)%(35*36*36*36*36), 36))
}

// showCaptcha draws the characters that a person is to read.
func (v *variant) showCaptcha(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="160" height="50"><rect width="160" height="50" fill="#eee"/>` +
		`<path d="M0 30 Q40 0 80 30 T160 20" stroke="#888" fill="none"/><text x="20" y="36" font-size="28" font-family="monospace" transform="rotate(-3 80 25)">` +
		captchaText(v.Name) + `</text></svg>`)) // a client that went away is its own affair
}
