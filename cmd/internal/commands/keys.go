package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// storeAccess is how commands reach the store itself, which needs no API key.
type storeAccess struct{ flags runFlags }

func (s *storeAccess) add(cmd *cobra.Command) {
	s.flags.add(cmd, "dataDir", "store.url", "store.passwordFile", "log.level", "log.format")
}

// with opens the store for as long as do runs.
func (s *storeAccess) with(a *app, cmd *cobra.Command, do func(ctx context.Context, db store.Store) error) error {
	cfg, err := s.flags.load(cmd)
	if err != nil {
		return err
	}
	db, err := process.OpenStore(cmd.Context(), cfg, newLogger(a.stderr, cfg.Log))
	if err != nil {
		return err
	}
	return errors.Join(do(cmd.Context(), db), db.Close())
}

func (a *app) keysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Create, list and revoke API keys, in the store itself",
		Long: `Create, list and revoke API keys. These commands work on the store itself: whoever may use its files or its database may use them, and
needs no API key. The store keeps a hash of each key; the key itself is shown once, when it is made.`,
		Example: fmt.Sprintf(`  %[1]s keys create --name billing
  %[1]s keys create --workspace team-b --new-workspace --name team-b
  %[1]s keys list
  %[1]s keys revoke key_abc`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.keysCreateCommand(), a.keysListCommand(), a.keysRevokeCommand())
	return cmd
}

func (a *app) keysCreateCommand() *cobra.Command {
	var at storeAccess
	var workspace, name string
	var isNew bool
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make an API key and print it, once",
		Example: fmt.Sprintf(`  %[1]s keys create --name billing > billing.key
  %[1]s keys create --workspace team-b --new-workspace --name team-b > team-b.key`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkKey(workspace, name); err != nil {
				return err
			}
			return at.with(a, cmd, func(ctx context.Context, db store.Store) error {
				made := store.APIKey{
					ID: session.NewID(session.APIKeyPrefix), Workspace: workspace,
					Name: name, CreatedAt: time.Now().UTC(),
				}
				key := process.NewAPIKey()
				made.Hash = process.HashAPIKey(key)
				if err := createKey(ctx, db, made, isNew); err != nil {
					return err
				}
				a.sayKey(made, key, at.flags.json)
				return nil
			})
		},
	}
	at.add(cmd)
	cmd.Flags().StringVar(&workspace, "workspace", process.DefaultWorkspace, "workspace that the key opens")
	cmd.Flags().StringVar(&name, "name", "", "what the key is for; shown by keys list")
	cmd.Flags().BoolVar(&isNew, "new-workspace", false, "make the workspace if there is none of this name")
	return cmd
}

// checkKey looks at what does not need the store.
func checkKey(workspace, name string) error {
	if err := session.CheckName(workspace); err != nil {
		return usagef("--workspace %v", err)
	}
	if len(name) > session.MaxNameLength {
		return usagef("--name may have %d characters at most", session.MaxNameLength)
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) { // it would break the list, or the terminal
		return usagef("--name may hold neither line breaks nor control characters")
	}
	return nil
}

func createKey(ctx context.Context, db store.Store, key store.APIKey, makeWorkspace bool) error {
	if makeWorkspace {
		if _, err := db.CreateWorkspace(ctx, key.Workspace, key.CreatedAt); err != nil {
			return fmt.Errorf("make the workspace %s: %w", key.Workspace, err)
		}
	}
	err := db.CreateAPIKey(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return exitWith(exitNotFound, fmt.Errorf("there is no workspace %s: name another with --workspace, or make it with --new-workspace", key.Workspace))
	}
	return err
}

// sayKey prints the key alone on standard output, for a file or a pipe, and the rest on standard error.
func (a *app) sayKey(made store.APIKey, key session.Secret, asJSON bool) {
	if asJSON {
		a.printLine(map[string]string{"id": made.ID, "workspace": made.Workspace, "name": made.Name, "key": key.Reveal()})
		return
	}
	fmt.Fprintf(a.stderr, "key %s of workspace %s; it is shown this once:\n", made.ID, made.Workspace)
	fmt.Fprintln(a.stdout, key.Reveal())
}

func (a *app) keysListCommand() *cobra.Command {
	var at storeAccess
	var workspace string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the API keys, revoked ones too",
		Example: fmt.Sprintf(`  %[1]s keys list
  %[1]s keys list --workspace team-b --json`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return at.with(a, cmd, func(ctx context.Context, db store.Store) error {
				keys, err := db.ListAPIKeys(ctx, workspace)
				if err != nil {
					return err
				}
				a.listKeys(keys, at.flags.json)
				return nil
			})
		},
	}
	at.add(cmd)
	cmd.Flags().StringVar(&workspace, "workspace", "", "only the keys of this workspace (default: all)")
	return cmd
}

// listedKey is a key as it is printed.
type listedKey struct {
	ID        string     `json:"id"`
	Workspace string     `json:"workspace"`
	Name      string     `json:"name,omitempty"`
	CreatedAt time.Time  `json:"createdAt"`
	RevokedAt *time.Time `json:"revokedAt,omitempty"`
}

func (a *app) listKeys(keys []store.APIKey, asJSON bool) {
	listed := make([]listedKey, 0, len(keys))
	for _, k := range keys {
		one := listedKey{ID: k.ID, Workspace: k.Workspace, Name: k.Name, CreatedAt: k.CreatedAt}
		if !k.RevokedAt.IsZero() {
			one.RevokedAt = &k.RevokedAt
		}
		listed = append(listed, one)
	}
	if asJSON {
		a.printLine(listed)
		return
	}
	a.table("KEY\tWORKSPACE\tNAME\tCREATED\tREVOKED", len(listed), func(i int) string {
		k, revoked := listed[i], "-"
		if k.RevokedAt != nil {
			revoked = k.RevokedAt.Format(time.RFC3339)
		}
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s", k.ID, k.Workspace, firstOf(k.Name, "-"), k.CreatedAt.Format(time.RFC3339), revoked)
	})
}

func (a *app) keysRevokeCommand() *cobra.Command {
	var at storeAccess
	cmd := &cobra.Command{
		Use:     "revoke KEY",
		Short:   "Revoke an API key: after a second it opens nothing any more",
		Example: fmt.Sprintf("  %s keys revoke key_abc", a.program.Name),
		Args:    exactlyOne("KEY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return at.with(a, cmd, func(ctx context.Context, db store.Store) error {
				_, err := db.RevokeAPIKey(ctx, args[0], time.Now().UTC())
				if errors.Is(err, store.ErrNotFound) {
					return exitWith(exitNotFound, fmt.Errorf("there is no API key %s; see keys list", args[0]))
				}
				if err != nil {
					return err
				}
				if at.flags.json {
					a.printLine(map[string]string{"id": args[0], "status": "revoked"})
					return nil
				}
				fmt.Fprintf(a.stdout, "key %s is revoked\n", args[0])
				return nil
			})
		},
	}
	at.add(cmd)
	return cmd
}
