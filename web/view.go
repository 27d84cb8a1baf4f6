package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"strconv"
	"time"

	"github.com/anteroom/anteroom/api/service"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// contentPolicy allows our own style sheet, by its hash, pictures and forms of this origin: no scripts, and nothing in a frame.
var contentPolicy = "default-src 'none'; style-src 'sha256-" + hashOf(pageStyle) + "'; img-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// How a login ended, as a class of the style sheet.
const (
	markGood = "good"
	markBad  = "bad"
)

// view is what a page shows.
type view struct {
	Title string
	// Site, Project and Account say which login it is; empty for who has no valid link.
	Site, Project, Account string
	// Mark is markGood, markBad or empty.
	Mark string
	// Busy is true while something goes on.
	Busy bool
	// Status is what happens now, and Text what it means.
	Status string
	Text   []string
	// SiteSaid is what the site said, as text.
	SiteSaid string
	// Refresh is the content of the header that loads a page after some seconds.
	Refresh string
	// Link is where to go on.
	Link, LinkText string
	Question       *questionView
}

// Wide reports whether the page needs room for a picture.
func (v *view) Wide() bool { return v.Question != nil && v.Question.Picture != "" }

// Style is the page's only style sheet.
func (v *view) Style() template.CSS { return template.CSS(pageStyle) } //nolint:gosec // our own file

// refresh loads another page after a while; never where that is 0.
func (v *view) refresh(after time.Duration, to string) {
	if after == 0 {
		return
	}
	v.Refresh = strconv.Itoa(int(after.Seconds())) + "; url=" + to
}

func viewOf(l service.Linked, title string) view {
	return view{Title: title, Site: l.Site, Project: l.Operation.Project, Account: l.SessionName}
}
