-- +goose Up

-- Times are Unix milliseconds in UTC; 0 stands for "not yet". Documents are JSON as package session writes it, as
-- text: what is read is what was written. Sealed values are BYTEA that only the vault opens. What belongs to a workspace carries it; the
-- installation and its browsers belong to none.

CREATE TABLE installation (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

CREATE TABLE workspaces (
    workspace  TEXT COLLATE "C" PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id         TEXT COLLATE "C" PRIMARY KEY,
    workspace  TEXT COLLATE "C" NOT NULL REFERENCES workspaces (workspace),
    hash       BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE projects (
    workspace  TEXT COLLATE "C" NOT NULL REFERENCES workspaces (workspace),
    name       TEXT COLLATE "C" NOT NULL,
    document   TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, name)
);

CREATE TABLE sessions (
    workspace    TEXT COLLATE "C" NOT NULL,
    project      TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,
    operation_id TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    -- Not 0 exactly when storage_states holds the session's proven state.
    captured_at  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace, project, id),
    FOREIGN KEY (workspace, project) REFERENCES projects (workspace, name)
);

-- Beside sessions, so that listing sessions does not read the large values.
CREATE TABLE storage_states (
    workspace  TEXT COLLATE "C" NOT NULL,
    project    TEXT COLLATE "C" NOT NULL,
    session_id TEXT COLLATE "C" NOT NULL,
    state      BYTEA NOT NULL,
    PRIMARY KEY (workspace, project, session_id),
    FOREIGN KEY (workspace, project, session_id) REFERENCES sessions (workspace, project, id)
);

-- One row answers a poll, so the open question stands in it. Rows outlive their session.
CREATE TABLE operations (
    id                  TEXT COLLATE "C" PRIMARY KEY,
    workspace           TEXT COLLATE "C" NOT NULL REFERENCES workspaces (workspace),
    project             TEXT COLLATE "C" NOT NULL,
    session_id          TEXT COLLATE "C" NOT NULL,
    kind                TEXT COLLATE "C" NOT NULL,
    state               TEXT COLLATE "C" NOT NULL,
    step                TEXT COLLATE "C" NOT NULL,
    seq                 BIGINT NOT NULL,
    run_id              TEXT COLLATE "C" NOT NULL,
    attempt             BIGINT NOT NULL,
    account_key         TEXT COLLATE "C" NOT NULL,
    credential_key      TEXT COLLATE "C" NOT NULL,
    question            TEXT COLLATE "C",
    failure             TEXT COLLATE "C",
    verdict             TEXT COLLATE "C",
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL,
    finished_at         BIGINT NOT NULL DEFAULT 0,
    start_deadline      BIGINT NOT NULL,
    cancel_requested_at BIGINT NOT NULL DEFAULT 0,
    -- The run that finished the row ('' on behalf of a lost one); NULL when a caller ended it.
    finished_by         TEXT COLLATE "C"
);

CREATE UNIQUE INDEX operations_live ON operations (workspace, project, session_id)
    WHERE state IN ('queued', 'running', 'waiting');
CREATE INDEX operations_newest ON operations (workspace, created_at, id);
CREATE INDEX operations_of_session ON operations (workspace, project, session_id, created_at, id);
CREATE INDEX operations_queued ON operations (created_at, id) WHERE state = 'queued';
CREATE INDEX operations_working ON operations (id) WHERE state IN ('running', 'waiting');

CREATE TABLE operation_secrets (
    workspace    TEXT COLLATE "C" NOT NULL,
    operation_id TEXT COLLATE "C" NOT NULL REFERENCES operations (id),
    name         TEXT COLLATE "C" NOT NULL,
    value        BYTEA NOT NULL,
    PRIMARY KEY (operation_id, name)
);

-- Candidate storage states, until they are proven.
CREATE TABLE captures (
    operation_id TEXT COLLATE "C" PRIMARY KEY REFERENCES operations (id),
    workspace    TEXT COLLATE "C" NOT NULL,
    state        BYTEA NOT NULL,
    captured_at  BIGINT NOT NULL
);

CREATE TABLE questions (
    workspace    TEXT COLLATE "C" NOT NULL,
    operation_id TEXT COLLATE "C" NOT NULL REFERENCES operations (id),
    number       BIGINT NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    document     TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    expires_at   BIGINT NOT NULL,
    answered_at  BIGINT NOT NULL DEFAULT 0,
    closed_at    BIGINT NOT NULL DEFAULT 0,
    input        BYTEA,
    PRIMARY KEY (operation_id, number),
    UNIQUE (operation_id, id)
);

