package loginlab

import (
	"html/template"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// nastiness is what a nasty site does to the browser. Its pages are a variant's otherwise, and its login works unless
// something is in the way.
type nastiness struct {
	name, title, description string
	expected                 []Expectation
	// raw is added to the page with the form.
	raw func() template.HTML
	// pages replace some of a variant's.
	pages pageTable
}

// ended are the typed ends of a login that something was in the way of.
func ended(first ...Expectation) []Expectation {
	return append(first, ExpectUnsupported, ExpectSite, ExpectEngine)
}

// orLoggedIn are the ends where a tool that is quicker than the site gets in.
func orLoggedIn() []Expectation { return append(ended(), ExpectLoggedIn) }

func nastySiteName(name string) string { return "nasty-" + name }

// nastySites lists the sites that try to hang or kill the browser. Whatever they do, a login must end with one of the
// typed ends in time, and the browser must serve the next one.
func nastySites() []Site {
	var sites []Site
	for _, n := range nastinesses() {
		sites = append(sites, newSite(nastySiteName(n.name), n.title, n.description, func(s *Site) {
			s.Group, s.Skin, s.Expected = GroupNasty, skinBootstrap, n.expected
		}))
	}
	return sites
}

func nastinesses() []nastiness {
	var all []nastiness
	for _, some := range [][]nastiness{bigPages(), endlessPages(), rudePages(), killers()} {
		all = append(all, some...)
	}
	return all
}

// nastinessOf returns what a nasty site does; false for other sites.
func (v *variant) nastinessOf() (nastiness, bool) {
	if v.Group != GroupNasty {
		return nastiness{}, false
	}
	for _, n := range nastinesses() {
		if nastySiteName(n.name) == v.Name {
			return n, true
		}
	}
	return nastiness{}, false
}

// nasty is what the site adds to its forms; empty for a site that is not nasty.
func (v *variant) nasty() template.HTML {
	n, ok := v.nastinessOf()
	if !ok || n.raw == nil {
		return ""
	}
	return n.raw() + tag("script", "src", v.path("nasty.js")) + "</script>"
}

// nastyPages are those of the variants, but where the site has its own.
func nastyPages(pages pageTable) pageTable {
	pages = maps.Clone(pages)
	pages["GET nasty.js"] = func(_ *variant, w http.ResponseWriter, _ *http.Request) { writeScript(w, "nasty.js") }
	pages["GET nothing"] = func(_ *variant, w http.ResponseWriter, r *http.Request) { hang(r) }
	pages["GET leaf"] = func(_ *variant, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><title>leaf</title><p>leaf</p>")) // a client that went away is its own affair
	}
	for pattern, usual := range pages {
		pages[pattern] = func(v *variant, w http.ResponseWriter, r *http.Request) {
			serve := usual
			if n, _ := v.nastinessOf(); n.pages[pattern] != nil {
				serve = n.pages[pattern]
			}
			serve(v, w, r)
		}
	}
	return pages
}

// maxHang bounds how long a request stays unanswered: longer than any deadline of a login, but not for ever.
const maxHang = 2 * time.Minute

// hang answers nothing until the visitor leaves.
func hang(r *http.Request) {
	timer := time.NewTimer(maxHang)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// element is one with an attribute that nasty.js looks for.
func element(attribute, value string) func() template.HTML {
	return func() template.HTML { return tag("div", attribute, value) + "</div>" }
}

// bigPages are more than a page should be.
func bigPages() []nastiness {
	const nodes, frames, megabyte = 20_000, 60, 1 << 20
	return []nastiness{
		{
			name: "nodes", title: "20,000 nodes", description: "A login form on a page of more than 20,000 nodes.",
			expected: ended(ExpectLoggedIn),
			raw: func() template.HTML {
				return html("<div>" + strings.Repeat("<span>·<b>.</b></span>", nodes/2) + "</div>")
			},
		},
		{
			name: "text", title: "Megabytes of text", description: "A login form on a page with five megabytes of text.",
			expected: ended(ExpectLoggedIn),
			raw: func() template.HTML {
				return html("<p>" + strings.Repeat("lorem ipsum ", 5*megabyte/12) + "</p>")
			},
		},
		{
			name: "frames", title: "60 frames", description: "A login form on a page with sixty frames.",
			expected: ended(ExpectLoggedIn),
			raw: func() template.HTML {
				var all template.HTML
				for i := range frames {
					all += tag("iframe", "width", "20", "height", "20", "src", "leaf?n="+strconv.Itoa(i)) + "</iframe>"
				}
				return all
			},
		},
	}
}

// endlessPages never come to rest.
func endlessPages() []nastiness {
	again := func(_ *variant, w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))                              // 0 for the first
		http.Redirect(w, r, r.URL.Path+"?n="+strconv.Itoa(n+1), http.StatusFound) //nolint:gosec // the page itself
	}
	return []nastiness{
		{
			name: "redirect", title: "Endless redirect", description: "The login URL redirects to itself for ever.",
			expected: []Expectation{ExpectSite, ExpectUnsupported, ExpectEngine}, pages: pageTable{patternLogin: again},
		},
		{
			name: "navigation", title: "Endless navigation", description: "The page replaces itself every 150 milliseconds.",
			expected: orLoggedIn(), raw: element("data-again", "150"),
		},
		{
			name: "restless", title: "Never settles", expected: ended(ExpectLoggedIn), raw: element("data-restless", "nothing"),
			description: "The login works, but the page changes every 20 milliseconds, and some of its requests are never answered.",
		},
		{
			name: "silence", title: "No answer", description: "The login URL is never answered.",
			expected: []Expectation{ExpectSite, ExpectUnsupported, ExpectEngine},
			pages:    pageTable{patternLogin: func(_ *variant, _ http.ResponseWriter, r *http.Request) { hang(r) }},
		},
		{
			name: "half", title: "Half a page", description: "The login page breaks off before its form, and the connection stays open.",
			expected: ended(),
			pages: pageTable{patternLogin: func(v *variant, w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = w.Write([]byte("<!doctype html><title>" + brand + "</title><h1>" + v.say("signInHeading") + "</h1>")) // as above
				_ = http.NewResponseController(w).Flush()                                                                    // as above
				hang(r)
			}},
		},
		{
			name: "no-answer-to-submit", title: "No answer to the submit", description: "The submit is never answered.",
			expected: append(ended(), ExpectCredential),
			pages:    pageTable{patternStep: func(_ *variant, _ http.ResponseWriter, r *http.Request) { hang(r) }},
		},
	}
}

