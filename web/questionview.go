package web

import (
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// questionView is an open question as a form.
type questionView struct {
	// Action is where the form goes, and Form tells it from every other.
	Action, Form string
	Message      string
	// Again says why it is asked again, and SiteSaid what the site said; empty the first time.
	Again, SiteSaid string
	// Number is to be matched on the other device.
	Number  string
	Sent    string
	Picture string
	// Error is what is wrong with what was sent; fields have their own.
	Error   string
	Fields  []fieldView
	Choices []choiceView
	// GoesOn says that the login may go on without the form, and Look leads to whether it did; empty where it does not.
	GoesOn, Look string
	Until        until
	Buttons      []button
	// MayCancel is true where the person may end the login.
	MayCancel bool
	// Still is where the page does not load itself again; empty where it never does.
	Still string
	// every is how often it does, and receipt what it loads.
	every   time.Duration
	receipt string
}

// fieldView is one field of the form.
type fieldView struct {
	ID, Name, Label, Type, Value, Hint, Error string
	InputMode, AutoComplete                   string
	Focus, Code, Required                     bool
}

// DescribedBy are the ids of what belongs to the field.
func (f fieldView) DescribedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	return strings.Join(ids, " ")
}

// choiceView is one of the choices, as a button.
type choiceView struct {
	ID, Label, Description string
	Focus                  bool
}

// button asks for something else than the answer.
type button struct{ Action, Label string }

var headings = map[session.InfoRequestKind]string{
	session.AskCode:             "Enter the code",
	session.AskCredentials:      "Something is missing to log in",
	session.AskChoice:           "Choose one",
	session.AskApproval:         "Approve the login",
	session.AskSecurityQuestion: "Answer the security question",
	session.AskLink:             "Open the link that was sent",
	session.AskCaptcha:          "Show that a person is there",
	session.AskUnknownPage:      "What does this page want?",
}

func headingOf(q session.InfoRequest) string {
	return cmp.Or(headings[q.Kind], "The site asks for something")
}

func allows(q session.InfoRequest, action session.Action) bool {
	return slices.Contains(q.Allow, action)
}

var mediumNames = map[session.Medium]string{
	session.MediumSMS: "a text message", session.MediumEmail: "an e-mail", session.MediumVoice: "a phone call",
	session.MediumApp: "an app", session.MediumDevice: "a device of yours",
}

// sentTo says where to look, as far as the site tells and the message does not.
func sentTo(q session.InfoRequest) string {
	target, medium := q.MaskedTarget, mediumNames[q.Medium]
	if target != "" && strings.Contains(q.Message, target) {
		target = ""
	}
	switch {
	case medium == "" && target == "":
		return ""
	case medium == "":
		return "Sent to " + target + "."
	case target == "":
		return "Look for it in: " + medium + "."
	}
	return "Look for it in: " + medium + ", " + target + "."
}

// askedAgain says why the question is there again.
func askedAgain(q session.InfoRequest) string {
	switch q.Reason {
	case "":
		return ""
	case "code_rejected":
		if q.Kind == session.AskCode {
			return "The site refused the code."
		}
		return "The site refused the last answer."
	case "resent":
		return "It was sent again."
	case "not_typed":
		return "The last answer was not used."
	case "browser_lost":
		return "The login had to begin again. What was sent before may not count any more."
	}
	return "The site asks again."
}

func buttonsOf(q session.InfoRequest) []button {
	var list []button
	if allows(q, session.ActionResend) {
		list = append(list, button{string(session.ActionResend), "Send it again"})
	}
	if allows(q, session.ActionTryAnotherWay) {
		list = append(list, button{string(session.ActionTryAnotherWay), "Try another way"})
	}
	return list
}

