package embedded

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
)

// uiTimeout bounds the wait for the UI's first answer; it takes some milliseconds.
const uiTimeout = 10 * time.Second

// webUI is a running web UI.
type webUI struct {
	server *uiserver.Server
	url    string
	gone   chan struct{} // closed when Start has returned
}

// startUI serves the UI on a held port and returns when it answers. The UI ends the whole
// process if it cannot bind (ui-server server/server.go), so the port is held until the
// moment it binds.
func startUI(ctx context.Context, o Options, frontend string, p *port, end *ending) (*webUI, error) {
	ui := &webUI{url: "http://" + p.addr, gone: make(chan struct{})}
	err := guard("build ui of", func() error {
		ui.server = uiserver.NewServer(uioptions.WithConfigProvider(uiConfig(o, frontend, p)))
		return nil
	})
	if err != nil {
		return nil, refuse(ErrServer, err, "the temporal ui could not be built: %v", err)
	}
	p.release()
	go func() {
		defer close(ui.gone)
		if err := guard("serve ui of", ui.server.Start); err != nil {
			end.end(err)
		}
	}()
	if err := ui.waitAnswering(ctx); err != nil {
		return nil, refuse(ErrServer, errors.Join(err, ui.stop(ctx)), "the temporal ui does not answer on %s: %v", ui.url, err)
	}
	return ui, nil
}

func uiConfig(o Options, frontend string, p *port) *uiconfig.Config {
	return &uiconfig.Config{
		TemporalGRPCAddress: frontend,
		Host:                p.host(),
		Port:                p.number(),
		EnableUI:            true,
		DefaultNamespace:    o.Namespace,
		Codec:               uiconfig.Codec{Endpoint: o.CodecEndpoint},
		// Plain http on loopback: a Secure cookie would not come back, and every action
		// in the UI would fail its CSRF check.
		CORS:             uiconfig.CORS{CookieInsecure: true},
		HideLogs:         true,
		DisableNewsFetch: true,
	}
}

// waitAnswering returns when the UI's health page answers.
func (u *webUI) waitAnswering(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, uiTimeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		err := u.askHealth(ctx, client)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-u.gone:
			return errors.New("it stopped at once")
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}
}

func (u *webUI) askHealth(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.url+"/healthz", nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("ask %s: status %d", req.URL, res.StatusCode)
	}
	return nil
}

// stop closes the UI's port and its connections and waits until its goroutine has ended.
func (u *webUI) stop(ctx context.Context) error {
	u.server.Stop()
	select {
	case <-u.gone:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop temporal ui: %w", ctx.Err())
	}
}
