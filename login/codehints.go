package login

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom/anteroom/login/words"
	"github.com/anteroom/anteroom/session"
)

// maskedTargetPattern matches what sites print of an address or a number that a code was sent to: "•••• 42",
// "+49 *** **12", "a***@example.com", "xxx-xxx-1234".
var maskedTargetPattern = regexp.MustCompile(
	`(?:\+\d{1,3}[ -]?|[\p{L}\d][\p{L}\d.+_-]{0,5})?(?:[•●∙·*＊⁎]{2,}|[xX]{3,})(?:[ -]?[•●∙·*＊xX]{2,})*[ -]?[\p{L}\d.@_•●∙·*-]{1,40}`)

// lengthPatterns match how sites say how long a code is: "6-digit code", "6-stelligen", "6 chiffres", "6位".
var lengthPatterns = regexp.MustCompile(`(?i)\b([4-9]|10)[ -]?(?:digit|character|stellig|chiffres?|caract|d[ií]git|cifre|cifr|cijfer|cyfr|` +
	`č[ií]slic|místn|siff|ciffer|numeroi|haneli|basamak|значн|цифр)|([4-9]|10) ?(?:位|桁|文字|자리|أرقام|ספרות)`)

// patternLength matches HTML patterns of an exact number of digits: \d{6}, [0-9]{6}.
var patternLength = regexp.MustCompile(`^\^?(?:\\d|\[0-9\]|\[\\d\])(?:\{(\d{1,2})\}|\{(\d{1,2}),(\d{1,2})\})\$?$`)

// addHints adds what the page says about a code, a link or an approval.
func (p *page) addHints(c *Classification) {
	switch c.Class {
	case ClassCode, ClassCodeInForm, ClassCodeSplit:
		if code := c.Field(RoleCode); code != nil {
			c.CodeLength = p.codeLength(&code.Control)
		}
		if n := len(c.Boxes); n > 0 {
			c.CodeLength = n
		}
	case ClassExternalWait:
		c.DisplayCode = p.displayCode()
		c.Link = p.waitsForLink(c)
	case ClassSecurityQuestion:
		if answer := c.Field(RoleSecurityAnswer); answer != nil {
			c.Question = p.questionOf(&answer.Control)
		}
		return
	case ClassCaptcha:
		c.Vendor = p.vendor(c)
		return
	case ClassSendCode, ClassBackupCode:
	default:
		return
	}
	c.MaskedTarget = p.maskedTarget()
	c.Medium = p.medium(c)
	c.Countdown = p.countdown()
}

// waitsForLink reports whether what the page waits for is a link that was sent: it says so, or something was sent to an
// e-mail address, where nothing can be approved.
func (p *page) waitsForLink(c *Classification) bool {
	if c.DisplayCode != "" || p.headline().Has(words.Push) {
		return false
	}
	approves := p.loud().Has(words.ExternalWait, words.Push, words.App, words.NumberMatch)
	return p.loud().Has(words.LinkSent) || !approves && strings.Contains(p.maskedText(), "@")
}

// maskedTarget returns where the page says it sent the code; empty when it does not say.
func (p *page) maskedTarget() string {
	tells := p.text.Or(p.headings).Has(words.Sent, words.Code, words.CodeWeak, words.SendCode, words.LinkSent, words.SMS)
	if !tells && !p.sentMessage() {
		return ""
	}
	return p.maskedText()
}

// maskedText returns the first half-hidden address or number of the page.
func (p *page) maskedText() string {
	if target := maskedIn(p.m.Text); target != "" {
		return target
	}
	for _, text := range p.m.Headings {
		if target := maskedIn(text); target != "" {
			return target
		}
	}
	for i := range p.m.Controls {
		c := &p.m.Controls[i]
		if target := maskedIn(c.Label + "\n" + c.Description); target != "" && c.Visible && c.Kind == ControlField {
			return target
		}
	}
	return ""
}

// hiders are what maskedTargetPattern finds nothing without.
var hiders = []string{"•", "●", "∙", "·", "*", "＊", "⁎", "xx", "XX", "xX", "Xx"}

func maskedIn(text string) string {
	if !slices.ContainsFunc(hiders, func(h string) bool { return strings.Contains(text, h) }) {
		return "" // the pattern is slow
	}
	for _, match := range maskedTargetPattern.FindAllString(text, 4) {
		// Without a hidden character that people would not write, or a digit, it is a word: "maxxxx".
		if strings.ContainsAny(match, "•●∙·*＊⁎") || strings.ContainsAny(match, "0123456789@") {
			return cut(strings.Trim(match, " .-"), 60)
		}
	}
	return ""
}

// maskedOrAddress reports whether text names an address, in full or half hidden.
func maskedOrAddress(text string) bool {
	return strings.Contains(text, "@") || maskedIn(text) != ""
}

// codeLength returns the number of characters of the code, by the field's pattern, the page's words or a short
// maxlength; 0 when none says. A maxlength above 6 often makes room for a backup code and says nothing.
func (p *page) codeLength(c *Control) int {
	if m := patternLength.FindStringSubmatch(c.Pattern); m != nil {
		if m[2] != m[3] {
			return 0
		}
		return plausible(m[1] + m[2])
	}
	texts := append([]string{c.Label, c.Placeholder, c.Description}, p.m.Headings...)
	for _, text := range append(texts, p.m.Text) {
		if m := lengthPatterns.FindStringSubmatch(text); m != nil {
			return plausible(m[1] + m[2])
		}
	}
	if c.MaxLength >= 4 && c.MaxLength <= 6 {
		return c.MaxLength
	}
	return 0
}

