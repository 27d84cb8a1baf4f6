package loginlab

// Topology says how the pages of a login follow each other.
type Topology string

// The topologies.
const (
	// TopologySingleForm asks for user name and password in one form.
	TopologySingleForm Topology = "single_form"
	// TopologyIdentifierFirst asks for the user name, then on a second page for the password.
	TopologyIdentifierFirst Topology = "identifier_first"
	// TopologyTenantFirst asks for the organisation before anything else: a field or a list.
	TopologyTenantFirst Topology = "tenant_first"
	// TopologyFormless has fields and a button, but no form element: a script sends the values.
	TopologyFormless Topology = "formless"
	// TopologyFrame shows the form inside a frame of the same origin.
	TopologyFrame Topology = "frame"
	// TopologyCrossFrame shows the form inside a frame of the other origin, which the site's allowedHosts name.
	TopologyCrossFrame Topology = "cross_frame"
	// TopologyShadow shows the form inside an open shadow root.
	TopologyShadow Topology = "shadow"
	// TopologyNestedShadow shows the form inside an open shadow root within an open shadow root.
	TopologyNestedShadow Topology = "nested_shadow"
	// TopologySPA is one document: scripts show the steps and send them with fetch.
	TopologySPA Topology = "spa"
	// TopologySlowSPA is an SPA that shows a skeleton first and answers late.
	TopologySlowSPA Topology = "slow_spa"
	// TopologyModal is a public page whose "log in" button opens a dialog with the form.
	TopologyModal Topology = "modal"
	// TopologyPopup signs in through a popup of the other origin.
	TopologyPopup Topology = "popup"
	// TopologyOIDC signs in at the other origin by OpenID Connect's authorization code flow.
	TopologyOIDC Topology = "oidc"
	// TopologySAML signs in at the other origin by the SAML web browser profile: self-submitting forms both ways.
	TopologySAML Topology = "saml"
	// TopologyHTTPBasic asks by HTTP basic authentication (RFC 7617) and sets a session cookie.
	TopologyHTTPBasic Topology = "http_basic"
	// TopologyNone has no login form.
	TopologyNone Topology = "none"
)

// gridTopologies are those that the corpus is generated from.
func gridTopologies() []Topology {
	return []Topology{
		TopologySingleForm, TopologyIdentifierFirst, TopologyTenantFirst, TopologyFormless, TopologyFrame,
		TopologyCrossFrame, TopologyShadow, TopologyNestedShadow, TopologySPA, TopologySlowSPA, TopologyModal,
		TopologyPopup, TopologyOIDC, TopologySAML, TopologyHTTPBasic,
	}
}

// elsewhere reports whether the form itself is served at the other origin.
func (t Topology) elsewhere() bool {
	return t == TopologyCrossFrame || t == TopologyPopup || t == TopologyOIDC || t == TopologySAML
}

// framed reports whether the form is in a frame.
func (t Topology) framed() bool { return t == TopologyFrame || t == TopologyCrossFrame }

// scripted reports whether a script shows every step and sends it with fetch.
func (t Topology) scripted() bool {
	return t == TopologySPA || t == TopologySlowSPA || t == TopologyModal
}
