package loginlab

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// carrier is one place of a request that holds text.
type carrier struct {
	// name is a form field's or JSON key's name, "url", "header <name>" or "body".
	name string
	text string
	// isField is true for a field of the body: the only place where a secret may be.
	isField bool
}

// carriersOf lists every text of a request whose body was read.
func carriersOf(r *http.Request, body []byte) []carrier {
	carriers := []carrier{{name: "url", text: r.URL.RequestURI()}}
	for name, values := range r.Header {
		for _, value := range values {
			carriers = append(carriers, carrier{name: "header " + strings.ToLower(name), text: value})
		}
	}
	if len(body) == 0 {
		return carriers
	}
	fields, understood := bodyFields(r.Header.Get("Content-Type"), body)
	if !understood {
		fields = []carrier{{name: "body", text: string(body)}}
	}
	return append(carriers, fields...)
}

func bodyFields(contentType string, body []byte) ([]carrier, bool) {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, false
	}
	switch mediaType {
	case "application/x-www-form-urlencoded":
		return urlEncodedFields(body)
	case "multipart/form-data":
		return multipartFields(body, parameters["boundary"])
	case "application/json":
		return jsonBody(body)
	}
	return nil, false
}

func jsonBody(body []byte) ([]carrier, bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil || decoder.More() {
		return nil, false
	}
	return jsonFields(nil, "", value), true
}

func urlEncodedFields(body []byte) ([]carrier, bool) {
	values, err := url.ParseQuery(string(body))
	var fields []carrier
	for name, texts := range values {
		fields = append(fields, carrier{name: "body", text: name})
		for _, text := range texts {
			fields = append(fields, carrier{name: name, text: text, isField: true})
		}
	}
	return fields, err == nil
}

func multipartFields(body []byte, boundary string) ([]carrier, bool) {
	var fields []carrier
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := reader.NextPart()
		if err != nil {
			return fields, err == io.EOF //nolint:errorlint // NextPart documents io.EOF itself
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return fields, false
		}
		fields = append(fields, carrier{name: part.FormName(), text: string(text), isField: true})
	}
}

// jsonFields walks a decoded document; a value is named by the key nearest above it.
func jsonFields(fields []carrier, name string, value any) []carrier {
	switch v := value.(type) {
	case string:
		return append(fields, carrier{name: name, text: v, isField: true})
	case []any:
		for _, element := range v {
			fields = jsonFields(fields, name, element)
		}
	case map[string]any:
		for key, element := range v {
			fields = append(fields, carrier{name: "body", text: key})
			fields = jsonFields(fields, key, element)
		}
	case json.Number: // a code sent as a number
		return append(fields, carrier{name: name, text: v.String(), isField: true})
	}
	return fields
}

// submittedUser returns the user name that the body of a request holds.
func submittedUser(carriers []carrier) string {
	for _, c := range carriers {
		if c.isField && c.name == fieldUsername {
			return username(c.text)
		}
	}
	return ""
}

// sighting is a secret found in a carrier.
type sighting struct {
	carrier carrier
	secret  knownSecret
}

func sightings(known knownSecrets, carriers []carrier) []sighting {
	var seen []sighting
	for _, c := range carriers {
		for _, secret := range known.find(c.text) {
			seen = append(seen, sighting{carrier: c, secret: secret})
		}
	}
	slices.SortFunc(seen, func(a, b sighting) int { return strings.Compare(a.carrier.name, b.carrier.name) })
	return seen
}
