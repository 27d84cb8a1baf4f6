package api_test

import (
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

type route struct{ method, path string }

type specOperation struct {
	OperationID string         `yaml:"operationId"`
	Tags        []string       `yaml:"tags"`
	Responses   map[string]any `yaml:"responses"`
	RequestBody any            `yaml:"requestBody"`
	Security    *[]any         `yaml:"security"`
}

type document struct {
	Paths      map[string]map[string]yaml.Node `yaml:"paths"`
	Components struct {
		Schemas map[string]struct {
			Enum       []string `yaml:"enum"`
			Properties map[string]struct {
				Enum []string `yaml:"enum"`
			} `yaml:"properties"`
		} `yaml:"schemas"`
	} `yaml:"components"`
}

func spec(t *testing.T) document {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	var d document
	require.NoError(t, yaml.Unmarshal(text, &d))
	return d
}

func specOperations(t *testing.T) map[route]specOperation {
	t.Helper()
	all := map[route]specOperation{}
	for path, item := range spec(t).Paths {
		for method, node := range item {
			if method == "parameters" {
				continue
			}
			var op specOperation
			require.NoError(t, node.Decode(&op))
			all[route{strings.ToUpper(method), path}] = op
		}
	}
	require.NotEmpty(t, all)
	return all
}

func specRoutes(t *testing.T) []route {
	t.Helper()
	var list []route
	for r := range specOperations(t) {
		list = append(list, r)
	}
	return list
}

func TestSpec_AndTheRouter_HaveTheSameRoutes(t *testing.T) {
	t.Parallel()
	handler, err := api.New(api.Deps{
		Store: struct{ store.Store }{}, Sealer: &apitest.Sealer{}, Engine: &apitest.Engine{}, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	var routed []route
	parameter := regexp.MustCompile(`:(\w+)`)
	for _, r := range handler.(*gin.Engine).Routes() {
		if strings.HasSuffix(r.Path, "/auth-sessions/create/storage-state") {
			continue // {authSessionId}/storage-state again, for a session named "create"
		}
		routed = append(routed, route{r.Method, parameter.ReplaceAllString(r.Path, "{$1}")})
	}
	require.ElementsMatch(t, specRoutes(t), routed)
}

func TestSpec_EveryOperationDocumentsItsErrors(t *testing.T) {
	t.Parallel()
	for r, op := range specOperations(t) {
		require.NotEmpty(t, op.OperationID, r)
		require.Len(t, op.Tags, 1, r)
		if op.Security != nil {
			continue // a probe
		}
		want := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusNotFound, http.StatusInternalServerError, http.StatusServiceUnavailable}
		if r.method != http.MethodGet {
			want = append(want, http.StatusForbidden)
		}
		if op.RequestBody != nil {
			want = append(want, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
		}
		for _, status := range want {
			require.Contains(t, op.Responses, strconv.Itoa(status), r)
		}
	}
}

func TestSpec_EnumsAreTheDomains(t *testing.T) {
	t.Parallel()
	schemas := spec(t).Components.Schemas
	var states, codes []string
	for _, s := range session.OperationStates() {
		states = append(states, string(s))
	}
	for _, k := range service.Kinds() {
		codes = append(codes, string(k))
	}
	require.ElementsMatch(t, states, schemas["OperationState"].Enum)
	require.ElementsMatch(t, codes, schemas["Error"].Properties["code"].Enum)
}

func TestSpec_ClassesAndKindsOfTheDomainAreNamed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	names := []string{string(session.OperationCreate), string(session.OperationRefresh)}
	for _, kind := range session.InfoRequestKinds() {
		names = append(names, string(kind))
	}
	for _, action := range []session.Action{
		session.ActionAnswer, session.ActionChoose, session.ActionResend, session.ActionTryAnotherWay, session.ActionCancel,
	} {
		names = append(names, string(action))
	}
	names = append(names, session.PreferableMethods()...)
	for _, class := range session.FailureClasses() {
		names = append(names, string(class))
	}
	for _, name := range names {
		require.Contains(t, string(text), "`"+name+"`")
	}
}

func TestSpec_IsServedAsItIs(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	text, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	r := f.Call(t, http.MethodGet, "/openapi.yaml", nil, apitest.Header{"x-api-key", ""})
	require.Equal(t, http.StatusOK, r.Status)
	require.Equal(t, "application/yaml", r.Header.Get("Content-Type"))
	require.Equal(t, string(text), r.Body)
}

// TestSpec_EveryFieldOfTheDomainIsShown fails when a field that JSON shows is added to the domain and not to the contract.
func TestSpec_EveryFieldOfTheDomainIsShown(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 7e6, time.UTC)
	evidence := []session.Evidence{{Rule: "r", Weight: 1, Where: "w"}}
	question := session.InfoRequest{
		ID: "q", Number: 1, Kind: session.AskCode, Message: "m", MaskedTarget: "t", Medium: session.MediumSMS, DisplayCode: "42", Picture: "p.png",
		Attempt: 1, Reason: "r", SiteError: "s",
		Fields:  []session.Field{{Name: "n", Type: "code", Label: "l", Length: 6, Pattern: "p", Secret: true, Optional: true}},
		Choices: []session.Choice{{ID: "c", Type: "method", Label: "l", Description: "d", Automatable: true}},
		Allow:   []session.Action{session.ActionAnswer}, AskedAt: at, ExpiresAt: at.Add(time.Minute),
	}
	op := session.Operation{
		ID: "op", Workspace: "w", Project: "p", SessionID: "s", Kind: session.OperationCreate, State: session.OperationWaiting,
		Step: session.StepWaitingInput, Seq: 3, Attempt: 1, Question: &question,
		Failure:   &session.Failure{Class: session.FailureSite, Code: "c", Message: "m", SiteError: "s", Evidence: evidence},
		Verdict:   &session.Verdict{LoggedIn: true, Confidence: 90, Proven: true, Evidence: evidence},
		CreatedAt: at, UpdatedAt: at, FinishedAt: at,
	}
	requireSameJSON(t, op, contract.FromOperation(op))
	p := session.Project{
		Name: "p", LoginURL: "http://l", AllowedHosts: []string{"h"}, CheckURL: "http://c", LoggedIn: "text=x", Browser: session.BrowserChrome,
		OTP: session.OTPSettings{Wait: "5m", Prefer: []string{"totp"}}, SignInWith: "google", Consent: session.PolicyAsk,
		Terms: session.PolicyAccept, Remember: session.PolicyDecline, IdentityProviders: true, LoadMedia: true,
		Recipe: &session.Recipe{Submit: "css=#go", Before: []session.RecipeStep{{Click: "x", Optional: true}}}, Version: 2, UpdatedAt: at,
	}
	requireSameJSON(t, p, contract.FromProject(p))
}

func TestSpec_TimesHaveMilliseconds(t *testing.T) {
	t.Parallel()
	whole := time.Date(2026, 3, 1, 13, 0, 0, 0, time.FixedZone("CET", 3600))
	require.Equal(t, "2026-03-01T12:00:00.000Z", contract.FromTime(whole))
	require.Empty(t, contract.FromTime(time.Time{}))
}

func TestKinds_HaveDistinctStatuses(t *testing.T) {
	t.Parallel()
	var seen []int
	for _, k := range service.Kinds() {
		require.False(t, slices.Contains(seen, k.Status()), k)
		seen = append(seen, k.Status())
	}
	require.Equal(t, http.StatusInternalServerError, service.Kind("new").Status())
}
