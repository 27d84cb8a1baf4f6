package config

import (
	"errors"

	"golang.org/x/net/publicsuffix"

	"github.com/anteroom/anteroom/session"
)

// validateProject is Project.Validate, with the check of wildcards against the list of public suffixes.
func validateProject(p *session.Project) error {
	return errors.Join(append(unjoin(p.Validate()), p.SuffixFaults(isPublicSuffix)...)...)
}

// isPublicSuffix reports whether anybody can have a host below the domain, by the Mozilla list.
func isPublicSuffix(domain string) bool {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix == domain
}
