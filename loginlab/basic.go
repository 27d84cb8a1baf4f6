package loginlab

// basicSites lists the plain sites, in the order in which people see them.
func basicSites() []Site {
	return append(workingSites(), failingSites()...)
}

func workingSites() []Site {
	works := func(change func(*Site)) func(*Site) {
		return func(s *Site) {
			s.WrongPassword = []Expectation{ExpectCredential}
			change(s)
		}
	}
	return []Site{
		newSite("password", "Password", "User name and password in one form.", works(func(*Site) {})),
		newSite("identifier", "Identifier first", "The user name, then the password on a second page.",
			works(func(s *Site) { s.Topology = TopologyIdentifierFirst })),
		newSite("code", "Texted code", "User name and password, then a code sent by text message.",
			works(textedCode)),
		newSite("code-in-form", "Code in the form", "User name, password and an authenticator's code in one form.",
			works(func(s *Site) { s.Factor = FactorTOTPInForm })),
		newSite("totp", "Authenticator", "User name and password, then an authenticator's code.",
			works(func(s *Site) { s.Factor = FactorTOTP })),
		newSite("spa", "Single page", "A script shows password and code without navigating; the token is in localStorage.",
			works(func(s *Site) {
				s.Topology = TopologySPA
				textedCode(s)
			})),
		newSite("slow", "Slow", "One form; every answer is late.",
			works(func(s *Site) { s.Nuisance = NuisanceSlow })),
		newSite("logout-less", "Without logout", "One form; the account page has no way to log out.",
			works(func(s *Site) { s.Nuisance = NuisanceNoLogout })),
	}
}

func textedCode(s *Site) {
	s.Factor = FactorTextedCode
	s.Questions = []Question{{Kind: QuestionCode, Answer: AnswerMessageCode}}
}

func failingSites() []Site {
	fails := func(n Nuisance, expected ...Expectation) func(*Site) {
		return func(s *Site) { s.Nuisance, s.Expected = n, expected }
	}
	return []Site{
		newSite("locked", "Locked", "One form; every password is answered by 429, too many attempts.",
			fails(NuisanceLocked, ExpectLockout)),
		newSite("unsupported", "Puzzle", "A puzzle for humans and no login form.", func(s *Site) {
			fails(NuisancePuzzle, ExpectCaptchaQuestion, ExpectBlocked, ExpectUnsupported)(s)
			s.Topology, s.Hostile = TopologyNone, true
		}),
		newSite("error-500", "Server error", "Every page is an error 500.", func(s *Site) {
			fails(NuisanceServerError, ExpectSite)(s)
			s.Topology = TopologyNone
		}),
	}
}

// basicHostileSites are the hostile sites with pages of the basic kind.
func basicHostileSites() []Site {
	hostile := func(n Nuisance, t Topology) func(*Site) {
		return func(s *Site) {
			s.Nuisance, s.Topology, s.Expected = n, t, []Expectation{ExpectBlocked}
			s.Hostile, s.NeedsOtherOrigin, s.Group = true, true, GroupHostile
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
