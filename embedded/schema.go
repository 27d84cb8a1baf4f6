package embedded

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"go.temporal.io/server/common/config"
	sqliteschema "go.temporal.io/server/schema/sqlite"
)

// prepare makes the database or checks that this program may open the one that is there.
// The returned meta is what the server must be configured with.
func (d *dataDir) prepare(sql *config.SQL) (meta, error) {
	m, found, err := d.readMeta()
	if err != nil {
		return meta{}, err
	}
	exists, err := d.hasDatabase()
	if err != nil {
		return meta{}, err
	}
	switch {
	case !found && exists:
		return meta{}, refuse(ErrDataDir, nil,
			"the database %s has no %s beside it: restore that file, or move the database away to start anew", d.database(), metaFile)
	case found && m.State == stateReady && !exists:
		return meta{}, refuse(ErrDataDir, nil,
			"the database %s is missing although %s describes it: restore it, or remove that file to start anew", d.database(), metaFile)
	case found && m.State == stateReady:
		return m, d.checkSchema(m)
	default:
		return d.create(sql)
	}
}

// create makes an empty database. It also starts anew where an earlier creation was
// interrupted: nothing can have run in that one.
func (d *dataDir) create(sql *config.SQL) (meta, error) {
	if err := d.removeDatabase(); err != nil {
		return meta{}, err
	}
	m := newMeta()
	if err := d.writeMeta(m); err != nil {
		return meta{}, err
	}
	if err := sqliteschema.SetupSchema(sql); err != nil {
		return meta{}, refuse(ErrDataDir, err, "the temporal database %s cannot be made: %v", d.database(), err)
	}
	m.State = stateReady
	return m, d.writeMeta(m)
}

// checkSchema compares the database with what this program's server knows.
func (d *dataDir) checkSchema(m meta) error {
	main, err := compareVersions(m.SchemaVersion, sqliteschema.Version)
	if err != nil {
		return refuse(ErrDataDir, err, "the file %s is damaged: restore it from a backup (%v)", d.meta(), err)
	}
	visibility, err := compareVersions(m.VisibilitySchemaVersion, sqliteschema.VisibilityVersion)
	if err != nil {
		return refuse(ErrDataDir, err, "the file %s is damaged: restore it from a backup (%v)", d.meta(), err)
	}
	switch {
	case main > 0 || visibility > 0:
		return refuse(ErrSchemaNewer, nil,
			"the temporal database in %s was made by a newer version (schema %s/%s, this program knows %s/%s): use that version, nothing was changed",
			d.path, m.SchemaVersion, m.VisibilitySchemaVersion, sqliteschema.Version, sqliteschema.VisibilityVersion)
	case main < 0 || visibility < 0:
		return d.refuseOlder(m)
	default:
		return nil
	}
}

// refuseOlder keeps a copy and refuses. Temporal's server does not embed the statements
// that would upgrade a SQLite file (schema/sqlite/v3/temporal/versioned), and no release
// of Anteroom ever made an older one; the release that moves to a newer schema brings them.
func (d *dataDir) refuseOlder(m meta) error {
	backup := d.database() + ".schema-" + m.SchemaVersion
	if err := copyDatabase(d.database(), backup); err != nil {
		return refuse(ErrDataDir, err, "the older temporal database %s cannot be copied: %v", d.database(), err)
	}
	return refuse(ErrSchemaOlder, nil,
		"the temporal database in %s has the older schema %s/%s and this program cannot upgrade it to %s/%s: use the version that made it (%s); a copy is in %s",
		d.path, m.SchemaVersion, m.VisibilitySchemaVersion, sqliteschema.Version, sqliteschema.VisibilityVersion, m.ServerVersion, backup)
}

// copyDatabase copies a database nobody has open, with its write-ahead log. A copy that
// exists is kept: it is the earlier one that matters.
func copyDatabase(from, to string) error {
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	if err := copyFile(from+"-wal", to+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return copyFile(from, to)
}

// copyFile copies through a temporary name, so that a copy is complete or absent.
func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	part := to + ".part"
	dst, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	if err := errors.Join(err, dst.Sync(), dst.Close()); err != nil {
		return err
	}
	return os.Rename(part, to)
}

// compareVersions compares dotted numbers: "0.9" is less than "0.11".
func compareVersions(a, b string) (int, error) {
	as, err := versionParts(a)
	if err != nil {
		return 0, err
	}
	bs, err := versionParts(b)
	if err != nil {
		return 0, err
	}
	for i := range max(len(as), len(bs)) {
		if c := cmp.Compare(partAt(as, i), partAt(bs, i)); c != 0 {
			return c, nil
		}
	}
	return 0, nil
}

func versionParts(v string) ([]uint64, error) {
	fields := strings.Split(v, ".")
	parts := make([]uint64, len(fields))
	for i, f := range fields {
		n, err := strconv.ParseUint(f, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is not a schema version", v)
		}
		parts[i] = n
	}
	return parts, nil
}

// partAt is parts[i], and 0 beyond the end: "0.11" equals "0.11.0".
func partAt(parts []uint64, i int) uint64 {
	if i < len(parts) {
		return parts[i]
	}
	return 0
}
