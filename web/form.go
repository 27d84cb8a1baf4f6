package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// Names in the form. A field of the question has its own name with fieldPrefix in front.
const (
	fieldPrefix = "v."
	nameChoice  = "choice"
	nameAction  = "action"
	nameForm    = "form"
)

// maxFormID bounds what tells a form from others.
const maxFormID = 64

// form is what a person sent.
type form struct {
	// id tells this form, as it was shown, from every other.
	id     session.Secret
	cancel bool
	answer service.Answer
}

// readForm reads the form of question q. What it does not know it leaves out; whether the answer fits the question
// is the service's to say.
func readForm(r *http.Request, q session.InfoRequest) (form, error) {
	if err := r.ParseForm(); err != nil {
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return form{}, service.NewError(service.TooLarge, "body-too-large", "the form has more than %d bytes", tooLarge.Limit)
		}
		return form{}, errNoForm()
	}
	sent := r.PostForm // never the query, which ends in logs
	for _, values := range sent {
		for _, v := range values {
			if !utf8.ValidString(v) {
				return form{}, errNoForm()
			}
		}
	}
	f := form{}
	if id := sent.Get(nameForm); len(id) <= maxFormID {
		f.id = session.NewSecret(id)
	}
	switch action := sent.Get(nameAction); {
	case action == string(session.ActionCancel):
		f.cancel = true
	case action != "":
		f.answer.Action = &action
	default:
		f.answer.Choice = given(sent, nameChoice)
		f.answer.Values = valuesOf(sent, q, f.answer.Choice != nil)
	}
	return f, nil
}

func errNoForm() error {
	return service.NewError(service.BadRequest, "form-unreadable", "what arrived is not the form of this page; send it again")
}

func given(sent url.Values, name string) *string {
	if v := sent.Get(name); v != "" {
		return &v
	}
	return nil
}

// valuesOf are the fields of q. A browser sends empty what was left empty. Beside a choice only an unknown page has values, and
// only those that were filled in.
func valuesOf(sent url.Values, q session.InfoRequest, chosen bool) map[string]session.Secret {
	if chosen && q.Kind != session.AskUnknownPage {
		return nil
	}
	values := map[string]session.Secret{}
	for _, f := range q.Fields {
		v := sent.Get(fieldPrefix + f.Name)
		if strings.TrimSpace(v) == "" && (chosen || f.Optional) {
			continue
		}
		values[f.Name] = session.NewSecret(v)
	}
	if len(values) == 0 && (chosen || len(q.Fields) == 0) {
		return nil
	}
	return values
}
