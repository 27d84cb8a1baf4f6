-- +goose Up

-- One live operation per account. A database from before this rule may hold more: all but the first lose their account.
UPDATE operations SET account_key = ''
WHERE account_key <> '' AND state IN ('queued', 'running', 'waiting') AND EXISTS (
    SELECT 1 FROM operations first
    WHERE first.workspace = operations.workspace AND first.account_key = operations.account_key
      AND first.state IN ('queued', 'running', 'waiting')
      AND (first.created_at, first.id) < (operations.created_at, operations.id)
);
CREATE UNIQUE INDEX operations_live_account ON operations (workspace, account_key)
    WHERE account_key <> '' AND state IN ('queued', 'running', 'waiting');

-- An open breaker refuses these credentials of the account; others pass. An account has one for each credentials that
-- were refused, so that going back to refused ones is refused, too.
ALTER TABLE breakers RENAME TO breakers_of_one;
CREATE TABLE breakers (
    workspace      TEXT NOT NULL,
    account_key    TEXT NOT NULL,
    credential_key TEXT NOT NULL,
    -- The login that opened it.
    operation_id   TEXT NOT NULL,
    session_id     TEXT NOT NULL,
    class          TEXT NOT NULL,
    since          INTEGER NOT NULL,
    -- When it closes by itself; 0 for never.
    until          INTEGER NOT NULL,
    PRIMARY KEY (workspace, account_key, credential_key)
) STRICT, WITHOUT ROWID;
INSERT INTO breakers (workspace, account_key, credential_key, operation_id, session_id, class, since, until)
SELECT workspace, account_key, credential_key, '', '', class, since, CASE class WHEN 'lockout' THEN since + 900000 ELSE 0 END FROM breakers_of_one;
DROP TABLE breakers_of_one;

-- What is used once: steps of one-time passwords, backup codes. The owner is an account's key, or the operation where no
-- account is known. Like all rows of accounts, it outlives operations, sessions and projects: an account's key is a keyed
-- hash, and a value that was used once stays used.
CREATE TABLE spends (
    workspace TEXT NOT NULL,
    owner     TEXT NOT NULL,
    kind      TEXT NOT NULL,
    key       TEXT NOT NULL,
    spent_at  INTEGER NOT NULL,
    PRIMARY KEY (workspace, owner, kind, key)
) STRICT, WITHOUT ROWID;

-- The newest counter that an account took.
CREATE TABLE counters (
    workspace   TEXT NOT NULL,
    account_key TEXT NOT NULL,
    counter     INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (workspace, account_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_memories (
    workspace   TEXT NOT NULL,
    account_key TEXT NOT NULL,
    memory      BLOB NOT NULL,
    version     INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (workspace, account_key)
) STRICT;

-- Redacted page models and pictures. They outlive their operation and go with the session.
CREATE TABLE artefacts (
    workspace    TEXT NOT NULL,
    operation_id TEXT NOT NULL REFERENCES operations (id),
    name         TEXT NOT NULL,
    media_type   TEXT NOT NULL,
    data         BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (operation_id, name)
) STRICT;

-- How the last login of a project went. It holds no secret.
CREATE TABLE ways (
    workspace TEXT NOT NULL,
    project   TEXT NOT NULL,
    way       BLOB NOT NULL,
    saved_at  INTEGER NOT NULL,
    PRIMARY KEY (workspace, project),
    FOREIGN KEY (workspace, project) REFERENCES projects (workspace, name) ON DELETE CASCADE
) STRICT;
