package loginlab

import "html/template"

// The keys of what a variant's pages send; the names that pages give them differ by skin.
const (
	keyUsername     = "username"
	keyPassword     = "password"
	keyCode         = "code"
	keyOrganisation = "organisation"
	keyAnswer       = "answer"
	keyBackup       = "backup"
	keyCaptcha      = "captcha"
	keyRemember     = "remember"
	keyChoice       = "choice"
	keyAction       = "action"
	keyAssertion    = "assertion"
	keyTrap         = "trap"
	keyFlow         = "flow"
)

// scene is a page of a variant, described by what it is for; a skin makes HTML of it.
type scene struct {
	Title, Heading, Intro string
	// Greeting stands above everything, where a trap greets the user.
	Greeting string
	Alert    string
	// AlertStyle is how the alert is shown; NuisanceNone for role=alert.
	AlertStyle Nuisance
	Fields     []sceneField
	Boxes      []sceneField
	Toggles    []sceneField
	Choices    []sceneChoice
	Buttons    []sceneButton
	Links      []link
	// BigText is a number to be matched.
	BigText string
	// Picture is the address of a captcha.
	Picture string
	// Poll is asked until the page may go on; Passkey is the challenge to sign.
	Poll, Passkey string
	// LogOut is the address of a way out, where a trap offers one.
	LogOut string
	Flow   string
	Action string
	// Raw stands at the end of the page, outside the form: what a hostile or nasty site adds.
	Raw template.HTML
}

// sceneField is something to type into or to tick.
type sceneField struct {
	Key, Label, Type, Autocomplete string
	InputMode, Pattern             string
	MaxLength                      int
	Value                          string
	ReadOnly, Disabled, Checked    bool
	Autofocus                      bool
	// Name and ID are filled in by the skin.
	Name, ID string
}

// sceneChoice is one alternative; each is a button of its own.
type sceneChoice struct{ Name, Value, Label, Detail string }

// sceneButton submits the page. The first is the page's main one.
type sceneButton struct {
	Name, Value, Label string
	// FormAction overrides the form's action, where a hostile page does that.
	FormAction string
}

// sceneOf describes the current page of a passage.
func (v *variant) sceneOf(id string, p *passage) scene {
	sc := scene{Flow: id, Action: v.path("step"), Alert: p.alert, AlertStyle: v.alertStyle()}
	builders := map[step]func(*scene, *passage){
		stepChooser: v.chooser, stepTenant: v.tenant, stepIdentifier: v.identifier, stepPassword: v.password,
		stepCredentials: v.credentials, stepUnfolded: v.unfolded, stepRedirecting: v.redirecting, stepMethod: v.methods,
		stepSend: v.sendFirst, stepCode: v.code, stepLink: v.linkSent, stepPush: v.push, stepSecurity: v.security,
		stepPasskey: v.passkeyPage, stepBackup: v.backup, stepStay: v.stay, stepConsent: v.consent, stepTerms: v.terms,
		stepOffer: v.offer,
	}
	if build := builders[v.step(p)]; build != nil {
		build(&sc, p)
	}
	if sc.Title == "" {
		sc.Title = sc.Heading
	}
	if v.Has(NuisanceErrorTitle) && sc.Alert != "" {
		sc.Title, sc.Alert = sc.Alert, ""
	}
	if v.Has(NuisanceErrorSilent) {
		sc.Alert = ""
	}
	sc.Raw = v.nasty()
	v.nameFields(&sc, p)
	return sc
}

func (v *variant) alertStyle() Nuisance {
	for _, n := range []Nuisance{NuisanceErrorField, NuisanceErrorToast, NuisanceErrorRed, NuisanceErrorDialog} {
		if v.Has(n) {
			return n
		}
	}
	return NuisanceNone
}

func (v *variant) say(key string, args ...string) string { return phraseOf(&v.Site, key, args...) }

func (v *variant) submit(key string) []sceneButton { return []sceneButton{{Label: v.say(key)}} }

func (v *variant) decide(accept, decline string) []sceneButton {
	return []sceneButton{
		{Name: keyAction, Value: "accept", Label: v.say(accept)},
		{Name: keyAction, Value: "decline", Label: v.say(decline)},
	}
}

func (v *variant) usernameField(value string) sceneField {
	f := sceneField{Key: keyUsername, Label: v.say("usernameOrEmail"), Type: "text", Autocomplete: "username", Value: value}
	switch hashOf(v.Name, "username kind") % 3 {
	case 0:
		f.Label = v.say("username")
	case 1:
		f.Label, f.Type, f.Autocomplete = v.say("email"), "email", "email"
	}
	if hashOf(v.Name, "autocomplete")%3 == 0 {
		f.Autocomplete = ""
	}
	return f
}

func (v *variant) passwordField() sceneField {
	f := sceneField{Key: keyPassword, Label: v.say("password"), Type: "password", Autocomplete: "current-password"}
	if hashOf(v.Name, "autocomplete")%3 == 0 {
		f.Autocomplete = "off"
	}
	return f
}
