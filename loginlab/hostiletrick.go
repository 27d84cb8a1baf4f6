package loginlab

import (
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

// trick is what a hostile site does. Its pages look like those of any other site.
type trick struct {
	name, title, description string
	topology                 Topology
	factor                   Factor
	// passwordFirst and passesOn are as in Site.
	passwordFirst, passesOn bool
	// alone is true when the trick needs no second origin of the lab.
	alone bool
	// alsoRight are right ends beside ExpectBlocked.
	alsoRight []Expectation
	// show answers the login URL, at the main origin.
	show func(v *variant, w http.ResponseWriter, r *http.Request)
	// taken answers what the first page sends to its own origin; nil where nothing may be sent there.
	taken func(v *variant, w http.ResponseWriter, r *http.Request)
}

// nuisance names the trick in the manifest.
func (t *trick) nuisance() Nuisance {
	return Nuisance("hostile_" + strings.ReplaceAll(t.name, "-", "_"))
}

// hostileTricks lists every trick, in the order of the manifest: first those that lead the browser away, then those of
// forms and frames, then those of hosts that look alike, and last those that nobody who types can see through.
func hostileTricks() []trick {
	var all []trick
	for _, some := range [][]trick{leadingAway(), afterThePassword(), inForms(), inFrames(), lookAlikes(), passingOn()} {
		all = append(all, some...)
	}
	return all
}

// trickOf returns the trick of a hostile site.
func (v *variant) trickOf() *trick {
	tricks := hostileTricks()
	for i := range tricks {
		if tricks[i].siteName() == v.Name {
			return &tricks[i]
		}
	}
	panic("loginlab: no trick for the hostile site " + strconv.Quote(v.Name)) // a fault of hostileSites
}

func (t *trick) siteName() string { return "hostile-" + t.name }

// hostileSites lists the hostile sites that are data. Languages and skins go round, so that the tricks are met in all.
func hostileSites() []Site {
	tricks := hostileTricks()
	languages, looks := Languages(), skinNames()
	sites := make([]Site, 0, len(tricks))
	for i := range tricks {
		t := &tricks[i]
		sites = append(sites, newSite(t.siteName(), t.title, t.description, func(s *Site) {
			s.Group, s.Hostile, s.Nuisance = GroupHostile, true, t.nuisance()
			s.Topology, s.Factor = t.topology, FactorNone
			if t.factor != "" {
				s.Factor = t.factor
			}
			s.Language, s.Skin = languages[i%len(languages)], looks[i%len(looks)]
			s.PasswordFirst, s.PassesOn, s.NeedsOtherOrigin = t.passwordFirst, t.passesOn, !t.alone
			s.Expected = append([]Expectation{ExpectBlocked}, t.alsoRight...)
		}))
	}
	return sites
}

// leadingAway: the login URL itself, or the page after the user name, belongs to somebody else.
func leadingAway() []trick {
	return []trick{
		{
			name: "redirect-at-once", title: "Redirect at once", topology: TopologySingleForm,
			description: "The login URL redirects to a look-alike at another origin.",
			show:        func(v *variant, w http.ResponseWriter, r *http.Request) { v.leadTo(w, r, v.lure(pleaCredentials, "")) },
		},
		{
			name: "meta-refresh", title: "Meta refresh", topology: TopologySingleForm,
			description: "A page refreshes itself to a look-alike at another origin.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showRaw(w, r, v.say("redirecting"), tag("meta", "http-equiv", "refresh", "content", "0;url="+v.lure(pleaCredentials, "")))
			},
		},
		{
			name: "script-redirect", title: "Redirect by script", topology: TopologySingleForm,
			description: "A script replaces the page by a look-alike at another origin.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showRaw(w, r, v.say("loading"), tag("div", "data-goto", v.lure(pleaCredentials, "")))
			},
		},
		{
			name: "open-redirect", title: "Open redirect", topology: TopologyIdentifierFirst,
			description: "After the user name, the site's own open redirect leads to a look-alike that asks for the password.",
			show:        showOwn(pleaIdentifier),
			taken: func(v *variant, w http.ResponseWriter, r *http.Request) {
				user := v.takenUser(r)
				v.record(r, KindIdentifierSubmit, OutcomeOK, user)
				v.leadTo(w, r, v.through(v.lure(pleaPassword, user)))
			},
		},
		{
			name: "unlisted-idp", title: "Unlisted identity provider", topology: TopologyOIDC,
			description: "OpenID Connect at an origin that nobody allowed.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.leadTo(w, r, v.lure(pleaCredentials, "")+"&response_type=code&client_id=fernwood&state=xyz&scope=openid")
			},
		},
		{
			name: "sso-link", title: "Sign-in link elsewhere", topology: TopologyOIDC,
			description: "The one way in is a link to an origin that nobody allowed.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showRaw(w, r, v.say("signInHeading"), tag("a", "href", v.lure(pleaCredentials, ""), "role", "button")+html(template.HTMLEscapeString(v.say("ssoButton"))+"</a>"))
			},
		},
		{
			name: "popup", title: "Popup elsewhere", topology: TopologyPopup,
			description: "A button opens a popup of an origin that nobody allowed.",
			show: func(v *variant, w http.ResponseWriter, _ *http.Request) {
				sc := scene{Title: v.say("signInHeading"), Heading: v.say("signInHeading")}
				v.write(w, http.StatusOK, "popup", pageOf(v, sc, v.lure(pleaCredentials, "")))
			},
		},
		{
			name: "basic-elsewhere", title: "HTTP basic elsewhere", topology: TopologyHTTPBasic,
			description: "The login URL redirects to another origin that asks by HTTP basic authentication.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.leadTo(w, r, v.lab.options.OtherOrigin+v.path("basic"))
			},
		},
		{
			name: "framed-by-other", title: "Framed by another origin", topology: TopologyCrossFrame,
			description: "The login URL redirects to another origin, which has the site's own form in a frame.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.leadTo(w, r, v.lab.options.OtherOrigin+v.path("wrap"))
			},
		},
	}
}

