package loginlab

// Factor says what is asked for beside the password.
type Factor string

// The factors.
const (
	FactorNone Factor = "none"
	// FactorTextedCode: a code sent to a telephone, asked for after the password.
	FactorTextedCode Factor = "texted_code"
	// FactorEmailedCode: a code sent by e-mail, asked for after the password.
	FactorEmailedCode Factor = "emailed_code"
	// FactorVoiceCode: a code told by telephone, asked for after the password.
	FactorVoiceCode Factor = "voice_code"
	// FactorSendCode: a button has the code sent, the field comes after it.
	FactorSendCode Factor = "send_code"
	// FactorTOTP: an authenticator's code, asked for after the password: SHA-1, 6 digits, 30 s.
	FactorTOTP Factor = "totp"
	// FactorTOTPSHA256: the same with SHA-256.
	FactorTOTPSHA256 Factor = "totp_sha256"
	// FactorTOTP8Digits: the same with 8 digits.
	FactorTOTP8Digits Factor = "totp_8_digits"
	// FactorTOTP60s: the same with a period of 60 s.
	FactorTOTP60s Factor = "totp_60s"
	// FactorHOTP: a counter-based code (RFC 4226), asked for after the password.
	FactorHOTP Factor = "hotp"
	// FactorTOTPInForm: an authenticator's code, asked for in the form of the password.
	FactorTOTPInForm Factor = "totp_in_form"
	// FactorUnfolding: a field for a texted code unfolds under the password once that was submitted.
	FactorUnfolding Factor = "code_unfolding"
	// FactorSplit4, FactorSplit6 and FactorSplit8: a texted code in a box per digit.
	FactorSplit4 Factor = "split_4"
	FactorSplit6 Factor = "split_6"
	FactorSplit8 Factor = "split_8"
	// FactorPasswordTypeCode: an e-mailed code in a field of type password.
	FactorPasswordTypeCode Factor = "password_type_code"
	// FactorEmailedLink: a link sent by e-mail. Whoever opens it lets the waiting page go on; opened by the waiting
	// browser itself, it goes on from there.
	FactorEmailedLink Factor = "emailed_link"
	// FactorMethodChoice: how to get the code is to be chosen first.
	FactorMethodChoice Factor = "method_choice"
	// FactorPush: a request to be approved on another device.
	FactorPush Factor = "push"
	// FactorNumberMatching: a push that wants the number which the page shows.
	FactorNumberMatching Factor = "number_matching"
	// FactorSecurityQuestion: a question with an answer that only the person knows.
	FactorSecurityQuestion Factor = "security_question"
	// FactorPasskey: a WebAuthn assertion.
	FactorPasskey Factor = "passkey"
	// FactorBackupCode: one of the account's backup codes; each may be used once.
	FactorBackupCode Factor = "backup_code"
)

// gridFactors are those that the corpus is generated from.
func gridFactors() []Factor {
	return []Factor{
		FactorNone, FactorTextedCode, FactorEmailedCode, FactorVoiceCode, FactorSendCode, FactorTOTP, FactorTOTPSHA256,
		FactorTOTP8Digits, FactorTOTP60s, FactorHOTP, FactorTOTPInForm, FactorUnfolding, FactorSplit4, FactorSplit6,
		FactorSplit8, FactorPasswordTypeCode, FactorEmailedLink, FactorMethodChoice, FactorPush, FactorNumberMatching,
		FactorSecurityQuestion, FactorPasskey, FactorBackupCode,
	}
}

// family is what people read of the factor: factors of one family look alike, so that the corpus need not pair each of
// them with every language.
func (f Factor) family() Factor {
	switch f { //nolint:exhaustive // the others stand for themselves
	case FactorTOTPSHA256, FactorTOTP8Digits, FactorTOTP60s, FactorHOTP:
		return FactorTOTP
	case FactorSplit4, FactorSplit8:
		return FactorSplit6
	}
	return f
}

// split returns the number of boxes of a split code; 0 for a single field.
func (f Factor) split() int {
	switch f { //nolint:exhaustive // the others have one field
	case FactorSplit4:
		return 4
	case FactorSplit6:
		return 6
	case FactorSplit8:
		return 8
	}
	return 0
}

// generated reports whether the code comes from a secret of the account: the manifest gives it as an otpauth URI.
func (f Factor) generated() bool {
	return f.family() == FactorTOTP || f == FactorTOTPInForm
}
