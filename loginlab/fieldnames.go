package loginlab

import (
	"strconv"
	"strings"
)

// developerNames are what the programmers of a skin call the fields. A skin without an entry uses the key.
var developerNames = map[string]map[string]string{
	skinBootstrap: {keyUsername: "email", keyPassword: "password", keyCode: "otp", keyOrganisation: "company", keyBackup: "backup_code", keyAnswer: "answer"},
	skinMaterial:  {keyUsername: "identifier", keyPassword: "Passwd", keyCode: "totpPin", keyOrganisation: "workspace", keyBackup: "backupCodePin", keyAnswer: "challengeAnswer"},
	skinTable:     {keyUsername: "login", keyPassword: "pw", keyCode: "tan", keyOrganisation: "mandant", keyBackup: "reserve", keyAnswer: "antwort"},
	skinUtility:   {keyUsername: "username", keyPassword: "password", keyCode: "code", keyOrganisation: "tenant", keyBackup: "recoveryCode", keyAnswer: "answer"},
	skinWebForms: {
		keyUsername: "ctl00$MainContent$UserName", keyPassword: "ctl00$MainContent$Password", keyCode: "ctl00$MainContent$txtCode",
		keyOrganisation: "ctl00$MainContent$txtOrg", keyBackup: "ctl00$MainContent$txtBackup", keyAnswer: "ctl00$MainContent$txtAnswer",
	},
	skinPlain: {keyUsername: "log", keyPassword: "pwd", keyCode: "authcode", keyOrganisation: "org", keyBackup: "backup", keyAnswer: "secret_answer"},
}

// fieldName is the name of a field on the pages of a passage.
func (v *variant) fieldName(key, salt string) string {
	if v.Has(NuisanceABLabels) {
		return "f" + salt + strconv.FormatUint(hashOf(salt, key)%1_000_000, 36)
	}
	if name, ok := developerNames[v.Skin][key]; ok {
		return name
	}
	return key
}

// nameFields gives every field its name and id.
func (v *variant) nameFields(sc *scene, p *passage) {
	for _, fields := range [][]sceneField{sc.Fields, sc.Boxes, sc.Toggles} {
		for i := range fields {
			f := &fields[i]
			f.Name = v.fieldName(f.Key, p.salt)
			f.ID = v.fieldID(f.Name, p.salt, i)
			if f.Disabled {
				f.Name = ""
			}
		}
	}
}

func (v *variant) fieldID(name, salt string, i int) string {
	switch v.Skin {
	case skinUtility:
		return ":r" + strconv.Itoa(i) + ":"
	case skinWebForms:
		return strings.ReplaceAll(name, "$", "_")
	case skinMaterial:
		return "mat-input-" + strconv.Itoa(i)
	}
	if v.Has(NuisanceABLabels) {
		return "x" + salt + strconv.Itoa(i)
	}
	return name
}

// accepts says which secrets the current step of a passage may be sent, and in which field.
func (v *variant) accepts(p *passage) accepts {
	name := func(key string) string { return v.fieldName(key, p.salt) }
	switch v.step(p) { //nolint:exhaustive // the others take no secret
	case stepCredentials, stepPassword:
		a := accepts{SecretPassword: name(keyPassword)}
		if v.Factor == FactorTOTPInForm {
			a[SecretTOTPCode] = name(keyCode)
		}
		return a
	case stepCode, stepUnfolded:
		return accepts{SecretTextedCode: name(keyCode), SecretTOTPCode: name(keyCode)}
	case stepSecurity:
		return accepts{SecretAnswer: name(keyAnswer)}
	case stepBackup:
		return accepts{SecretBackupCode: name(keyBackup)}
	}
	return nil
}
