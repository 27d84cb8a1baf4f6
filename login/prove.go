package login

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/session"
)

// How long a page may take to show one thing or the other.
const (
	// proofPatience is for a page that shows neither: a script may have to ask its server first.
	proofPatience = 5 * time.Second
	// proofDoubt is for a page that shows something, but no proof.
	proofDoubt = 1500 * time.Millisecond
)

// Observation is what a browser context sees where only a logged-in visitor should see something.
type Observation struct {
	// URL is where the visit ended.
	URL string
	// Status is the HTTP status of the page; 0 when unknown.
	Status int
	Class  Class
	// LoggedIn is the decision for this context alone.
	LoggedIn bool
	// Marked is true when the project's mark was seen, ByMark when the project has one.
	Marked, ByMark bool
	// LogoutControl is true when the page offers to log out.
	LogoutControl bool
	// LoginForm is true when the page is a step of a login or offers one; Elsewhere when the visit ended at another
	// path than it asked for; Denied when the page was refused.
	LoginForm, Elsewhere, Denied bool
	Evidence                     []session.Evidence
}

// onceOnly are names of parameters that a site takes once: opening their URL again would end in an error.
var onceOnly = []string{"code", "state", "ticket", "token", "samlresponse", "access_token", "id_token", "nonce", "session_state"}

