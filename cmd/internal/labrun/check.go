package labrun

import (
	"errors"
	"fmt"

	"github.com/anteroom/anteroom/loginlab"
)

// What the figures of a pass must reach.
const (
	// MinLoggedIn is the least share of logins where one is possible.
	MinLoggedIn = 0.97
	// MaxFalseLogins is the greatest share of false logins.
	MaxFalseLogins = 0.005
)

// ErrNotGoodEnough is what the error of Check wraps.
var ErrNotGoodEnough = errors.New("the figures are not good enough")

// Check reports each figure that falls short, joined; nil when none does.
func (r *Report) Check() error {
	var errs []error
	for i := range r.Passes {
		errs = append(errs, r.Passes[i].check()...)
	}
	return errors.Join(errs...)
}

func (p *Pass) check() []error {
	var errs []error
	short := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s, %s: %s", ErrNotGoodEnough, p.partName(), p.Mode, fmt.Sprintf(format, args...)))
	}
	t := &p.Totals
	if float64(t.LoggedIn) < MinLoggedIn*float64(t.Possible) {
		short("logged in %d of %d", t.LoggedIn, t.Possible)
	}
	if t.HostileRight < t.Hostile {
		short("hostile sites left alone %d of %d", t.HostileRight, t.Hostile)
	}
	if float64(t.FalseLogins) > MaxFalseLogins*float64(t.Sites) {
		short("%d false logins", t.FalseLogins)
	}
	if t.Leaks > 0 {
		short("%d leaks", t.Leaks)
	}
	if t.Hangs > 0 {
		short("%d hangs", t.Hangs)
	}
	return errs
}

// partName names the part for people.
func (p *Pass) partName() string {
	switch p.Part {
	case loginlab.PartTuning:
		return "tuning"
	case loginlab.PartHeldOut:
		return "held out"
	}
	return "other"
}
