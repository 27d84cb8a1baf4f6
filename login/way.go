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

// maxWay bounds the steps of a way: what is longer went in circles.
const maxWay = 60

// record adds what is about to be done on the page to the way: used is clicked, nil for Enter.
func (r *run) record(used *Control) {
	if len(r.progress.Way.Steps) >= maxWay {
		return
	}
	step := WayStep{Class: r.seen.Class, Signature: r.seen.Signature}
	for i := range r.seen.Fields {
		if step.Fields == nil {
			step.Fields = map[Role]string{}
		}
		step.Fields[r.seen.Fields[i].Role] = FieldSignature(&r.seen.Fields[i].Control)
	}
	if used != nil {
		step.Used = FieldSignature(used)
	}
	r.progress.Way.Steps = append(r.progress.Way.Steps, step)
}
