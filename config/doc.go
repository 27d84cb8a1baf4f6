// Package config reads the operator's settings: one typed Config, checked as a whole, and the project files.
//
//	defaults ◀ file ◀ environment ◀ flags    the later one wins
//
// A setting has one key, written network.allow in the file, ANTEROOM_NETWORK_ALLOW in the environment and
// --network-allow as a flag. No setting is a secret, so faults may quote values.
//
// The package may import session, viper with its flag library, and the YAML library; it is the only one that knows
// viper and the environment.
package config
