package anteroom_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/anteroom/anteroom"

// Import path prefixes that walls are about.
const (
	pgx            = "github.com/jackc/pgx"
	chromedp       = "github.com/chromedp"
	gin            = "github.com/gin-gonic/gin"
	temporal       = "go.temporal.io"
	temporalServer = "go.temporal.io/server"
	temporalUI     = "github.com/temporalio/ui-server"
	viper          = "github.com/spf13/viper"
)

// rooms is the table "Rooms" of the design: what each room may never reach. A folder with Go files that is not in it
// fails the test, and so does a row without a folder, unless it is planned.
var rooms = []room{
	{path: "session", ours: none, third: none},
	{
		path: "workflows", ours: []string{"session", "login"}, never: []string{chromedp, gin},
		neverDirect: []string{"net", "net/http", "database/sql", "os", "os/exec", "os/signal", "syscall", "math/rand", "math/rand/v2", "crypto/rand"},
	},
	{path: "activities", ours: anything, never: []string{gin}},
	{
		path: "login", ours: []string{"session"}, never: []string{chromedp, gin, temporal},
		third: []string{"golang.org/x/text", "github.com/pquerna/otp"},
	},
	{path: "browser", ours: []string{"session", "login"}, never: []string{gin, temporal}},
	{path: "store", ours: []string{"session"}, never: []string{chromedp, gin, temporal}},
	{path: "vault", ours: []string{"session"}, never: []string{chromedp, gin}},
	{path: "api", ours: []string{"session", "store", "vault"}, never: []string{chromedp, temporal}},
	{path: "web", ours: anything, never: []string{chromedp}},
	{path: "telemetry", ours: []string{"session", "store", "workflows", "login"}, never: []string{chromedp, gin}},
	{path: "worker", ours: anything, never: []string{gin}},
	{path: "config", ours: []string{"session"}, never: []string{chromedp, gin, temporal}},
	{path: "embedded", ours: []string{"session"}, never: []string{chromedp, gin}},
	{path: "postgrestest", ours: none, third: []string{pgx}},
	{path: "client", ours: []string{"session"}, never: []string{chromedp, gin, temporal}},
	{path: "loginlab", ours: none, third: none},
	{path: "cmd/anteroom", ours: anything},
	{path: "cmd/anteroom-standalone", ours: anything},
	{path: "cmd/internal", ours: anything},
	{path: "bench", ours: anything},
	{path: "e2e", ours: []string{"client", "loginlab", "session"}},
	{path: ".", ours: none},
}

// doors says which rooms alone may import something directly. Others may reach it through them.
var doors = []door{
	{to: chromedp, rooms: []string{"browser", "bench"}},
	{to: viper, rooms: []string{"config"}},
	{to: gin, rooms: []string{"api", "web"}},
	{to: pgx, rooms: []string{"store", "embedded", "postgrestest"}},
	{to: temporalServer, rooms: []string{"embedded"}},
	{to: temporalUI, rooms: []string{"embedded"}},
	{to: module + "/embedded", rooms: []string{"cmd/anteroom-standalone"}},
}

// sealed is what only the named rooms may contain at all, transitively: it keeps the light binary light.
var sealed = []door{
	{to: temporalServer, rooms: []string{"embedded", "cmd/anteroom-standalone"}},
	{to: temporalUI, rooms: []string{"embedded", "cmd/anteroom-standalone"}},
	{to: module + "/embedded", rooms: []string{"embedded", "cmd/anteroom-standalone"}},
}

var house = walls{module: module, rooms: rooms, doors: doors, sealed: sealed}

func TestWalls_OfEveryRoom_Hold(t *testing.T) {
	t.Parallel()

	require.Empty(t, house.violations(listImports(t, "", "./...")))
}

func TestWalls_EveryFolderWithGoFiles_IsARoom(t *testing.T) {
	t.Parallel()

	dirs, err := goFolders(os.DirFS("."))
	require.NoError(t, err)
	unlisted, absent := house.compare(dirs)
	require.Empty(t, unlisted, "folders without a row in the table of rooms")
	require.Empty(t, absent, "rows whose folder is missing, or planned ones that exist by now")
}