CREATE UNIQUE INDEX questions_open ON questions (operation_id) WHERE state = 'open';
CREATE INDEX questions_unconsumed ON questions (answered_at) WHERE state = 'answered';

CREATE TABLE claims (
    workspace    TEXT COLLATE "C" NOT NULL,
    operation_id TEXT COLLATE "C" NOT NULL REFERENCES operations (id),
    attempt      BIGINT NOT NULL,
    step         TEXT COLLATE "C" NOT NULL,
    key          TEXT COLLATE "C" NOT NULL,
    epoch        BIGINT NOT NULL,
    claimed_at   BIGINT NOT NULL,
    PRIMARY KEY (operation_id, attempt, step, key)
);

CREATE TABLE browsers (
    id         TEXT COLLATE "C" PRIMARY KEY,
    host       TEXT COLLATE "C" NOT NULL,
    pid        BIGINT NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    task_queue TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    lost_at    BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE leases (
    workspace    TEXT COLLATE "C" NOT NULL,
    operation_id TEXT COLLATE "C" NOT NULL REFERENCES operations (id),
    attempt      BIGINT NOT NULL,
    browser_id   TEXT COLLATE "C" NOT NULL REFERENCES browsers (id),
    task_queue   TEXT COLLATE "C" NOT NULL,
    context_id   TEXT COLLATE "C" NOT NULL,
    target_id    TEXT COLLATE "C" NOT NULL,
    epoch        BIGINT NOT NULL,
    lent_at      BIGINT NOT NULL,
    released_at  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (operation_id, attempt)
);

CREATE INDEX leases_open ON leases (browser_id) WHERE released_at = 0;

CREATE UNIQUE INDEX operations_live_account ON operations (workspace, account_key)
    WHERE account_key <> '' AND state IN ('queued', 'running', 'waiting');

-- An open breaker refuses these credentials of the account; others pass. An account has one for each credentials that
-- were refused, so that going back to refused ones is refused, too.
CREATE TABLE breakers (
    workspace      TEXT COLLATE "C" NOT NULL,
    account_key    TEXT COLLATE "C" NOT NULL,
    credential_key TEXT COLLATE "C" NOT NULL,
    -- The login that opened it.
    operation_id   TEXT COLLATE "C" NOT NULL,
    session_id     TEXT COLLATE "C" NOT NULL,
    class          TEXT COLLATE "C" NOT NULL,
    since          BIGINT NOT NULL,
    -- When it closes by itself; 0 for never.
    until          BIGINT NOT NULL,
    PRIMARY KEY (workspace, account_key, credential_key)
);
-- What is used once: steps of one-time passwords, backup codes. The owner is an account's key, or the operation where no
-- account is known. Like all rows of accounts, it outlives operations, sessions and projects: an account's key is a keyed
-- hash, and a value that was used once stays used.
CREATE TABLE spends (
    workspace TEXT COLLATE "C" NOT NULL,
    owner     TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    key       TEXT COLLATE "C" NOT NULL,
    spent_at  BIGINT NOT NULL,
    PRIMARY KEY (workspace, owner, kind, key)
);

-- The newest counter that an account took.
CREATE TABLE counters (
    workspace   TEXT COLLATE "C" NOT NULL,
    account_key TEXT COLLATE "C" NOT NULL,
    counter     BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (workspace, account_key)
);

CREATE TABLE account_memories (
    workspace   TEXT COLLATE "C" NOT NULL,
    account_key TEXT COLLATE "C" NOT NULL,
    memory      BYTEA NOT NULL,
    version     BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (workspace, account_key)
);

-- Redacted page models and pictures. They outlive their operation and go with the session.
CREATE TABLE artefacts (
    workspace    TEXT COLLATE "C" NOT NULL,
    operation_id TEXT COLLATE "C" NOT NULL REFERENCES operations (id),
    name         TEXT COLLATE "C" NOT NULL,
    media_type   TEXT COLLATE "C" NOT NULL,
    data         BYTEA NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (operation_id, name)
);

-- How the last login of a project went. It holds no secret.
CREATE TABLE ways (
    workspace TEXT COLLATE "C" NOT NULL,
    project   TEXT COLLATE "C" NOT NULL,
    way       BYTEA NOT NULL,
    saved_at  BIGINT NOT NULL,
    PRIMARY KEY (workspace, project),
    FOREIGN KEY (workspace, project) REFERENCES projects (workspace, name) ON DELETE CASCADE
);
