package loginlab

import (
	"maps"
	"net/http"
)

// refusalSites lists the sites that let nobody in and say why: every reason in every language.
func refusalSites() []Site {
	looks := skinNames()
	styles := []Nuisance{NuisanceNone, NuisanceErrorField, NuisanceErrorRed, NuisanceErrorToast, NuisanceErrorDialog}
	var sites []Site
	for i, language := range Languages() {
		for j, reason := range refusals() {
			name := language + "-refusal-" + hyphened(string(reason))
			description := "Nobody is let in, and the site says why: " + readable(reason) + "."
			sites = append(sites, newSite(name, language+": refusal, "+readable(reason), description, func(s *Site) {
				s.Group, s.Language, s.Skin = GroupRefusal, language, looks[(i+j)%len(looks)]
				s.Nuisances, s.Expected = []Nuisance{reason}, []Expectation{refusalEnd(reason)}
				if (i+j)%2 == 1 {
					s.Topology = TopologyIdentifierFirst
				}
				if style := styles[(2*i+j)%len(styles)]; style != NuisanceNone && reason.alerts() {
					s.Nuisances = append(s.Nuisances, style)
				}
			}))
		}
	}
	return sites
}

// refusalEnd is the right end at a site that refuses for a reason.
func refusalEnd(reason Nuisance) Expectation {
	switch reason { //nolint:exhaustive // the others are wrong accounts
	case NuisanceAccountLocked, NuisanceRateLimited:
		return ExpectLockout
	case NuisancePasswordExpired:
		return ExpectNeedsUser
	case NuisanceMaintenance:
		return ExpectSite
	}
	return ExpectCredential
}

// alerts reports whether a reason is told beside the form. The others have a page of their own.
func (n Nuisance) alerts() bool { return n != NuisancePasswordExpired && n != NuisanceMaintenance }

// refusalPhrases are the keys of what a site says of its reason.
var refusalPhrases = map[Nuisance]string{
	NuisanceAccountLocked: "accountLocked", NuisanceRateLimited: "tooManyAttempts", NuisanceDisabled: "accountDisabled",
	NuisanceUnknownUser: "unknownUser", NuisancePasswordExpired: "passwordExpired",
}

// refusalPages are those of the variants, but where somebody would be let in.
func refusalPages(pages pageTable) pageTable {
	pages = maps.Clone(pages)
	login := pages[patternLogin]
	pages[patternLogin] = func(v *variant, w http.ResponseWriter, r *http.Request) {
		if v.Nuisance != NuisanceMaintenance {
			login(v, w, r)
			return
		}
		v.record(r, KindPageView, OutcomeError, "")
		w.Header().Set("Retry-After", "3600")
		sc := scene{Title: v.say("maintenanceHeading"), Heading: v.say("maintenanceHeading"), Intro: v.say("maintenanceText")}
		v.write(w, http.StatusServiceUnavailable, "notice", pageOf(v, sc, ""))
	}
	pages[patternStep] = (*variant).takeRefused
	return pages
}

// takeRefused takes user name and password, and refuses them: a right password as well as a wrong one.
func (v *variant) takeRefused(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue(keyFlow)
	p, ok := v.lab.passageOf(id, v.Name)
	atName := ok && v.step(&p) == stepIdentifier
	if !ok || atName && v.Nuisance != NuisanceUnknownUser {
		v.takeStep(w, r)
		return
	}
	p.alert = v.say(refusalPhrases[v.Nuisance])
	switch {
	case atName:
		p.user = username(r.PostFormValue(v.fieldName(keyUsername, p.salt)))
		v.record(r, KindIdentifierSubmit, OutcomeWrong, p.user)
	default:
		if v.step(&p) == stepCredentials {
			p.user = username(r.PostFormValue(v.fieldName(keyUsername, p.salt)))
		}
		v.record(r, KindPasswordSubmit, OutcomeLocked, p.user)
	}
	v.lab.keepPassage(id, p)
	if v.Nuisance == NuisancePasswordExpired {
		v.showExpired(w, r, id)
		return
	}
	status := http.StatusOK
	if v.Nuisance == NuisanceRateLimited {
		status = http.StatusTooManyRequests
	}
	v.showPage(w, r, id, status)
}

// showExpired asks for a new password, which no tool may make up.
func (v *variant) showExpired(w http.ResponseWriter, r *http.Request, id string) {
	sc := scene{Heading: v.say("newPassword"), Intro: v.say("passwordExpired"), Flow: id, Action: v.path("other"), Buttons: v.submit("confirm")}
	sc.Title = sc.Heading
	for _, key := range []string{"newPassword", "repeatPassword"} {
		sc.Fields = append(sc.Fields, sceneField{Key: key, Label: v.say(key), Type: "password", Autocomplete: "new-password"})
	}
	v.nameFields(&sc, &passage{})
	v.showScene(w, r, http.StatusOK, sc)
}
