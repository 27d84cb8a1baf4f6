package main

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"time"
)

//go:embed playwright
var playwrightFiles embed.FS

// playwright is a script in node with a browser of its own.
type playwright struct {
	in  io.WriteCloser
	out *bufio.Scanner
	cmd *exec.Cmd
}

func startPlaywright(ctx context.Context, executable string) (*playwright, func(), error) {
	dir, err := installPlaywright(ctx)
	if err != nil {
		return nil, nil, err
	}
	p := &playwright{cmd: exec.CommandContext(ctx, "node", "login.mjs", executable)} //nolint:gosec // the browser that package browser found
	p.cmd.Dir, p.cmd.Stderr = dir, os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, nil, err
	}
	p.out = bufio.NewScanner(out)
	stop := func() {
		_ = p.in.Close() // the script then closes its browser
		_ = p.cmd.Wait()
		_ = os.RemoveAll(dir)
	}
	if !p.out.Scan() {
		stop()
		return nil, nil, fmt.Errorf("start the Playwright script: it said nothing: %w", p.out.Err())
	}
	return p, stop, nil
}

// installPlaywright installs what the lock file names into a temporary folder.
func installPlaywright(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp("", "bench-playwright-")
	if err != nil {
		return "", err
	}
	files, err := fs.Sub(playwrightFiles, "playwright")
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, files); err != nil {
		return "", err
	}
	npm := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		return "", fmt.Errorf("install Playwright with npm: %w\n%s", err, out)
	}
	return dir, nil
}

func (p *playwright) name() string { return "Playwright" }

func (p *playwright) login(_ context.Context, a account) (sample, error) {
	if err := json.NewEncoder(p.in).Encode(a); err != nil { //nolint:gosec // the lab's password goes to the script that types it
		return sample{}, err
	}
	if !p.out.Scan() {
		return sample{}, fmt.Errorf("the Playwright script ended: %w", p.out.Err())
	}
	var took struct {
		Ms float64 `json:"ms"`
	}
	err := json.Unmarshal(p.out.Bytes(), &took)
	return sample{total: time.Duration(took.Ms * float64(time.Millisecond))}, err
}
