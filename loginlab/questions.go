package loginlab

import "strings"

// methodLabel is the longest part of what a site's page says of a method that does not depend on the user.
func methodLabel(s *Site, m Medium) string {
	key := map[Medium]string{MediumText: "methodSMS", MediumEmail: "methodEmail", MediumVoice: "methodVoice"}[m]
	longest := ""
	for part := range strings.SplitSeq(phraseOf(s, key, "\x00"), "\x00") {
		if part = strings.Trim(part, " :,.()"); len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}

// questionsOf says what must be asked on the way through a variant, in the order of its pages.
func questionsOf(s *Site) []Question {
	var questions []Question
	if s.Has(NuisanceCaptcha) {
		questions = append(questions, Question{Kind: QuestionCaptcha, Answer: AnswerValue, Value: captchaText(s.Name)})
	}
	questions = append(questions, factorQuestions(s)...)
	if s.Has(NuisanceTerms) {
		questions = append(questions, Question{Kind: QuestionChoice, Answer: AnswerChoose, Value: phraseOf(s, "termsAccept")})
	}
	return questions
}

func factorQuestions(s *Site) []Question {
	code := Question{Kind: QuestionCode, Answer: AnswerMessageCode}
	switch s.Factor {
	case FactorTextedCode, FactorEmailedCode, FactorVoiceCode, FactorSendCode, FactorUnfolding, FactorSplit4, FactorSplit6,
		FactorSplit8, FactorPasswordTypeCode:
		return []Question{code}
	case FactorMethodChoice:
		return []Question{{Kind: QuestionChoice, Answer: AnswerChoose, Value: methodLabel(s, MediumText)}, code}
	case FactorEmailedLink:
		return []Question{{Kind: QuestionLink, Answer: AnswerMessageLink}}
	case FactorPush, FactorNumberMatching:
		return []Question{{Kind: QuestionApproval, Answer: AnswerApprove}}
	case FactorSecurityQuestion:
		return []Question{{Kind: QuestionSecurity, Answer: AnswerSecurity}}
	case FactorNone, FactorTOTP, FactorTOTPSHA256, FactorTOTP8Digits, FactorTOTP60s, FactorHOTP, FactorTOTPInForm,
		FactorPasskey, FactorBackupCode:
	}
	return nil
}