// fill adds the fields and choices, and what was wrong with the form that was sent. Secrets are not sent back.
func (v *questionView) fill(q session.InfoRequest, sent *form, fault *service.Error) {
	for _, f := range q.Fields {
		field := fieldOf(f)
		if sent != nil && !f.Secret && f.Type != "password" {
			field.Value = sent.answer.Values[f.Name].Reveal()
		}
		if fault != nil && fault.Field == f.Name {
			field.Error = sentence(field.Label, f, fault)
		}
		v.Fields = append(v.Fields, field)
	}
	texts := service.ChoiceTexts(q.Choices)
	for i, c := range q.Choices {
		choice := choiceView{ID: c.ID, Label: texts[i]}
		if !strings.Contains(c.Label, c.Description) {
			choice.Description = c.Description
		}
		v.Choices = append(v.Choices, choice)
	}
	v.focus()
	if fault != nil && !slices.ContainsFunc(v.Fields, func(f fieldView) bool { return f.Error != "" }) {
		v.Error = "That could not be taken. Look at what is asked, and send it again."
	}
}

// focus puts the cursor where the person goes on: into the field that was wrong, or the first one.
func (v *questionView) focus() {
	if len(v.Fields) == 0 {
		return // a focused button is pressed by a stray Enter
	}
	i := max(slices.IndexFunc(v.Fields, func(f fieldView) bool { return f.Error != "" }), 0)
	v.Fields[i].Focus = true
}

// goesOn has the page notice that the person acted elsewhere. Where somebody types it does not load itself again, which would
// take away what is being typed.
func (v *questionView) goesOn(q session.InfoRequest, receipt string) {
	if !q.Kind.GoesOnByItself() {
		return
	}
	v.Look = receipt
	switch {
	case len(v.Fields) > 0 && q.Kind == session.AskLink:
		v.GoesOn = "Did you open the link on another device? Then nothing needs to be sent here."
		return
	case len(v.Fields) > 0:
		return
	case q.Kind == session.AskCaptcha:
		v.GoesOn = "This cannot be answered here. Should the site let the login go on, this page notices."
	default:
		v.GoesOn = "Nothing needs to be typed here: this page notices when it is done."
	}
	v.every, v.receipt, v.Still = pauseWaiting, receipt, "?"+stillParameter+"=1"
}

func fieldOf(f session.Field) fieldView {
	v := fieldView{
		ID: "field-" + f.Name, Name: fieldPrefix + f.Name, Label: cmp.Or(f.Label, f.Name), Type: "text",
		AutoComplete: "off", Required: !f.Optional,
	}
	switch f.Type {
	case "password":
		v.Type = "password"
	case "url":
		v.InputMode = "url"
	case "code":
		v.AutoComplete, v.Code = "one-time-code", true
	}
	digits := onlyDigits(f.Pattern)
	if digits {
		v.InputMode = "numeric"
	}
	if f.Type == "code" && f.Length > 0 {
		v.Hint = plural(f.Length, "character")
		if digits {
			v.Hint = plural(f.Length, "digit")
		}
	}
	return v
}

// onlyDigits reports whether a pattern takes digits and nothing else.
func onlyDigits(pattern string) bool {
	if pattern == "" {
		return false
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	return err == nil && digitsIn(parsed)
}

func digitsIn(re *syntax.Regexp) bool {
	switch re.Op { //nolint:exhaustive // whatever else there is takes more than digits
	case syntax.OpLiteral:
		return !slices.ContainsFunc(re.Rune, func(r rune) bool { return r < '0' || r > '9' })
	case syntax.OpCharClass:
		return len(re.Rune) > 0 && re.Rune[0] >= '0' && re.Rune[len(re.Rune)-1] <= '9'
	case syntax.OpCapture, syntax.OpPlus, syntax.OpStar, syntax.OpQuest, syntax.OpRepeat, syntax.OpConcat, syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !digitsIn(sub) })
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine:
		return true
	}
	return false
}

// sentence is the service's refusal of a field, for people: with its label, and without a pattern that they cannot read.
func sentence(label string, f session.Field, fault *service.Error) string {
	why := strings.TrimPrefix(fault.Message, f.Name+" ")
	if strings.HasPrefix(why, "does not have the form") {
		why = "does not have the form that is asked"
		if onlyDigits(f.Pattern) {
			why = "may hold digits only"
		}
	}
	return label + " " + why + "."
}
