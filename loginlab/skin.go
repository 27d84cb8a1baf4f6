package loginlab

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

// The skins: what the pages' HTML is built like.
const (
	skinPlain     = "plain"
	skinBootstrap = "bootstrap"
	skinMaterial  = "material"
	skinTable     = "table"
	skinUtility   = "utility"
	skinWebForms  = "webforms"
)

func skinNames() []string {
	return []string{skinPlain, skinBootstrap, skinMaterial, skinTable, skinUtility, skinWebForms}
}

//go:embed skins
var skinFiles embed.FS

var skins = template.Must(template.New("skins").Funcs(template.FuncMap{
	"attrs": inputAttrs, "button": buttonOf, "other": otherButton, "choice": choiceButton,
}).ParseFS(skinFiles, "skins/*.html"))

// variantPage is what a template sees.
type variantPage struct {
	*variant

	Scene scene
	// Data is what the page is about: an address, a user.
	Data string
	Body template.HTML
}

func pageOf(v *variant, sc scene, data string) variantPage {
	return variantPage{variant: v, Scene: sc, Data: data}
}

// Say is for templates: phraseOf.
func (p variantPage) Say(key string, args ...string) string {
	if p.Has(NuisanceABLabels) {
		return synonymOf(&p.Site, key, hashOf(p.Scene.Flow, key), args...)
	}
	return p.say(key, args...)
}

// Direction is the document's.
func (p variantPage) Direction() string {
	if rightToLeft(p.Language) {
		return "rtl"
	}
	return "ltr"
}

// Is reports whether the site has a nuisance, by its name.
func (p variantPage) Is(n string) bool { return p.Has(Nuisance(n)) }

// To is the address of one of the site's pages.
func (p variantPage) To(page string) string { return p.path(page) }

// Brand is whose site this is.
func (p variantPage) Brand() string { return brand }

// First is true for the pages that have other forms beside theirs.
func (p variantPage) First() bool {
	for _, f := range p.Scene.Fields {
		if f.Key == keyUsername && !f.ReadOnly {
			return true
		}
	}
	return false
}

// Formless is true where no form element may be.
func (p variantPage) Formless() bool { return p.Topology == TopologyFormless }

// Unlabelled is true where only placeholders say what a field is for.
func (p variantPage) Unlabelled() bool { return p.Has(NuisancePoorAccessibility) }

// AlertText is the alert where it stands beside the form.
func (p variantPage) AlertText() string {
	switch p.Scene.AlertStyle { //nolint:exhaustive // the others stand beside the form
	case NuisanceErrorToast, NuisanceErrorDialog:
		return ""
	}
	return p.Scene.Alert
}

// inputAttrs are the attributes of an input element.
func inputAttrs(p variantPage, f sceneField) template.HTMLAttr {
	var b strings.Builder
	add := func(name, value string) {
		if value != "" {
			b.WriteString(` ` + name + `="` + template.HTMLEscapeString(value) + `"`)
		}
	}
	flag := func(name string, when bool) {
		if when {
			b.WriteString(" " + name)
		}
	}
	add("type", f.Type)
	add("name", f.Name)
	add("id", f.ID)
	add("autocomplete", f.Autocomplete)
	add("inputmode", f.InputMode)
	add("value", f.Value)
	if f.MaxLength > 0 {
		add("maxlength", strconv.Itoa(f.MaxLength))
	}
	if p.Unlabelled() {
		add("placeholder", f.Label)
	}
	if p.Scene.Alert != "" && p.Scene.AlertStyle == NuisanceErrorField {
		add("aria-invalid", "true")
		add("aria-describedby", "field-error")
	}
	flag("readonly", f.ReadOnly)
	flag("disabled", f.Disabled)
	flag("checked", f.Checked)
	return template.HTMLAttr(b.String()) //nolint:gosec // every value is escaped above
}

