-- +goose Up

-- Times are integer Unix milliseconds in UTC; 0 stands for "not yet". Documents are JSON as package session
-- writes it. Sealed values are BLOBs that only the vault opens. What belongs to a workspace carries it; the
-- installation and its browsers belong to none.

CREATE TABLE installation (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE workspaces (
    workspace  TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    id         TEXT PRIMARY KEY,
    workspace  TEXT NOT NULL REFERENCES workspaces (workspace),
    hash       BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE projects (
    workspace  TEXT NOT NULL REFERENCES workspaces (workspace),
    name       TEXT NOT NULL,
    document   TEXT NOT NULL,
    version    INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT;

CREATE TABLE sessions (
    workspace    TEXT NOT NULL,
    project      TEXT NOT NULL,
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    state        TEXT NOT NULL,
    version      INTEGER NOT NULL,
    operation_id TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    -- Not 0 exactly when storage_states holds the session's proven state.
    captured_at  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace, project, id),
    FOREIGN KEY (workspace, project) REFERENCES projects (workspace, name)
) STRICT;

-- Beside sessions, so that listing sessions does not read the large values.
CREATE TABLE storage_states (
    workspace  TEXT NOT NULL,
    project    TEXT NOT NULL,
    session_id TEXT NOT NULL,
    state      BLOB NOT NULL,
    PRIMARY KEY (workspace, project, session_id),
    FOREIGN KEY (workspace, project, session_id) REFERENCES sessions (workspace, project, id)
) STRICT;

-- One row answers a poll, so the open question stands in it. Rows outlive their session.
CREATE TABLE operations (
    id                  TEXT PRIMARY KEY,
    workspace           TEXT NOT NULL REFERENCES workspaces (workspace),
    project             TEXT NOT NULL,
    session_id          TEXT NOT NULL,
    kind                TEXT NOT NULL,
    state               TEXT NOT NULL,
    step                TEXT NOT NULL,
    seq                 INTEGER NOT NULL,
    run_id              TEXT NOT NULL,
    attempt             INTEGER NOT NULL,
    account_key         TEXT NOT NULL,
    credential_key      TEXT NOT NULL,
    question            TEXT,
    failure             TEXT,
    verdict             TEXT,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    finished_at         INTEGER NOT NULL DEFAULT 0,
    start_deadline      INTEGER NOT NULL,
    cancel_requested_at INTEGER NOT NULL DEFAULT 0,
    -- The run that finished the row ('' on behalf of a lost one); NULL when a caller ended it.
    finished_by         TEXT
) STRICT;

CREATE UNIQUE INDEX operations_live ON operations (workspace, project, session_id)
    WHERE state IN ('queued', 'running', 'waiting');
CREATE INDEX operations_newest ON operations (workspace, created_at, id);
CREATE INDEX operations_of_session ON operations (workspace, project, session_id, created_at, id);
CREATE INDEX operations_queued ON operations (created_at, id) WHERE state = 'queued';
CREATE INDEX operations_working ON operations (id) WHERE state IN ('running', 'waiting');

CREATE TABLE operation_secrets (
    workspace    TEXT NOT NULL,
    operation_id TEXT NOT NULL REFERENCES operations (id),
    name         TEXT NOT NULL,
    value        BLOB NOT NULL,
    PRIMARY KEY (operation_id, name)
) STRICT;

-- Candidate storage states, until they are proven.
CREATE TABLE captures (
    operation_id TEXT PRIMARY KEY REFERENCES operations (id),
    workspace    TEXT NOT NULL,
    state        BLOB NOT NULL,
    captured_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE questions (
    workspace    TEXT NOT NULL,
    operation_id TEXT NOT NULL REFERENCES operations (id),
    number       INTEGER NOT NULL,
    id           TEXT NOT NULL,
    document     TEXT NOT NULL,
    state        TEXT NOT NULL,
    expires_at   INTEGER NOT NULL,
    answered_at  INTEGER NOT NULL DEFAULT 0,
    closed_at    INTEGER NOT NULL DEFAULT 0,
    input        BLOB,
    PRIMARY KEY (operation_id, number),
    UNIQUE (operation_id, id)
) STRICT;

CREATE UNIQUE INDEX questions_open ON questions (operation_id) WHERE state = 'open';
CREATE INDEX questions_unconsumed ON questions (answered_at) WHERE state = 'answered';

CREATE TABLE claims (
    workspace    TEXT NOT NULL,
    operation_id TEXT NOT NULL REFERENCES operations (id),
    attempt      INTEGER NOT NULL,
    step         TEXT NOT NULL,
    key          TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    claimed_at   INTEGER NOT NULL,
    PRIMARY KEY (operation_id, attempt, step, key)
) STRICT, WITHOUT ROWID;

-- An open breaker refuses these credentials of the account; others pass.
CREATE TABLE breakers (
    workspace      TEXT NOT NULL,
    account_key    TEXT NOT NULL,
    credential_key TEXT NOT NULL,
    class          TEXT NOT NULL,
    since          INTEGER NOT NULL,
    PRIMARY KEY (workspace, account_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE browsers (
    id         TEXT PRIMARY KEY,
    host       TEXT NOT NULL,
    pid        INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    task_queue TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    lost_at    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE leases (
    workspace    TEXT NOT NULL,
    operation_id TEXT NOT NULL REFERENCES operations (id),
    attempt      INTEGER NOT NULL,
    browser_id   TEXT NOT NULL REFERENCES browsers (id),
    task_queue   TEXT NOT NULL,
    context_id   TEXT NOT NULL,
    target_id    TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    lent_at      INTEGER NOT NULL,
    released_at  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (operation_id, attempt)
) STRICT;

CREATE INDEX leases_open ON leases (browser_id) WHERE released_at = 0;
