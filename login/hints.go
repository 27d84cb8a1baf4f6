package login

import "slices"

// The way that worked before is a hint: it decides only where nothing else does.

// rememberedField returns the only field within MinMargin of the best that was used for the role before; -1 when there is
// none. found is ordered by score.
func (p *page) rememberedField(role Role, found []FieldRole) int {
	if p.past.Way == nil {
		return -1
	}
	only := -1
	for i := range found {
		if found[0].Score-found[i].Score >= MinMargin || found[i].Score < MinScore {
			break
		}
		signature := FieldSignature(&found[i].Control)
		if p.wayHas(func(s *WayStep) bool { return s.Fields[role] == signature }) {
			if only >= 0 {
				return -1
			}
			only = i
		}
	}
	return only
}

// remembers reports whether every field of the reading was used for its role before, on one page.
func (p *page) remembers(r *reading) bool {
	if p.past.Way == nil || len(r.fields) == 0 {
		return false
	}
	return p.wayHas(func(s *WayStep) bool {
		return !slices.ContainsFunc(r.fields, func(f FieldRole) bool { return s.Fields[f.Role] != FieldSignature(&f.Control) })
	})
}

// usedBefore reports whether the control was clicked in the way that worked before.
func (p *page) usedBefore(c *Control) bool {
	if p.past.Way == nil {
		return false
	}
	signature := FieldSignature(c)
	return p.wayHas(func(s *WayStep) bool { return s.Used == signature })
}

func (p *page) wayHas(holds func(*WayStep) bool) bool {
	for i := range p.past.Way.Steps {
		if holds(&p.past.Way.Steps[i]) {
			return true
		}
	}
	return false
}
