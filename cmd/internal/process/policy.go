package process

import (
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/config"
)

// policyOf says where the browser may go, by the settings; ownPorts are closed whatever they say.
func policyOf(c config.Network, ownPorts func() []uint16) (browser.Policy, error) {
	policy := browser.Policy{OwnPorts: ownPorts}
	for _, side := range []struct {
		networks []config.AllowedNetwork
		rules    *[]browser.AllowRule
	}{{c.Allow, &policy.Allow}, {c.Deny, &policy.Deny}} {
		for _, network := range side.networks {
			rule, err := browser.ParseAllow(network.String())
			if err != nil {
				return policy, err
			}
			*side.rules = append(*side.rules, rule)
		}
	}
	return policy, nil
}
