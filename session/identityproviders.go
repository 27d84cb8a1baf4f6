package session

import (
	"net/url"
	"slices"
	"strings"
)

// identityProviders are the hosts of well-known identity providers, where people type their password on the provider's own
// pages. "*.suffix" stands for the hosts of its customers. Not listed are providers whose customers can put scripts of their own on
// the page with the password under the provider's domain (Auth0's classic pages, Azure AD B2C, Salesforce communities): there, anybody's page
// would do. A project names its own host of these in AllowedHosts.
//
// Sources: the providers' documentation of the hosts to allow in firewalls and content blockers.
func identityProviders() []string {
	return []string{
		// Google, Apple, Meta, Yahoo, GitHub, LinkedIn, Amazon
		"accounts.google.com", "appleid.apple.com", "idmsa.apple.com", "account.apple.com", "www.facebook.com", "login.yahoo.com",
		"github.com", "gitlab.com", "www.linkedin.com", "www.amazon.com",
		// Microsoft, with its national clouds
		"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "login.microsoft.com", "login.live.com",
		"login.windows.net",
		// Workforce identity, by customer
		"*.okta.com", "*.okta-emea.com", "*.oktapreview.com", "*.okta-gov.com", "*.onelogin.com", "*.duosecurity.com",
		"auth.pingone.com", "auth.pingone.eu", "auth.pingone.ca", "auth.pingone.asia", "auth.pingone.com.au", "sso.connect.pingidentity.com",
		"sso.jumpcloud.com", "console.jumpcloud.com", "*.amazoncognito.com", "*.cyberark.cloud", "*.idaptive.app",
		// Suites that sign in to others
		"login.salesforce.com", "id.atlassian.com", "accounts.zoho.com", "accounts.zoho.eu", "signin.aws.amazon.com", "*.signin.aws.amazon.com",
	}
}

// isIdentityProvider reports whether the origin is one of a well-known identity provider: https, on its default port.
func isIdentityProvider(u *url.URL) bool {
	if u.Scheme != "https" || portOf(u) != "443" {
		return false
	}
	return slices.ContainsFunc(identityProviders(), func(entry string) bool { return hostMatches(strings.ToLower(entry), u) })
}
