-- +goose Up

-- What callers who follow an operation are told, by numbers that count from 1 in each: the row's entries is the last.
ALTER TABLE operations ADD COLUMN entries BIGINT NOT NULL DEFAULT 0;

CREATE TABLE journal (
    workspace    TEXT COLLATE "C" NOT NULL,
    operation_id TEXT COLLATE "C" NOT NULL REFERENCES operations (id),
    number       BIGINT NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    step         TEXT COLLATE "C" NOT NULL,
    attempt      BIGINT NOT NULL,
    -- The number of the question that the entry tells; 0 for none.
    question     BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (operation_id, number)
);

-- Requests that their callers may repeat. Keys and fingerprints are keyed hashes.
CREATE TABLE requests (
    workspace    TEXT COLLATE "C" NOT NULL,
    key          TEXT COLLATE "C" NOT NULL,
    fingerprint  TEXT COLLATE "C" NOT NULL,
    operation_id TEXT COLLATE "C" NOT NULL,
    made_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace, key)
);

CREATE INDEX requests_made ON requests (made_at);
