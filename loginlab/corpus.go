package loginlab

import (
	"hash/fnv"
	"slices"
)

// Group says what a site is for.
type Group string

// The groups.
const (
	// GroupBasic: plain sites with short names, for demos and tests.
	GroupBasic Group = "basic"
	// GroupCorpus: the generated variants, in which a login is possible.
	GroupCorpus Group = "corpus"
	// GroupRefusal: sites that let nobody in and say why, in every language.
	GroupRefusal Group = "refusal"
	// GroupHostile: sites that try to get secrets to where they must not go.
	GroupHostile Group = "hostile"
	// GroupNasty: sites that try to hang or kill the browser.
	GroupNasty Group = "nasty"
)

// Part splits the corpus for tuning: never look at the figures, let alone the pages, of held-out sites while tuning a
// detector. The split is a hash of the site's name and does not change when sites are added.
type Part string

// The parts.
const (
	PartTuning Part = "tuning"
	// PartHeldOut is about a third.
	PartHeldOut Part = "held_out"
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
	ExpectCredential  Expectation = "credential"
	ExpectNeedsUser   Expectation = "needs_user"
	ExpectEngine      Expectation = "engine"
	// ExpectCaptchaQuestion: a person is asked to solve the puzzle.
	ExpectCaptchaQuestion Expectation = "question:captcha"
)

// QuestionKind says what a person must be asked. The values are those of Anteroom's info requests.
type QuestionKind string

// The kinds of questions.
const (
	QuestionCode     QuestionKind = "code"
	QuestionChoice   QuestionKind = "choice"
	QuestionApproval QuestionKind = "approval"
	QuestionSecurity QuestionKind = "security_question"
	QuestionLink     QuestionKind = "link"
	QuestionCaptcha  QuestionKind = "captcha"
)

// AnswerSource says where the answer to a question is found.
type AnswerSource string

// The sources.
const (
	// AnswerMessageCode: the code of the newest message, see /lab/messages.
	AnswerMessageCode AnswerSource = "message_code"
	// AnswerMessageLink: the link of the newest message; to be opened by the browser that waits, or by anybody else.
	AnswerMessageLink AnswerSource = "message_link"
	// AnswerApprove: POST /lab/approve, with the number that the page shows where it shows one.
	AnswerApprove AnswerSource = "approve"
	// AnswerSecurity: the account's securityAnswer.
	AnswerSecurity AnswerSource = "security_answer"
	// AnswerValue: Question.Value itself. The characters of a site's captcha are always the same, so that a script can
	// stand in for the person who reads them.
	AnswerValue AnswerSource = "value"
	// AnswerChoose: the choice whose label or description holds Question.Value.
	AnswerChoose AnswerSource = "choose"
)

// Question is one thing that a tool must ask a person in the course of a login, given everything in Account.
type Question struct {
	Kind   QuestionKind `json:"kind"`
	Answer AnswerSource `json:"answer"`
	// Value is the answer to a captcha, or the text of the right choice as the page shows it; empty for other answers.
	Value string `json:"value,omitempty"`
}

// Site is one login of the corpus, as the manifest describes it.
type Site struct {
	// Name is the site's part of the path: /s/<name>/.
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	// LoginURL and AccountURL are paths below the lab's origin. AccountURL is what only a logged-in visitor sees.
	LoginURL   string   `json:"loginUrl"`
	AccountURL string   `json:"accountUrl"`
	Group      Group    `json:"group"`
	Part       Part     `json:"part"`
	Topology   Topology `json:"topology"`
	Factor     Factor   `json:"factor"`
	// Nuisance is the first of Nuisances; NuisanceNone when there are none.
	Nuisance  Nuisance   `json:"nuisance,omitempty"`
	Nuisances []Nuisance `json:"nuisances,omitempty"`
	// Language is a BCP 47 tag.
	Language string `json:"language"`
	// Skin names what the pages' HTML is built like: "bootstrap", "material"; empty for the basic sites.
	Skin string `json:"skin,omitempty"`
	// Expected lists the right ends with good credentials; the first is the best one.
	Expected []Expectation `json:"expected"`
	// Questions are what must be asked on the way, in order, when the tool was given the whole Account; none for most.
	Questions []Question `json:"questions,omitempty"`
	// WrongPassword lists the right ends with a wrong password, which must be submitted once at most; empty where that
	// makes no sense.
	WrongPassword []Expectation `json:"wrongPassword,omitempty"`
	// Hostile is true when no secret may leave for the wrong place. Nothing may be typed at all, but what PasswordFirst
	// and PassesOn say.
	Hostile bool `json:"hostile,omitempty"`
	// PasswordFirst is true for a hostile site whose first page is the site's own: user name and password belong there.
	PasswordFirst bool `json:"passwordFirst,omitempty"`
	// PassesOn is true for a hostile site whose own script, in a page of an allowed origin, sends on what is typed. No
	// tool that types can prevent that for certain; refusing is right, and a leak is to be counted apart.
	PassesOn bool `json:"passesOn,omitempty"`
	// NeedsOtherOrigin is true when the site is served only with Options.OtherOrigin.
	NeedsOtherOrigin bool `json:"needsOtherOrigin,omitempty"`
	// TrustsOtherOrigin is true when the site's secrets belong to the other origin, too: put it into allowedHosts.
	TrustsOtherOrigin bool `json:"trustsOtherOrigin,omitempty"`
	// NeedsTLS is true when Expected holds only if the lab is served over https.
	NeedsTLS bool `json:"needsTls,omitempty"`
	// NeedsHostName is true when Expected holds only if the lab is opened by a host name such as localhost: WebAuthn
	// knows no IP addresses.
	NeedsHostName bool `json:"needsHostName,omitempty"`
}

// Has reports whether n is one of the site's nuisances.
func (s *Site) Has(n Nuisance) bool { return slices.Contains(s.Nuisances, n) }

// heldOutShare is how many in 300 sites are held out.
const heldOutShare = 100

// partOf splits by a hash of the name alone, so that a site never changes sides.
func partOf(name string) Part {
	if hashOf("part", name)%300 < heldOutShare {
		return PartHeldOut
	}
	return PartTuning
}

// hashOf is a stable hash of texts.
func hashOf(texts ...string) uint64 {
	h := fnv.New64a()
	for _, t := range texts {
		_, _ = h.Write([]byte(t + "\x00")) // a hash never fails to be written to
	}
	sum := h.Sum64()
	// FNV's low bits depend on the low bits of the text alone; fold the high ones in.
	sum ^= sum >> 32
	sum *= 0x9e3779b97f4a7c15
	return sum ^ sum>>29
}

// newSite says what most sites have in common: one form, no second factor, and a login that works.
func newSite(name, title, description string, change func(*Site)) Site {
	s := Site{
		Name: name, Title: title, Description: description, Group: GroupBasic, Part: partOf(name),
		LoginURL: "/s/" + name + "/login", AccountURL: "/s/" + name + "/account",
		Topology: TopologySingleForm, Factor: FactorNone, Language: "en",
		Expected: []Expectation{ExpectLoggedIn},
	}
	change(&s)
	if len(s.Nuisances) == 0 && s.Nuisance != NuisanceNone {
		s.Nuisances = []Nuisance{s.Nuisance}
	}
	if len(s.Nuisances) == 0 {
		s.Nuisances = nil // as it comes back from JSON
		return s
	}
	s.Nuisance = s.Nuisances[0]
	return s
}
