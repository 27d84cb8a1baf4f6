package embedded

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	"go.temporal.io/server/common/headers"
	sqliteschema "go.temporal.io/server/schema/sqlite"
)

// historyShards is written into a new database and can never change in it. Measured as
// for connections, with one connection: 1 shard 20-22 workflows/s and 96 ms for a workflow
// alone, 4 shards 28-32/s and 20-37 ms, 16 shards 13/s and 46 ms.
const historyShards = 4

// state of a database.
const (
	// stateCreating: the schema is not complete; no workflow has ever run in it.
	stateCreating = "creating"
	stateReady    = "ready"
)

// meta is what must be known about a database before a server opens it. Temporal keeps
// no schema version in SQLite files (temporalite-archived#110), so it is kept here.
type meta struct {
	// State is stateCreating or stateReady.
	State string `json:"state"`
	// ClusterID is Temporal's cluster id; an id that changes between starts is an error
	// to the server.
	ClusterID string `json:"clusterId"`
	// HistoryShards is the number of shards the database was made with.
	HistoryShards int32 `json:"historyShards"`
	// SchemaVersion and VisibilitySchemaVersion are sqliteschema.Version and
	// sqliteschema.VisibilityVersion at creation.
	SchemaVersion           string `json:"schemaVersion"`
	VisibilitySchemaVersion string `json:"visibilitySchemaVersion"`
	// ServerVersion made the database. For people only.
	ServerVersion string `json:"serverVersion"`
}

// newMeta describes a database this program is about to make.
func newMeta() meta {
	return meta{
		State:                   stateCreating,
		ClusterID:               uuid.NewString(),
		HistoryShards:           historyShards,
		SchemaVersion:           sqliteschema.Version,
		VisibilitySchemaVersion: sqliteschema.VisibilityVersion,
		ServerVersion:           headers.ServerVersion,
	}
}

// readMeta reads the meta file; found is false where there is none.
func (d *dataDir) readMeta() (m meta, found bool, err error) {
	raw, err := os.ReadFile(d.meta())
	if errors.Is(err, fs.ErrNotExist) {
		return meta{}, false, nil
	}
	if err != nil {
		return meta{}, false, refuse(ErrDataDir, err, "the file %s cannot be read: %v", d.meta(), bare(err))
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return meta{}, false, refuse(ErrDataDir, err, "the file %s is damaged: restore it from a backup (%v)", d.meta(), err)
	}
	if err := m.check(); err != nil {
		return meta{}, false, refuse(ErrDataDir, err, "the file %s is damaged: restore it from a backup (%v)", d.meta(), err)
	}
	return m, true, nil
}

// check refuses a meta file a server cannot be started from.
func (m meta) check() error {
	if _, err := uuid.Parse(m.ClusterID); err != nil {
		return errors.New("clusterId is not a uuid")
	}
	if m.HistoryShards < 1 {
		return errors.New("historyShards is less than 1")
	}
	if m.State != stateCreating && m.State != stateReady {
		return errors.New("state is neither creating nor ready")
	}
	return nil
}

// writeMeta replaces the meta file so that a crash leaves the old or the new one.
func (d *dataDir) writeMeta(m meta) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return refuse(ErrDataDir, err, "the file %s cannot be written: %v", d.meta(), err)
	}
	if err := replaceFile(d.meta(), append(raw, '\n')); err != nil {
		return refuse(ErrDataDir, err, "the file %s cannot be written: %v", d.meta(), bare(err))
	}
	return nil
}

// replaceFile writes beside, syncs and renames.
func replaceFile(name string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
