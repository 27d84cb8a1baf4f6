package vault

// DeriveID returns prefix and 128 bits that depend on the vault's deriving key, prefix and parts, and on nothing
// else: the same in every process and after Rotate, and without the key not to be computed or traced back. Lists of
// parts that differ in any way, also only in where one part ends, give different ids.
//
// Used for question ids (operation, number), account keys (workspace, project, user name) and credential keys.
func (v *Vault) DeriveID(prefix string, parts ...string) string {
	id, err := v.keys.Load().derive(prefix, append([]string{tagID, prefix}, parts...)...)
	if err != nil {
		// Tink's HMAC fails for an output longer than its hash only, and newKeys has computed one of this length.
		panic("vault: derive an id: " + err.Error())
	}
	return id
}
