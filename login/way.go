package login

// Way is how a login of a project went: which pages came, and which controls were used on them. It holds no secret
// and nothing personal, only signatures.
type Way struct {
	Steps []WayStep `json:"steps,omitempty"`
}

// WayStep is one page of a way.
type WayStep struct {
	Class Class `json:"class"`
	// Signature is the page's, as Classification.Signature.
	Signature string `json:"signature"`
	// Fields holds the signature of the field that was used for a role.
	Fields map[Role]string `json:"fields,omitempty"`
	// Used is the signature of the control that was clicked; empty when Enter was pressed.
	Used string `json:"used,omitempty"`
}
