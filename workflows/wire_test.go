package workflows_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/workflows"
)

// Two versions share task queues and histories while one replaces the other: each reads what the other one wrote. The test
// below pins what they have to agree upon. A line that is gone or changed breaks a running installation; a new line is
// welcome where the rules of docs/changing-workflows.md allow it.

// wireNames are the names by which workflows, activities, signals and queues find each other.
func wireNames() []string {
	names := []string{
		"workflow " + workflows.LoginWorkflow,
		"signal " + workflows.SignalResume, "signal " + workflows.SignalBrowserLost, "signal " + workflows.SignalPageLost,
		"query " + workflows.QueryWaitingFor,
		"queue " + workflows.TaskQueue, "queue " + workflows.PageTaskQueueFor(""),
		"queue " + workflows.PageTaskQueueFor(session.BrowserChrome), "queue " + workflows.BrowserTaskQueue("BROWSER"),
		"workflow id " + workflows.LoginWorkflowID("OPERATION"),
	}
	for _, a := range []string{
		workflows.ActivityBegin, workflows.ActivityRecord, workflows.ActivityAsk, workflows.ActivityCloseQuestion, workflows.ActivityFinish,
		workflows.ActivityOpenPage, workflows.ActivityAdvance, workflows.ActivityWatch, workflows.ActivityCapture,
		workflows.ActivityProve, workflows.ActivityClosePage,
	} {
		names = append(names, "activity "+a)
	}
	for _, e := range []string{workflows.ErrorOperationOver, workflows.ErrorNoBrowser, workflows.ErrorPageLost, workflows.ErrorFaulty} {
		names = append(names, "error "+e)
	}
	for _, a := range workflows.SearchAttributeNames() {
		names = append(names, "search attribute "+a)
	}
	return names
}

// wireTypes are what goes into a history, by value of their roots.
func wireTypes() []any {
	return []any{
		workflows.LoginInput{}, workflows.LoginResult{}, workflows.ResumeSignal{}, workflows.BrowserLostSignal{}, workflows.PageLostSignal{},
		workflows.BeginInput{}, workflows.BeginOutput{}, workflows.RecordInput{}, workflows.AskInput{}, workflows.AskOutput{},
		workflows.CloseQuestionInput{}, workflows.CloseQuestionOutput{}, workflows.FinishInput{}, workflows.FinishOutput{},
		workflows.OpenPageInput{}, workflows.OpenPageOutput{}, workflows.AdvanceInput{}, workflows.AdvanceOutput{},
		workflows.WatchInput{}, workflows.WatchOutput{}, workflows.CaptureInput{}, workflows.ProveInput{}, workflows.ProveOutput{},
		workflows.ClosePageInput{},
		login.Progress{}, // travels as AdvanceOutput.Progress, and comes back to whatever version goes on
	}
}

// shapes lists every field of the types and of the structs within them: "Type.json-name type,omitempty".
func shapes(roots []any) []string {
	seen := map[reflect.Type]bool{}
	var lines []string
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() || seen[t] {
			return
		}
		seen[t] = true
		for f := range t.Fields() {
			if f.IsExported() {
				lines = append(lines, shape(t, f))
				walk(f.Type)
			}
		}
	}
	for _, root := range roots {
		walk(reflect.TypeOf(root))
	}
	return lines
}

func shape(t reflect.Type, f reflect.StructField) string {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case name == "" && f.Anonymous:
		name = "(its fields)"
	case name == "":
		name = f.Name
	}
	if options != "" {
		options = "," + options
	}
	return fmt.Sprintf("%s.%s %s%s", t, name, f.Type, options)
}

func TestWire_IsWhatEarlierVersionsReadAndWrite(t *testing.T) {
	t.Parallel()
	file := filepath.Join("testdata", "wire.txt")
	pinned, err := os.ReadFile(file)
	require.NoError(t, err)
	known := strings.Split(strings.TrimSpace(string(pinned)), "\n")
	now := slices.Sorted(slices.Values(append(wireNames(), shapes(wireTypes())...)))
	gone, added := without(known, now), without(now, known)
	require.Empty(t, gone, "other versions still use these names and fields: see docs/changing-workflows.md")
	for _, line := range added {
		if strings.Contains(line, ".") {
			require.Regexp(t, `,(omitempty|omitzero)$`, line, "a new field is left out when empty, as earlier versions leave it out")
		}
	}
	require.Empty(t, added, "new on the wire: read docs/changing-workflows.md, then add these lines to %s (sorted)", file)
}

func without(lines, known []string) []string {
	var rest []string
	for _, line := range lines {
		if !slices.Contains(known, line) {
			rest = append(rest, line)
		}
	}
	return rest
}

func TestShapes_TellAPointerFromAValue_AndAnOptionFromNone(t *testing.T) {
	t.Parallel()
	type inner struct {
		N int `json:"n,omitempty"`
	}
	type outer struct {
		inner

		Plain   []inner
		Named   *inner         `json:"named"`
		ByName  map[string]int `json:"byName,omitempty"`
		private int
	}
	require.Zero(t, outer{}.private)
	require.Equal(t, []string{
		"workflows_test.outer.Plain []workflows_test.inner",
		"workflows_test.inner.n int,omitempty",
		"workflows_test.outer.named *workflows_test.inner",
		"workflows_test.outer.byName map[string]int,omitempty",
	}, shapes([]any{outer{}}))
}
