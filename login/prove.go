package login

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/session"
)

// How long a page may take to show one thing or the other.
const (
	// proofPatience is for a page that shows nothing to use: a script may have to ask its server first.
	proofPatience = 5 * time.Second
	// proofDoubt is for a page that shows something, but no proof, and has nothing under way.
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

	// blank is true when the page shows nothing to use: it waits for its server, or for images that were left out.
	blank bool
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
	v := visit{page: page, project: p}
	return v.observe(ctx, landingURL)
}

// CheckStranger is CheckLoggedIn for a context that was given no session. It does not believe at once that it is logged in: some
// applications stand there for a moment before their script finds out and sends the visitor away.
func CheckStranger(ctx context.Context, page Page, p session.Project, landingURL string) (Observation, error) {
	v := visit{page: page, project: p, stranger: true}
	return v.observe(ctx, landingURL)
}

// visit is one look at the page that proves a session.
type visit struct {
	page     Page
	project  session.Project
	stranger bool
	target   string
	// media is true once the page was opened anew with everything that was left out.
	media bool
}

func (v *visit) observe(ctx context.Context, landingURL string) (Observation, error) {
	v.target, v.media = cmp.Or(v.project.CheckURL, landingURL), v.project.LoadMedia
	since := v.page.Mark()
	if err := v.page.Navigate(ctx, v.target); err != nil {
		return Observation{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, DefaultTiming().Settle+3*proofPatience)
	defer cancel()
	for range maxLooks {
		before, err := v.look(ctx, since)
		if err != nil || v.decided(&before) {
			return before, err
		}
		since = v.page.Mark()
		o, err := v.lookAgain(ctx, &before)
		switch {
		case err != nil || v.decided(&o):
			return o, err
		case !o.same(&before):
		case o.blank && !v.media:
			since, v.media = v.page.Mark(), true
			if err := v.openWithMedia(ctx); err != nil {
				return Observation{}, err
			}
		default: // it will not get clearer
			return o, nil
		}
	}
	return Observation{}, context.DeadlineExceeded
}

// lookAgain looks once more after something happened, or nothing during a whole wait. What a stranger should not see must stay
// for all of it, as must a page that shows nothing.
func (v *visit) lookAgain(ctx context.Context, before *Observation) (Observation, error) {
	patience := v.patience(before)
	deadline := time.Now().Add(patience)
	for {
		mark := v.page.Mark()
		if err := v.page.Settle(ctx, mark, patience, patience); err != nil {
			return Observation{}, err
		}
		nothing := v.page.Mark() == mark
		o, err := v.look(ctx, mark)
		patience = time.Until(deadline)
		mayPass := o.blank || v.stranger && o.believes()
		if err != nil || nothing || patience <= 0 || !o.same(before) || !mayPass {
			return o, err
		}
	}
}

// openWithMedia opens the page anew with its images: some begin once they have come.
func (v *visit) openWithMedia(ctx context.Context) error {
	if err := v.page.LoadMedia(ctx); err != nil {
		return err
	}
	return v.page.Navigate(ctx, v.target)
}

// patience is how long to wait for the page to show more.
func (v *visit) patience(o *Observation) time.Duration {
	switch {
	case o.blank && !v.media, o.believes(): // the wait goes on once its images are loaded
		return proofDoubt
	case o.ByMark || o.blank:
		return proofPatience
	}
	return proofDoubt
}

// decided reports whether a longer look cannot change the observation.
func (v *visit) decided(o *Observation) bool {
	return o.beforeLogin() || o.Denied || o.Status >= 400 || !v.stranger && o.believes()
}

func (v *visit) look(ctx context.Context, since Mark) (Observation, error) {
	m, c, err := readUncovered(ctx, v.page, since)
	if err != nil {
		return Observation{}, err
	}
	read := readPage(m, History{})
	o := Observation{
		URL: m.URL, Status: m.Status, Class: c.Class, ByMark: v.project.LoggedIn != "", LogoutControl: read.canLogOut(),
		Denied: m.Status == 401 || m.Status == 403, Elsewhere: !samePath(v.target, m.URL),
		blank: c.Class == ClassUnknown && !m.usable(),
	}
	o.LoginForm = o.beforeLogin() || read.offersLogin() && !o.LogoutControl
	if o.ByMark {
		if o.Marked, err = v.page.Matches(ctx, v.project.LoggedIn); err != nil {
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

// believes reports whether the page shows what only those see who are logged in.
func (o *Observation) believes() bool { return o.Marked || !o.ByMark && o.LogoutControl }

func (o *Observation) same(other *Observation) bool {
	return o.URL == other.URL && o.Class == other.Class && o.LoginForm == other.LoginForm && o.LoggedIn == other.LoggedIn &&
		o.believes() == other.believes()
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
		"The login went through, but it left neither a cookie nor anything in local storage or IndexedDB: the site keeps its session in the page's memory, or wants HTTP authentication with every request. There is nothing that another browser could go on with.")
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