func plausible(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 4 || n > 10 {
		return 0
	}
	return n
}

// media are the words for how something reaches a person.
var media = []struct {
	medium session.Medium
	says   words.Set
}{
	{session.MediumSMS, words.Of(words.SMS)},
	{session.MediumVoice, words.Of(words.Voice)},
	{session.MediumEmail, words.Of(words.Email, words.LinkSent, words.MagicLink)},
	{session.MediumApp, words.Of(words.App, words.Push)},
	{session.MediumSMS, words.Of(words.Phone)},
}

// medium returns how the page says it reaches the person: by the line that tells that something was sent, else by what
// stands loudly; empty when it does not say.
func (p *page) medium(c *Classification) session.Medium {
	if c.Link {
		return session.MediumEmail
	}
	for _, l := range p.lines {
		if !l.says.Has(words.Sent, words.SendCode) && maskedIn(l.text) == "" {
			continue
		}
		target := maskedIn(l.text)
		if strings.Contains(target, "@") {
			return session.MediumEmail
		}
		if m := mediumOf(l.says); m != "" {
			return m
		}
	}
	says := p.headline()
	if field := c.Field(RoleCode); field != nil {
		says = says.Or(words.Find(field.Control.Label), words.Find(field.Control.Description), words.Find(field.Control.Placeholder))
	}
	if m := mediumOf(says); m != "" {
		return m
	}
	for _, l := range p.lines {
		m := mediumOf(l.says)
		if (m == session.MediumEmail || m == session.MediumSMS && !l.says.Has(words.SMS)) && !l.says.Meets(ofCodes) {
			continue // the address of the account, the label of a field, a newsletter
		}
		if m != "" && p.short() {
			return m
		}
	}
	if c.Class == ClassExternalWait {
		return session.MediumApp
	}
	return ""
}

// ofCodes are the words of a line that tells how a code comes.
var ofCodes = words.Of(words.Code, words.CodeWeak, words.Sent, words.SendCode, words.LinkSent, words.MagicLink, words.Validity)

func mediumOf(says words.Set) session.Medium {
	for _, m := range media {
		if says.Meets(m.says) {
			return m.medium
		}
	}
	return ""
}

// displayPattern matches what sites show to be found again on another device: "42", "7 31", "WDJB-MJHT".
var displayPattern = regexp.MustCompile(`^(?:\d{1,3}|\d{2,4}[ -]?\d{2,4}|[A-Z0-9]{3,4}-[A-Z0-9]{3,4})$`)

// displayCode returns the number that the page shows to be matched; empty when there is none.
func (p *page) displayCode() string {
	texts := append(append([]string{}, p.m.LargeTexts...), p.m.Headings...)
	if code := displayedIn(texts); code != "" {
		return code
	}
	if !p.headings.Or(p.text).Has(words.NumberMatch, words.ExternalWait) {
		return p.shownNumber()
	}
	texts = texts[:0]
	for _, l := range p.lines {
		texts = append(texts, l.text)
	}
	return displayedIn(texts)
}

// displayedIn returns the text that looks most like a number to be matched: two digits, as most sites use.
func displayedIn(texts []string) string {
	found := ""
	for _, text := range texts {
		text = strings.TrimSpace(text)
		if !displayPattern.MatchString(text) {
			continue
		}
		if len(text) == 2 {
			return text
		}
		if found == "" {
			found = text
		}
	}
	return found
}

var (
	clockPattern = regexp.MustCompile(`\b(\d{1,2}):([0-5]\d)\b`)
	// timePattern takes the first letters of minutes, seconds and hours in all languages of the words.
	timePattern = regexp.MustCompile(`(?i)(\d{1,4})\s*-?\s*(hour|stund|heure|hora|ora\b|ore\b|uur|godz|hodin|timme|time[rn]|tunti|saat|час|годин|時間|시간|小时|小時|ساعة|שעה|` +
		`min|dk\b|dakika|мин|хв|分|분|دقيقة|دقائق|דקות|דקה|` +
		`s\b|sec|sek|seg|saniye|сек|秒|초|ثانية|ثوان|שניות)`)
)

// countdown returns for how long the page says that a code stays valid; 0 when it does not say.
func (p *page) countdown() time.Duration {
	for i, l := range p.lines {
		if !l.says.Has(words.Validity) || l.says.Has(words.Resend) {
			continue
		}
		text := l.text
		if !strings.ContainsAny(text, "0123456789") && i+1 < len(p.lines) {
			text = p.lines[i+1].text // the time stands in a line of its own
		}
		if d := durationIn(text); d > 0 {
			return d
		}
	}
	return 0
}

func durationIn(text string) time.Duration {
	if m := clockPattern.FindStringSubmatch(text); m != nil {
		return time.Duration(asNumber(m[1]))*time.Minute + time.Duration(asNumber(m[2]))*time.Second
	}
	m := timePattern.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	unit := time.Second
	switch name := strings.ToLower(m[2]); {
	case hasPrefix(name, "hour", "stund", "heure", "hora", "ora", "ore", "uur", "godz", "hodin", "tim", "tunti", "saat", "час", "годин", "時間", "시간", "小", "ساعة", "שעה"):
		unit = time.Hour
	case hasPrefix(name, "min", "dk", "dakika", "мин", "хв", "分", "분", "دق", "דק"):
		unit = time.Minute
	}
	return time.Duration(asNumber(m[1])) * unit
}

func hasPrefix(text string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(text, p) {
			return true
		}
	}
	return false
}

func asNumber(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
