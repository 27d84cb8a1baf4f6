package login

// PageModel is what the engine knows of a settled page. It never holds the value of a
// field.
type PageModel struct {
	// URL is the top document's, without fragment and query values.
	URL   string `json:"url"`
	Title string `json:"title"`
	// Lang is the document's language, if it says one.
	Lang string `json:"lang,omitempty"`
	// Status is the HTTP status of the last main document; 0 when unknown.
	Status int `json:"status,omitempty"`
	// SubmitStatus is the highest HTTP status among document, XHR and fetch responses since the last act; 0 when none.
	SubmitStatus int       `json:"submitStatus,omitempty"`
	Controls     []Control `json:"controls"`
	Headings     []string  `json:"headings"`
	// Alerts are texts that look like messages about the last act: role=alert, aria-live, error classes. At most
	// 200 characters each.
	Alerts []string `json:"alerts"`
	// Text is the visible text around the controls, cut to 4,000 characters; never kept.
	Text   string  `json:"text"`
	Frames []Frame `json:"frames"`
	// Truncated is true when the page had more controls than the model holds.
	Truncated bool `json:"truncated,omitempty"`
	// Popup is true when the model is of a window that the page opened; its opener waits behind it.
	Popup bool `json:"popup,omitempty"`
	// Challenge is the scheme of the HTTP authentication that the document was refused with: "basic", "digest"; empty for none.
	Challenge string `json:"challenge,omitempty"`
	// Dialog is true when a modal dialog covers the rest of the page: the controls are the dialog's and those in front of it.
	Dialog bool `json:"dialog,omitempty"`
	// LargeTexts are short texts in much larger type than the rest of the page, as sites show a number to be matched: at most
	// five, of at most 12 characters each.
	LargeTexts []string `json:"largeTexts,omitempty"`
	// Images are the visible images of at least 40 by 20 pixels, by alternative text and place; at most 20.
	Images []Image `json:"images,omitempty"`
	// Downloaded is true when the last act led to a download instead of a page.
	Downloaded bool `json:"downloaded,omitempty"`
}

// Image is a picture on the page.
type Image struct {
	Alt   string `json:"alt,omitempty"`
	Frame string `json:"frame"`
	// Source is the URL without query values; "data:" for an inline picture.
	Source string `json:"source,omitempty"`
	Box    Box    `json:"box"`
}

// Frame is one frame of the page; the first is the top document.
type Frame struct {
	ID     string `json:"id"`
	Origin string `json:"origin"`
	URL    string `json:"url"`
	// Document changes with every document that the frame loads.
	Document string `json:"document"`
}

// ControlKind says what a control is.
type ControlKind string

// The control kinds.
const (
	// ControlField is something to type into.
	ControlField ControlKind = "field"
	// ControlToggle is a checkbox, a radio button or a switch.
	ControlToggle ControlKind = "toggle"
	// ControlButton is something that submits or acts when clicked.
	ControlButton ControlKind = "button"
	// ControlLink goes somewhere.
	ControlLink ControlKind = "link"
	// ControlSelect chooses one of several values.
	ControlSelect ControlKind = "select"
)

// Control is one visible, interactive element, or a hidden field (which is named, never filled).
type Control struct {
	// Ref names the element within its document; valid until the document changes.
	Ref   string      `json:"ref"`
	Frame string      `json:"frame"`
	Kind  ControlKind `json:"kind"`
	// Type is the element's type in lower case: text, email, password, tel, number, checkbox, submit …
	Type string `json:"type"`
	// WasPassword is true for a field that had type=password when first seen.
	WasPassword bool   `json:"wasPassword,omitempty"`
	Role        string `json:"role,omitempty"`
	// Name and ElementID are the name and id attributes: the developer's words.
	Name      string `json:"name,omitempty"`
	ElementID string `json:"elementId,omitempty"`
	// Label is the accessible name: the user's words.
	Label       string `json:"label,omitempty"`
	Placeholder string `json:"placeholder,omitempty"`
	// Description is what aria-describedby and nearby hint text say.
	Description  string `json:"description,omitempty"`
	Autocomplete string `json:"autocomplete,omitempty"`
	InputMode    string `json:"inputMode,omitempty"`
	Pattern      string `json:"pattern,omitempty"`
	MaxLength    int    `json:"maxLength,omitempty"`
	// Text is the visible text of a button or link.
	Text string `json:"text,omitempty"`
	// Href is a link's target, without query values.
	Href string `json:"href,omitempty"`
	// Form numbers the form within its frame, from 1; 0 when formless.
	Form int `json:"form,omitempty"`
	// FormAction is the origin the form posts to; empty for the document's own.
	FormAction string `json:"formAction,omitempty"`
	// FormLabel holds the form's id, name, class and accessible name.
	FormLabel string `json:"formLabel,omitempty"`
	// Filled is true when the field holds a value already. The value itself never leaves the page.
	Filled bool `json:"filled,omitempty"`
	// Unsent is true when the field holds what a script typed, not its markup, in a document in which nobody clicked or pressed a
	// key since it was opened, not even by an act: whoever filled it in did not submit it.
	Unsent   bool `json:"unsent,omitempty"`
	Visible  bool `json:"visible"`
	Disabled bool `json:"disabled,omitempty"`
	ReadOnly bool `json:"readOnly,omitempty"`
	Required bool `json:"required,omitempty"`
	Checked  bool `json:"checked,omitempty"`
	Invalid  bool `json:"invalid,omitempty"`
	Focused  bool `json:"focused,omitempty"`
	// Box is the element's place in the viewport of the top document, in CSS pixels.
	Box Box `json:"box"`
	// Covered is true when something else lies over the middle of the control: a cookie wall, a newsletter.
	Covered bool `json:"covered,omitempty"`
	// Group names the radio group, list or dialog that holds the control: its accessible name, at most 100 characters.
	Group string `json:"group,omitempty"`
	// Context is the text right around a toggle, button or link in the same row of a list, at most 100 characters.
	Context string `json:"context,omitempty"`
	// Options are the texts of a select's options, at most 50.
	Options []string `json:"options,omitempty"`
	// ShadowPath lists the shadow hosts from the document down; empty in the light tree.
	ShadowPath []string `json:"shadowPath,omitempty"`
}

// Box is a rectangle in CSS pixels.
type Box struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}