// rudePages use what browsers offer against the visitor.
func rudePages() []nastiness {
	download := func(_ *variant, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", `attachment; filename="invoice.bin"`)
		_, _ = w.Write(make([]byte, 1<<16)) // as above
	}
	return []nastiness{
		{
			name: "dialogs", title: "Dialogs", expected: ended(ExpectLoggedIn), raw: element("data-dialogs", "5"),
			description: "The login works, but the page opens dialogs on load, and asks whether one really wants to leave.",
		},
		{
			name: "popups", title: "Popups", expected: ended(ExpectLoggedIn), raw: element("data-popups", "8"),
			description: "The login works, but every click opens eight popups.",
		},
		{
			name: "download", title: "Download on submit", description: "The submit is answered by a file to be kept.",
			expected: append(ended(), ExpectCredential), pages: pageTable{patternStep: download},
		},
		{
			name: "download-at-once", title: "Download at once", description: "The login URL is a file to be kept.",
			expected: ended(), pages: pageTable{patternLogin: download},
		},
		{
			name: "close", title: "Window closes", description: "The page closes its window soon after it was loaded.",
			expected: orLoggedIn(), raw: element("data-close", "load"),
		},
		{
			name: "close-on-submit", title: "Window closes on submit", description: "The page closes its window when it is submitted.",
			expected: append(orLoggedIn(), ExpectCredential), raw: element("data-close", "submit"),
		},
	}
}

// killers keep the renderer from answering, or end it.
func killers() []nastiness {
	return []nastiness{
		{
			name: "loop", title: "Endless loop", description: "A script of the page never ends.",
			expected: orLoggedIn(), raw: element("data-loop", "load"),
		},
		{
			name: "loop-on-submit", title: "Endless loop on submit", description: "A script never ends once the form is submitted.",
			expected: append(orLoggedIn(), ExpectCredential), raw: element("data-loop", "submit"),
		},
		{
			name: "crash", title: "Renderer crashes", expected: ended(), raw: element("data-crash", "load"),
			description: "A script asks for an array that is too large, which ends the renderer (Chromium).",
		},
	}
}
