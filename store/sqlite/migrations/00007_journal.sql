-- +goose Up

-- What callers who follow an operation are told, by numbers that count from 1 in each: the row's entries is the last.
ALTER TABLE operations ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;

CREATE TABLE journal (
    workspace    TEXT NOT NULL,
    operation_id TEXT NOT NULL REFERENCES operations (id),
    number       INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    state        TEXT NOT NULL,
    step         TEXT NOT NULL,
    attempt      INTEGER NOT NULL,
    -- The number of the question that the entry tells; 0 for none.
    question     INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (operation_id, number)
) STRICT, WITHOUT ROWID;

-- Requests that their callers may repeat. Keys and fingerprints are keyed hashes.
CREATE TABLE requests (
    workspace    TEXT NOT NULL,
    key          TEXT NOT NULL,
    fingerprint  TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    PRIMARY KEY (workspace, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX requests_made ON requests (made_at);
