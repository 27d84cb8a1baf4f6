package login

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"github.com/anteroom/anteroom/session"
)

// BackupCodeKey is the fingerprint by which [Gate.Spend] knows a backup code: the HMAC-SHA-256 (RFC 2104) of the code
// without white space and hyphens and in lower case, keyed by the account's user name. It does not show the code, and the
// same code of two accounts has two keys.
func BackupCodeKey(username, code session.Secret) string {
	plain := strings.ToLower(strings.ReplaceAll(strings.Join(strings.Fields(code.Reveal()), ""), "-", ""))
	mac := hmac.New(sha256.New, []byte("backup code of "+username.Reveal()))
	_, _ = mac.Write([]byte(plain))
	return hex.EncodeToString(mac.Sum(nil))
}

// giveBackupCode enters the account's next backup code that was not used yet, or a person's.
func (r *run) giveBackupCode(ctx context.Context) (*Outcome, error) {
	role, out := r.answerField()
	if out != nil {
		return out, nil
	}
	if r.progress.CodesEntered >= maxCodes {
		return ended(r.stuck()), nil
	}
	code, err := r.nextBackupCode(ctx, role)
	if err != nil {
		return nil, err
	}
	if code == nil {
		return r.askCode("The site asks for one of the account's backup codes", codeBackup), nil
	}
	return nil, r.enterCode(ctx, role, *code, nil)
}

// nextBackupCode spends and returns a backup code; nil when there is none left and nobody answered.
func (r *run) nextBackupCode(ctx context.Context, role Role) (*oneTimeCode, error) {
	if code := r.takeSpare(role); code != nil {
		return code, nil
	}
	user := r.value(ParameterUsername)
	if a := r.answer(session.AskCode, codeBackup); a != nil {
		if value, ok := a.Values.Get(FieldCode); ok {
			// So that it is not taken out of backupCodes later.
			_, err := r.gate.Spend(ctx, SpendBackupCode, BackupCodeKey(user, value))
			return &oneTimeCode{value: value, key: a.QuestionID, question: a.QuestionID}, err
		}
	}
	for _, code := range r.backupCodes() {
		key := BackupCodeKey(user, code)
		granted, err := r.gate.Spend(ctx, SpendBackupCode, key)
		if err != nil {
			return nil, err
		}
		if granted {
			return &oneTimeCode{value: code, key: "backup:" + key}, nil
		}
	}
	return nil, nil //nolint:nilnil // a person is asked then
}

// backupCodes are the codes of the parameter backupCodes.
func (r *run) backupCodes() []session.Secret {
	raw, ok := r.in.Parameters.Get(ParameterBackupCodes)
	if !ok {
		return nil
	}
	var codes []session.Secret
	for _, code := range separate(raw.Reveal()) {
		codes = append(codes, session.NewSecret(code))
	}
	return codes
}

// separate splits what is separated by white space, commas or semicolons.
func separate(list string) []string {
	return strings.FieldsFunc(list, func(c rune) bool { return unicode.IsSpace(c) || c == ',' || c == ';' })
}