// Landing is the URL at which to look for a session: location, the whole URL of the page, without what counts once. It is
// landingURL where location is of another page or cannot be read.
func Landing(location, landingURL string) string {
	u, err := url.Parse(location)
	if err != nil || !samePath(location, landingURL) {
		return landingURL
	}
	query := u.Query()
	for name := range query {
		if slices.Contains(onceOnly, strings.ToLower(name)) {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	if fragment, err := url.ParseQuery(u.Fragment); err == nil {
		for name := range fragment {
			if slices.Contains(onceOnly, strings.ToLower(name)) {
				u.Fragment, u.RawFragment = "", ""
			}
		}
	}
	return u.String()
}

// CheckLoggedIn opens p.CheckURL, or landingURL without one, and observes whether the page's context is logged in.
// Errors: *LoadError, ErrPageLost, ctx's, an engine fault.
func CheckLoggedIn(ctx context.Context, page Page, p session.Project, landingURL string) (Observation, error) {
	target := p.CheckURL
	if target == "" {
		target = landingURL
	}
	since := page.Mark()
	if err := page.Navigate(ctx, target); err != nil {
		return Observation{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, DefaultTiming().Settle+2*proofPatience)
	defer cancel()
	for range maxLooks {
		o, err := observe(ctx, page, p, target, since)
		if err != nil || o.decided() {
			return o, err
		}
		// Nothing happened during a whole wait: it will not get clearer.
		mark := page.Mark()
		before := o
		if err := page.Settle(ctx, mark, o.patience(), o.patience()); err != nil {
			return Observation{}, err
		}
		o, err = observe(ctx, page, p, target, mark)
		if err != nil || o.decided() || o.same(&before) {
			return o, err
		}
		since = mark
	}
	return Observation{}, context.DeadlineExceeded
}

func observe(ctx context.Context, page Page, p session.Project, target string, since Mark) (Observation, error) {
	m, c, err := readUncovered(ctx, page, since)
	if err != nil {
		return Observation{}, err
	}
	read := readPage(m, History{})
	o := Observation{
		URL: m.URL, Status: m.Status, Class: c.Class, ByMark: p.LoggedIn != "", LogoutControl: read.canLogOut(),
		Denied: m.Status == 401 || m.Status == 403, Elsewhere: !samePath(target, m.URL),
	}
	o.LoginForm = o.beforeLogin() || read.offersLogin() && !o.LogoutControl
	if o.ByMark {
		if o.Marked, err = page.Matches(ctx, p.LoggedIn); err != nil {
			return Observation{}, err
		}
	}
	o.decide()
	return o, nil
}

// readUncovered reads the page, which a restored context was let into by somebody: as one behind a login. What lies over it is
// dismissed first, since a fresh context is asked about cookies again.
func readUncovered(ctx context.Context, page Page, since Mark) (*PageModel, Classification, error) {
	for looks := 0; ; looks++ {
		if err := page.Settle(ctx, since, 0, DefaultTiming().Settle); err != nil {
			return nil, Classification{}, err
		}
		m, err := page.Model(ctx)
		if err != nil {
			return nil, Classification{}, err
		}
		c := Classify(m, History{Resumed: true})
		if c.Cover == nil || looks == maxCovers {
			return m, c, nil
		}
		since = page.Mark()
		if err := page.Click(ctx, c.Cover.Dismiss); err != nil && !slipped(err) {
			return nil, Classification{}, err
		}
	}
}

// decide sets LoggedIn and Evidence. With a mark the mark decides; without one the page must be the one asked for,
// show no login and not be refused. A login class vetoes in both cases.
func (o *Observation) decide() {
	note := func(rule string, weight int, holds bool) {
		if holds {
			o.Evidence = append(o.Evidence, session.Evidence{Rule: rule, Weight: weight, Where: "check page"})
		}
	}
	note("project_mark", MarkWeight, o.Marked)
	note("logout_control", 35, o.LogoutControl)
	note("check_page_reached", 40, !o.Elsewhere && !o.Denied && !o.LoginForm)
	note("login_form", -100, o.LoginForm)
	note("redirected", -40, o.Elsewhere)
	note("denied", -100, o.Denied)
	switch {
	case o.Denied, o.Status >= 400, o.beforeLogin():
	case o.ByMark:
		o.LoggedIn = o.Marked
	default:
		o.LoggedIn = !o.LoginForm && (o.LogoutControl || !o.Elsewhere)
	}
}

// beforeLogin reports whether the page is one of those before an application. An offer is made to those who are in.
func (o *Observation) beforeLogin() bool { return o.Class.vetoesSuccess() && o.Class != ClassOffer }

// patience is how long to wait for the page to show more.
func (o *Observation) patience() time.Duration {
	if o.ByMark || o.Class == ClassUnknown {
		return proofPatience
	}
	return proofDoubt
}

// decided reports whether a longer look cannot change the observation.
func (o *Observation) decided() bool {
	return o.beforeLogin() || o.Denied || o.Status >= 400 || o.Marked || !o.ByMark && o.LogoutControl
}

func (o *Observation) same(other *Observation) bool {
	return o.URL == other.URL && o.Class == other.Class && o.LoginForm == other.LoginForm && o.LoggedIn == other.LoggedIn
}

// Discriminates compares what the restored context and an anonymous one saw of the same URL. The session counts as
// ready only when the restored context is logged in and the anonymous one is not; the failure says why not.
func Discriminates(restored, anonymous Observation) (session.Verdict, *session.Failure) {
	evidence := slices.Clone(restored.Evidence)
	if !restored.LoggedIn {
		return session.Verdict{Evidence: evidence}, notProven(evidence,
			"The captured session, restored into a fresh browser, did not show to be logged in. Set the project's checkUrl or loggedIn to what only a logged-in visitor sees.")
	}
	difference, weight := anonymous.strangerness(&restored)
	if difference == "" {
		return session.Verdict{Evidence: evidence}, notProven(evidence,
			"An anonymous visitor sees the same as the captured session, so that the session cannot be proven. Set the project's checkUrl or loggedIn to what only a logged-in visitor sees.")
	}
	evidence = append(evidence, session.Evidence{Rule: difference, Weight: weight, Where: "anonymous check page"})
	return session.Verdict{LoggedIn: true, Proven: true, Confidence: confidence(evidence), Evidence: evidence}, nil
}

// strangerness names what shows that o, unlike restored, is a stranger's view; empty when nothing does.
func (o *Observation) strangerness(restored *Observation) (string, int) {
	switch {
	case o.Denied:
		return "anonymous_denied", 60
	case o.beforeLogin() && o.Class != ClassErrorPage:
		return "anonymous_sees_login", 60
	case restored.ByMark && restored.Marked && !o.Marked && o.Status < 500:
		return "anonymous_lacks_mark", 60
	case restored.ByMark, o.Status >= 500, o.Class == ClassErrorPage:
		return "", 0
	case o.LoginForm:
		return "anonymous_sees_login", 60
	case o.Elsewhere && !restored.Elsewhere:
		return "anonymous_redirected", 50
	case restored.LogoutControl && !o.LogoutControl:
		return "anonymous_lacks_logout", 40
	}
	return "", 0
}

// Uncaptured says so where a proof failed because there was nothing to restore: the site keeps its session in the page's memory,
// or the browser answers every request with the password (HTTP authentication). It returns every other failure as it is.
func Uncaptured(failure *session.Failure, state session.StorageState) *session.Failure {
	if failure == nil || !state.Empty() {
		return failure
	}
	f := session.NewFailure(session.FailureUnsupported, "session_not_capturable",
		"The login went through, but it left neither a cookie nor local storage: the site keeps its session in the page's memory, or wants HTTP authentication with every request. There is nothing that another browser could go on with.")
	f.Evidence = failure.Evidence
	return f
}

func notProven(evidence []session.Evidence, message string) *session.Failure {
	f := session.NewFailure(session.FailureUnsupported, "proof_does_not_discriminate", message)
	f.Evidence = evidence
	return f
}

// samePath reports whether two URLs name the same page, but for query, fragment and a slash at the end.
func samePath(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	return errA == nil && errB == nil && strings.EqualFold(ua.Host, ub.Host) &&
		strings.TrimSuffix(ua.Path, "/") == strings.TrimSuffix(ub.Path, "/")
}
