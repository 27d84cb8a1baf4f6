package login

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/anteroom/anteroom/login/words"
)

// providerNames lists what names a provider in texts and hosts, in the order of precedence.
var providerNames = []struct{ name, in string }{
	{"google", "google gsuite"}, {"github", "github"}, {"gitlab", "gitlab"}, {"linkedin", "linkedin"}, {"facebook", "facebook"},
	{"apple", "apple appleid"}, {"microsoft", "microsoft microsoftonline azure entra office outlook live"}, {"okta", "okta oktapreview"},
	{"auth0", "auth0"}, {"onelogin", "onelogin"}, {"keycloak", "keycloak"}, {"amazon", "amazon amazoncognito cognito aws"},
	{"twitter", "twitter"}, {"slack", "slack"}, {"discord", "discord"}, {"bitbucket", "bitbucket"}, {"atlassian", "atlassian"},
	{"salesforce", "salesforce"}, {"yahoo", "yahoo"}, {"paypal", "paypal"}, {"wechat", "wechat weixin 微信"}, {"qq", "qq"},
	{"weibo", "weibo 微博"}, {"alipay", "alipay 支付宝"}, {"dingtalk", "dingtalk 钉钉"}, {"kakao", "kakao 카카오"}, {"naver", "naver 네이버"},
	{"yandex", "yandex яндекс"}, {"vk", "vk вконтакте"}, {"gosuslugi", "gosuslugi госуслуги"}, {"bankid", "bankid"}, {"mitid", "mitid"},
	{"itsme", "itsme"}, {"franceconnect", "franceconnect"}, {"spid", "spid"}, {"digid", "digid"}, {"eherkenning", "eherkenning"},
	{"orcid", "orcid"}, {"shibboleth", "shibboleth"}, {"steam", "steam"}, {"twitch", "twitch"}, {"spotify", "spotify"},
	{"authentik", "authentik"}, {"authelia", "authelia"}, {"gitea", "gitea"}, {"forgejo", "forgejo"}, {"dex", "dex"}, {"jumpcloud", "jumpcloud"},
	{"ldap", "ldap"},
}

// ssoPlaces are parts of the addresses where other providers log people in (login-detection §7).
var ssoPlaces = []string{
	"accounts.google.com/", "login.microsoftonline.com/", "login.live.com/", "appleid.apple.com/auth", "github.com/login/oauth",
	"gitlab.com/oauth", "facebook.com/dialog/oauth", "facebook.com/v", "linkedin.com/oauth", "/protocol/openid-connect/auth", "/adfs/",
	"/saml/", "/saml2/", "/oauth2/authorize", "/oauth/authorize", "/oauth2/authorization/", "/auth/oidc", "/auth/saml", "/sso/", "/auth/google",
	"/auth/github", "/auth/microsoft", "/auth/gitlab", "/users/auth/", "/openid_connect", "/login/sso",
}

// provider names the provider that a signs in with: "google", "sso"; "other" when it is not known; empty for none.
func provider(a *action) string {
	tokens := strings.Fields(words.Normalise(a.Text + " " + a.Label))
	tokens = append(tokens, strings.Fields(words.NormaliseIdentifier(a.ElementID+" "+a.Name))...)
	if name := providerIn(tokens); name != "" {
		return name
	}
	if name := providerIn(strings.Fields(words.NormaliseIdentifier(a.Href))); name != "" && a.says.Has(words.SSO) {
		return name
	}
	if a.says.Has(words.SingleSignOn) || a.says.HasAll(words.SSO, words.Organisation) || a.dev.Has(words.SingleSignOn) {
		return "sso"
	}
	return ""
}

func providerIn(tokens []string) string {
	for _, p := range providerNames {
		for name := range strings.FieldsSeq(p.in) {
			if slices.ContainsFunc(tokens, func(t string) bool { return names(t, name) }) {
				return p.name
			}
		}
	}
	return ""
}

// names reports whether a token is a name, or holds it between letters of another script: "googleでログイン".
func names(token, name string) bool {
	before, after, found := strings.Cut(token, name)
	if !found || name[0] >= utf8.RuneSelf {
		return found
	}
	return (before == "" || before[len(before)-1] >= utf8.RuneSelf) && (after == "" || after[0] >= utf8.RuneSelf)
}

// isSSO reports whether a signs in with somebody else's account.
func (p *page) isSSO(a *action) bool {
	if a.says.Meets(notSSO) {
		return false
	}
	named := a.says.Has(words.Provider)
	switch {
	case a.says.Has(words.SSO):
		return true
	case named && a.says.Has(words.Login, words.Next, words.Accept):
		return true
	case named && len(strings.Fields(words.Normalise(a.Text))) <= 2:
		return p.loginContextOf() || ssoPlace(a.Href)
	case a.says.Empty() && a.dev.Has(words.Provider, words.SSO): // nothing but an icon
		return true
	}
	return a.Kind == ControlLink && ssoPlace(a.Href) && a.says.Has(words.Login, words.Provider)
}

var notSSO = words.Of(words.Legal, words.Logout, words.UsePassword, words.Passkey, words.SecurityKey, words.App, words.Newsletter,
	words.CookieSettings, words.Forgot)

func ssoPlace(href string) bool {
	return slices.ContainsFunc(ssoPlaces, func(place string) bool { return strings.Contains(href, place) })
}

// providerOptions returns the ways to sign in with somebody else's account.
func (p *page) providerOptions() []Option {
	var options []Option
	for i := range p.actions {
		a := &p.actions[i]
		if !p.isSSO(a) || a.Disabled {
			continue
		}
		o := newOption(OptionSignInWith, a.Control, a.says)
		o.Provider = provider(a)
		if o.Provider == "" {
			o.Provider = "other"
		}
		if o.Label == "" {
			o.Label = o.Provider
		}
		options = append(options, o)
	}
	return distinct(options)
}