// afterThePassword: the first page is the site's own and may have the password; what comes then may have nothing.
func afterThePassword() []trick {
	askAgain := func(what string) func(*variant, http.ResponseWriter, *http.Request) {
		return func(v *variant, w http.ResponseWriter, r *http.Request) {
			user, _ := v.takenPassword(r)
			v.leadTo(w, r, v.through(v.lure(what, user)))
		}
	}
	doubt := []Expectation{ExpectCredential} // the site took the password and asks for it again
	return []trick{
		{
			name: "expired-session", title: "Session expired", topology: TopologySingleForm, passwordFirst: true, alsoRight: doubt,
			description: "After the password, a look-alike at another origin says that it is needed again.",
			show:        showOwn(pleaCredentials), taken: askAgain(pleaCredentials),
		},
		{
			name: "code-elsewhere", title: "Code elsewhere", topology: TopologySingleForm, factor: FactorTOTP, passwordFirst: true, alsoRight: doubt,
			description: "After the password, a look-alike at another origin asks for the authenticator's code.",
			show:        showOwn(pleaCredentials), taken: askAgain(pleaCode),
		},
		{
			name: "code-frame", title: "Code in a frame from elsewhere", topology: TopologySingleForm, factor: FactorTOTP, passwordFirst: true, alsoRight: doubt,
			description: "After the password, a frame of another origin asks for the authenticator's code.",
			show:        showOwn(pleaCredentials),
			taken: func(v *variant, w http.ResponseWriter, r *http.Request) {
				user, _ := v.takenPassword(r)
				v.showRaw(w, r, v.say("codeHeading"), frame(v.lure(pleaCode, user)))
			},
		},
		{
			name: "swap-on-input", title: "Page swapped on input", topology: TopologySingleForm, passwordFirst: true, alsoRight: doubt,
			description: "As soon as the user name is typed, a look-alike at another origin takes the page's place.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showPlea(w, r, pleaCredentials, v.path("step"), tag("div", "data-swap", v.lure(pleaPassword, "")))
			},
			taken: askAgain(pleaCredentials),
		},
		{
			name: "frame-swapped", title: "Frame swapped", topology: TopologyFrame, passwordFirst: true, alsoRight: doubt,
			description: "The site's own form is in a frame, which goes to a look-alike at another origin after a moment.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showRaw(w, r, v.say("signInHeading"), tag("iframe", "src", v.path("inner"), "width", "480", "height", "620",
					"data-later", v.lure(pleaCredentials, ""))+"</iframe>")
			},
			taken: askAgain(pleaCredentials),
		},
	}
}