// buttonOf is the main button of a form.
func buttonOf(p variantPage, class string, asInput bool) template.HTML {
	if len(p.Scene.Buttons) == 0 {
		return ""
	}
	b := p.Scene.Buttons[0]
	label := template.HTMLEscapeString(b.Label)
	value := nameValue(b.Name, b.Value)
	elsewhere := ""
	if b.FormAction != "" {
		elsewhere = ` formaction="` + template.HTMLEscapeString(b.FormAction) + `"`
		value += elsewhere
	}
	disabled := ""
	if p.Has(NuisanceSubmitDisabled) && len(p.Scene.Fields)+len(p.Scene.Boxes) > 0 {
		disabled = " disabled data-until-typed"
	}
	switch {
	case p.Has(NuisanceDivButtons):
		return html(`<div class="` + class + `" tabindex="0" data-submit` + value + `>` + label + `</div>`)
	case p.Has(NuisanceIconButton) && b.Name == "":
		return html(`<button class="` + class + `" type="submit" data-submit` + disabled +
			`><svg width="16" height="16" viewBox="0 0 16 16"><path d="M2 8h10M8 3l5 5-5 5"/></svg></button>`)
	case asInput && !p.Formless() && b.Name == "":
		return html(`<input class="` + class + `" type="submit" data-submit value="` + label + `"` + elsewhere + disabled + `>`)
	}
	kind := "submit"
	if p.Formless() {
		kind = "button"
	}
	return html(`<button class="` + class + `" type="` + kind + `" data-submit` + value + disabled + `>` + label + `</button>`)
}

func html(text string) template.HTML { return template.HTML(text) } //nolint:gosec // callers escape what is not theirs

func nameValue(name, value string) string {
	if name == "" {
		return ""
	}
	return ` name="` + name + `" value="` + template.HTMLEscapeString(value) + `"`
}

// otherButton is a further button.
func otherButton(p variantPage, b sceneButton, class string) template.HTML {
	return html(submitElement(p, class, nameValue(b.Name, b.Value), template.HTMLEscapeString(b.Label)))
}

// choiceButton is one alternative.
func choiceButton(p variantPage, c sceneChoice, class string) template.HTML {
	label := template.HTMLEscapeString(c.Label)
	if c.Detail != "" {
		label += ` <small>` + template.HTMLEscapeString(c.Detail) + `</small>`
	}
	return html(submitElement(p, class, nameValue(c.Name, c.Value), label))
}

func submitElement(p variantPage, class, value, label string) string {
	if p.Has(NuisanceDivButtons) {
		return `<div class="` + class + `" tabindex="0" data-submit` + value + `>` + label + `</div>`
	}
	kind := "submit"
	if p.Formless() {
		kind = "button"
	}
	return `<button class="` + class + `" type="` + kind + `" data-submit` + value + `>` + label + `</button>`
}

// fragment is a step as a script gets it.
type fragment struct {
	HTML     string `json:"html,omitempty"`
	Title    string `json:"title,omitempty"`
	Dialog   string `json:"dialog,omitempty"`
	Toast    string `json:"toast,omitempty"`
	Location string `json:"location,omitempty"`
}

// showScene writes a step: the whole page, or for a script what changes.
func (v *variant) showScene(w http.ResponseWriter, r *http.Request, status int, sc scene) {
	p := pageOf(v, sc, "")
	if sc.Poll != "" && v.step(v.passageFor(sc.Flow)) == stepLink && !v.Topology.elsewhere() {
		s := v.plain()
		s.setCookie(w, r, flowCookie, sc.Flow)
	}
	body := p.execute(v.Skin + "-fragment")
	if fromScript(r) {
		f := fragment{HTML: string(body), Title: sc.Title}
		switch sc.AlertStyle { //nolint:exhaustive // the others are in the page
		case NuisanceErrorDialog:
			f.Dialog = sc.Alert
		case NuisanceErrorToast:
			f.Toast = sc.Alert
		}
		writeJSON(w, http.StatusOK, f)
		return
	}
	p.Body = body
	v.write(w, status, "page", p)
}

func (v *variant) passageFor(id string) *passage {
	p, _ := v.lab.passageOf(id, v.Name)
	return &p
}

func (p variantPage) execute(name string) template.HTML {
	var b bytes.Buffer
	if err := skins.ExecuteTemplate(&b, name, p); err != nil {
		panic("loginlab: template " + name + ": " + err.Error()) // a fault of the lab's own files
	}
	return template.HTML(b.String()) //nolint:gosec // html/template escaped it
}

// write writes a whole page in the site's skin.
func (v *variant) write(w http.ResponseWriter, status int, name string, p variantPage) {
	if name != "page" {
		p.Body = p.execute("body-" + name)
	}
	out := p.execute(v.Skin + "-layout")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(out)) //nolint:gosec // html/template escaped it; a client that went away is its own affair
}

// showSelfSubmitting writes a page whose form submits itself, as SAML's web browser profile has it.
func (v *variant) showSelfSubmitting(w http.ResponseWriter, action, name, value string) {
	p := pageOf(v, scene{Title: v.say("redirecting"), Action: action, BigText: name}, value)
	v.write(w, http.StatusOK, "post", p)
}
