-- +goose Up

-- How an operation stands to the pages that may be in use: 'queued' for one, 'admitted' to one; '' once it gave back all it
-- had, and where an older program wrote it.
ALTER TABLE operations ADD COLUMN admission TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN admitted_at INTEGER NOT NULL DEFAULT 0;
-- The kind of browser that it needs, as its project said at the start.
ALTER TABLE operations ADD COLUMN browser TEXT NOT NULL DEFAULT '';
-- Its number among those that queue: the smallest is the next.
ALTER TABLE operations ADD COLUMN ticket INTEGER NOT NULL DEFAULT 0;
CREATE INDEX operations_tickets ON operations (ticket) WHERE admission = 'queued';
CREATE INDEX operations_queue ON operations (browser, ticket) WHERE admission = 'queued';
CREATE INDEX operations_queue_of_project ON operations (browser, workspace, project, ticket) WHERE admission = 'queued';
CREATE INDEX operations_admitted ON operations (browser, workspace, project, id) WHERE admission = 'admitted';
CREATE INDEX operations_unstarted ON operations (admitted_at, id) WHERE state = 'queued' AND admission <> 'queued';

-- What each browser host can lend, as its workers say every few seconds.
CREATE TABLE offers (
    host       TEXT NOT NULL,
    browser    TEXT NOT NULL,
    pages      INTEGER NOT NULL,
    offered_at INTEGER NOT NULL,
    PRIMARY KEY (host, browser)
) STRICT, WITHOUT ROWID;

-- How many operations of a kind of browser are admitted, and how many may be: pages of that kind, and max_pages (0 for no
-- limit) of all kinds together, as of reckoned_at.
CREATE TABLE queues (
    browser     TEXT PRIMARY KEY,
    in_use      INTEGER NOT NULL DEFAULT 0,
    pages       INTEGER NOT NULL DEFAULT 0,
    max_pages   INTEGER NOT NULL DEFAULT 0,
    reckoned_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- The same of a project: how many operations queue, and how many are admitted.
CREATE TABLE project_queues (
    workspace TEXT NOT NULL,
    project   TEXT NOT NULL,
    browser   TEXT NOT NULL,
    queued    INTEGER NOT NULL DEFAULT 0,
    in_use    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace, project, browser)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_queues_waiting ON project_queues (browser, workspace, project) WHERE queued > 0;
