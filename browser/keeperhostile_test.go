//go:build browser

package browser_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
)

func TestKeeper_Garbage_EndsNothingButItsConnection(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, browser.Options{})
	p := pageOf(t, k.connect(t), browser.PageOptions{})
	for name, text := range map[string]string{
		"not HTTP": "\x00\x01\x02 garbage\r\n\r\n", "no such browser": "GET /browsers/br_x/devtools HTTP/1.1\r\nHost: k\r\nUpgrade: anteroom-devtools\r\n\r\n",
		"no upgrade": "GET /browsers/" + k.shell().ID + "/devtools HTTP/1.1\r\nHost: k\r\n\r\n", "not JSON": "POST /browsers HTTP/1.1\r\nHost: k\r\nContent-Length: 3\r\n\r\nabc",
	} {
		conn, err := net.Dial("unix", k.socket)
		require.NoError(t, err)
		_, err = conn.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
		answer := make([]byte, 12)
		_, err = io.ReadFull(conn, answer)
		require.NoError(t, err, name)
		require.Contains(t, string(answer), "HTTP/1.1 4", name)
		require.NoError(t, conn.Close())
	}
	for _, text := range []string{
		"garbage\x00", "{}\x00", `{"id":1}` + "\x00", `{"id":1,"method":"Browser.getVersion","params":{]}}` + "\x00", `[1]` + "\x00", "\x00",
		`{"id":1,"id":2,"method":"Browser.getVersion"}` + "\x00", `{"id":999999999,"method":"Browser.getVersion"}` + "\x00",
	} {
		c := k.raw(t)
		c.write(text)
		_, err := c.r.ReadByte()
		require.ErrorIs(t, err, io.EOF, "%q", text)
	}
	require.NoError(t, p.Navigate(testContext(t), "about:blank"), "the others go on")
}

func TestKeeper_AClient_CanNeitherEndTheBrowserNorUseSessionsOfOthers(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, browser.Options{})
	one, other := k.raw(t), k.raw(t)
	require.NotNil(t, one.ask(1, "Browser.close", "").Error)
	require.Nil(t, one.ask(2, "Browser.getVersion", "").Error)

	var made struct{ TargetID, SessionID string }
	require.NoError(t, json.Unmarshal(one.ask(3, "Target.createTarget", `,"params":{"url":"about:blank"}`).Result, &made))
	attached := one.ask(4, "Target.attachToTarget", fmt.Sprintf(`,"params":{"targetId":%q,"flatten":true}`, made.TargetID))
	require.NoError(t, json.Unmarshal(attached.Result, &made))
	eval := fmt.Sprintf(`,"sessionId":%q,"params":{"expression":"1+1"}`, made.SessionID)
	mine := one.ask(5, "Runtime.evaluate", eval)
	require.Nil(t, mine.Error)
	require.Equal(t, made.SessionID, mine.SessionID)

	theirs := other.ask(5, "Runtime.evaluate", eval)
	require.NotNil(t, theirs.Error)
	require.Equal(t, -32001, theirs.Error.Code)
	require.Equal(t, made.SessionID, theirs.SessionID)
	detach := other.ask(6, "Target.detachFromTarget", fmt.Sprintf(`,"params":{"sessionId":%q}`, made.SessionID))
	require.NotNil(t, detach.Error, "nor detach it")
	require.Nil(t, one.ask(7, "Runtime.evaluate", eval).Error)
}

func TestKeeper_AClientThatAsksWithoutEnd_DoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, browser.Options{})
	b := k.connect(t)
	p := pageOf(t, b, browser.PageOptions{})
	at := serve(t, html{"/": halfFilled})
	flood := k.raw(t)
	done := make(chan struct{})
	go func() { // it never reads
		defer close(done)
		batch := []byte(strings.Repeat(`{"id":1,"method":"Target.getTargets"}`+"\x00", 256))
		for {
			if _, err := flood.conn.Write(batch); err != nil {
				return
			}
		}
	}()
	var took []time.Duration
	for range 10 {
		begin := time.Now()
		require.Equal(t, []string{"Code"}, open(t, p, at("a.test", "/")).Headings)
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	t.Logf("a page beside the flood: median %v, worst %v", took[5].Round(time.Millisecond), took[9].Round(time.Millisecond))
	require.Less(t, took[5], 2*time.Second)
	require.NoError(t, flood.conn.Close())
	<-done
}
