package login

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/anteroom/anteroom/login/words"
)

// maskedTargetPattern matches what sites print of an address or a number that a code was sent to: "•••• 42",
// "+49 *** **12", "a***@example.com", "xxx-xxx-1234".
var maskedTargetPattern = regexp.MustCompile(
	`(?:\+\d{1,3}[ -]?|[\p{L}\d][\p{L}\d.+_-]{0,5})?(?:[•●∙·*]{2,}|[xX]{3,})(?:[ -]?[•●∙·*xX]{2,})*[ -]?[\p{L}\d.@_•●∙·*-]{1,40}`)

// lengthPatterns match how sites say how long a code is: "6-digit code", "6-stelligen", "6 chiffres", "6位".
var lengthPatterns = regexp.MustCompile(`(?i)\b([4-9]|10)[ -]?(?:digit|character|stellig|chiffres?|d[ií]git|cifre|cijfer|cyfr|` +
	`č[ií]slic|místn|siff|ciffer|numeroi|haneli|basamak|значн|цифр)|([4-9]|10) ?(?:位|桁|文字|자리|أرقام|ספרות)`)

// patternLength matches HTML patterns of an exact number of digits: \d{6}, [0-9]{6}.
var patternLength = regexp.MustCompile(`^\^?(?:\\d|\[0-9\]|\[\\d\])\{(\d{1,2})\}\$?$`)

// maskedTarget returns where the page says it sent the code; empty when it does not say.
func (p *page) maskedTarget() string {
	if !p.text.Has(words.Sent, words.Code) && !p.headings.Has(words.Sent) {
		return ""
	}
	for _, text := range append([]string{p.m.Text}, p.m.Headings...) {
		if match := maskedTargetPattern.FindString(text); match != "" {
			return cut(strings.Trim(match, " .-"), 60)
		}
	}
	return ""
}

// codeLength returns the number of characters of the code, by the field's pattern, the page's words or a short
// maxlength; 0 when none says. A maxlength above 6 often makes room for a backup code and says nothing.
func (p *page) codeLength(c *Control) int {
	if m := patternLength.FindStringSubmatch(c.Pattern); m != nil {
		return plausible(m[1])
	}
	for _, text := range []string{c.Label, c.Placeholder, c.Description, p.m.Text} {
		if m := lengthPatterns.FindStringSubmatch(text); m != nil {
			return plausible(m[1] + m[2])
		}
	}
	if boxes := p.boxesAround(c); boxes > 0 {
		return boxes
	}
	if c.MaxLength >= 4 && c.MaxLength <= 6 {
		return c.MaxLength
	}
	return 0
}

func (p *page) boxesAround(c *Control) int {
	for _, f := range p.forms {
		if f.frame == c.Frame && f.number == c.Form {
			return splitBoxes(f.fields)
		}
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
