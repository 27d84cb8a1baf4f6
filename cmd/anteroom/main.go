// Command anteroom logs accounts in to web applications and keeps their sessions: the light binary, for use with a
// Temporal server of its own. See "anteroom help".
package main

import (
	"os"

	"github.com/anteroom/anteroom/cmd/internal/commands"
)

func main() { os.Exit(commands.Main(commands.Program{Name: "anteroom"}, os.Args[1:])) }
