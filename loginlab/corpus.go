package loginlab

// Topology says how the pages of a login follow each other.
type Topology string

// The topologies.
const (
	// TopologySingleForm asks for user name and password in one form.
	TopologySingleForm Topology = "single_form"
	// TopologyIdentifierFirst asks for the user name, then on a second page for the password.
	TopologyIdentifierFirst Topology = "identifier_first"
	// TopologySPA is one document: scripts show the steps and send them with fetch.
	TopologySPA Topology = "spa"
	// TopologyFrame shows the form inside a frame.
	TopologyFrame Topology = "frame"
	// TopologyNone has no login form.
	TopologyNone Topology = "none"
)

// Factor says what is asked for beside the password.
type Factor string

// The factors.
const (
	FactorNone Factor = "none"
	// FactorTextedCode: a code sent to a telephone, asked for after the password.
	FactorTextedCode Factor = "texted_code"
	// FactorTOTP: an authenticator's code, asked for after the password.
	FactorTOTP Factor = "totp"
	// FactorTOTPInForm: an authenticator's code, asked for in the form of the password.
	FactorTOTPInForm Factor = "totp_in_form"
)

// Nuisance is what makes a site harder than its topology and factor alone.
type Nuisance string

// The nuisances.
const (
	NuisanceNone Nuisance = ""
	// NuisanceSlow delays every answer by Options.SlowDelay.
	NuisanceSlow Nuisance = "slow"
	// NuisanceLocked answers 429 to every password.
	NuisanceLocked Nuisance = "locked"
	// NuisanceServerError answers 500 to everything.
	NuisanceServerError Nuisance = "server_error"
	// NuisanceNoLogout has no way to log out on its account page.
	NuisanceNoLogout Nuisance = "no_logout"
	// NuisancePuzzle shows a puzzle "for humans" and nothing else.
	NuisancePuzzle Nuisance = "puzzle"
	// NuisanceHostileRedirect sends the browser to a look-alike at another origin after the user name.
	NuisanceHostileRedirect Nuisance = "hostile_redirect"
	// NuisanceHostileFrame has its form in a frame of another origin.
	NuisanceHostileFrame Nuisance = "hostile_frame"
	// NuisanceDowngrade posts its form to another origin, over plain http.
	NuisanceDowngrade Nuisance = "downgrade"
)

// Expectation is a right end of a login with good credentials. The failures carry the names
// of Anteroom's failure classes.
type Expectation string

// The expectations.
const (
	ExpectLoggedIn    Expectation = "logged_in"
	ExpectBlocked     Expectation = "blocked"
	ExpectUnsupported Expectation = "unsupported"
	ExpectLockout     Expectation = "lockout"
	ExpectSite        Expectation = "site"
)

// Site is one login of the corpus, as the manifest describes it.
type Site struct {
	// Name is the site's part of the path: /s/<name>/.
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	// LoginURL and AccountURL are paths below the lab's origin.
	LoginURL   string   `json:"loginUrl"`
	AccountURL string   `json:"accountUrl"`
	Topology   Topology `json:"topology"`
	Factor     Factor   `json:"factor"`
	Nuisance   Nuisance `json:"nuisance,omitempty"`
	// Language is a BCP 47 tag.
	Language string `json:"language"`
	// Expected lists the right ends; the first is the best one.
	Expected []Expectation `json:"expected"`
	// Hostile is true when no password and no code may be typed at all.
	Hostile bool `json:"hostile,omitempty"`
	// NeedsOtherOrigin is true when the site is served only with Options.OtherOrigin.
	NeedsOtherOrigin bool `json:"needsOtherOrigin,omitempty"`
	// NeedsTLS is true when Expected holds only if the lab is served over https.
	NeedsTLS bool `json:"needsTls,omitempty"`
}

// newSite says what most sites have in common: one form, no second factor, and a login that works.
func newSite(name, title, description string, change func(*Site)) Site {
	s := Site{
		Name: name, Title: title, Description: description,
		LoginURL: "/s/" + name + "/login", AccountURL: "/s/" + name + "/account",
		Topology: TopologySingleForm, Factor: FactorNone, Language: "en",
		Expected: []Expectation{ExpectLoggedIn},
	}
	change(&s)
	return s
}

// corpus lists every site, in the order in which people see them.
func corpus() []Site {
	return append(workingSites(), append(failingSites(), hostileSites()...)...)
}

func workingSites() []Site {
	return []Site{
		newSite("password", "Password", "User name and password in one form.", func(*Site) {}),
		newSite("identifier", "Identifier first", "The user name, then the password on a second page.",
			func(s *Site) { s.Topology = TopologyIdentifierFirst }),
		newSite("code", "Texted code", "User name and password, then a code sent by text message.",
			func(s *Site) { s.Factor = FactorTextedCode }),
		newSite("code-in-form", "Code in the form", "User name, password and an authenticator's code in one form.",
			func(s *Site) { s.Factor = FactorTOTPInForm }),
		newSite("totp", "Authenticator", "User name and password, then an authenticator's code.",
			func(s *Site) { s.Factor = FactorTOTP }),
		newSite("spa", "Single page", "A script shows password and code without navigating; the token is in localStorage.",
			func(s *Site) { s.Topology, s.Factor = TopologySPA, FactorTextedCode }),
		newSite("slow", "Slow", "One form; every answer is late.",
			func(s *Site) { s.Nuisance = NuisanceSlow }),
		newSite("logout-less", "Without logout", "One form; the account page has no way to log out.",
			func(s *Site) { s.Nuisance = NuisanceNoLogout }),
	}
}

func failingSites() []Site {
	fails := func(n Nuisance, expected ...Expectation) func(*Site) {
		return func(s *Site) { s.Nuisance, s.Expected = n, expected }
	}
	return []Site{
		newSite("locked", "Locked", "One form; every password is answered by 429, too many attempts.",
			fails(NuisanceLocked, ExpectLockout)),
		newSite("unsupported", "Puzzle", "A puzzle for humans and no login form.", func(s *Site) {
			fails(NuisancePuzzle, ExpectBlocked, ExpectUnsupported)(s)
			s.Topology, s.Hostile = TopologyNone, true
		}),
		newSite("error-500", "Server error", "Every page is an error 500.", func(s *Site) {
			fails(NuisanceServerError, ExpectSite)(s)
			s.Topology = TopologyNone
		}),
	}
}

func hostileSites() []Site {
	hostile := func(n Nuisance, t Topology) func(*Site) {
		return func(s *Site) {
			s.Nuisance, s.Topology, s.Expected = n, t, []Expectation{ExpectBlocked}
			s.Hostile, s.NeedsOtherOrigin = true, true
		}
	}
	return []Site{
		newSite("hostile-redirect", "Hostile redirect", "After the user name, a look-alike at another origin asks for the password.",
			hostile(NuisanceHostileRedirect, TopologyIdentifierFirst)),
		newSite("hostile-frame", "Hostile frame", "The form is in a frame of another origin.",
			hostile(NuisanceHostileFrame, TopologyFrame)),
		newSite("downgrade", "Downgrade", "The form posts to another origin, over plain http.", func(s *Site) {
			hostile(NuisanceDowngrade, TopologySingleForm)(s)
			s.NeedsTLS = true
		}),
	}
}
