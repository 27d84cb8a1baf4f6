package loginlab

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
)

//go:embed pages
var pageFiles embed.FS

var templates = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// page is what the layout shows around a page's own content.
type page struct {
	Language, Brand, Title string
	Words                  wording
	Content                any
}

// brand is whose pages these seem to be. It is the same everywhere and says nothing: a site's
// title would tell the visitor what to find ("Locked", "Texted code").
const brand = "Fernwood"

// render writes a page of the site by the name of its template.
func (s *site) render(w http.ResponseWriter, status int, name, title string, content any) {
	writePage(w, status, name, page{
		Language: s.Language, Brand: brand, Title: title, Words: s.words(), Content: content,
	})
}

func writePage(w http.ResponseWriter, status int, name string, p page) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, p); err != nil {
		http.Error(w, "the page cannot be shown: its template failed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a client that went away is its own affair
}

func writeScript(w http.ResponseWriter, file string) {
	script, err := pageFiles.ReadFile("pages/" + file)
	if err != nil {
		http.Error(w, "the script is missing", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write(script) // a client that went away is its own affair
}

// showMessage writes a page that only says something.
func (s *site) showMessage(w http.ResponseWriter, status int, heading, text string) {
	s.render(w, status, "message", heading, message{heading, text})
}

type message struct{ Heading, Text string }
