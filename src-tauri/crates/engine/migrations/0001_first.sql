-- The first schema. Migrations only ever add: this file never changes once a version with it is out.
-- `request` is what the list shows, one narrow immutable row a request; the bytes live in `content`, what the
-- person adds in `annotation`, what was sent again in `delivery` and `attempt`.

PRAGMA application_id = 1215262571;
PRAGMA user_version = 1;

CREATE TABLE program (
    -- which version of the program wrote this schema, so that an older one can name it
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version TEXT NOT NULL,
    -- tells this file from any other, for what is kept beside it
    identity BLOB NOT NULL
) STRICT;
INSERT INTO program (one, version, identity) VALUES (1, '', randomblob(16));

CREATE TABLE request (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    took_micros INTEGER NOT NULL,
    method TEXT NOT NULL,
    target TEXT NOT NULL,
    version TEXT NOT NULL,
    peer TEXT NOT NULL,
    endpoint BLOB,
    endpoint_path TEXT,
    provider TEXT,
    event TEXT,
    delivery_key TEXT,
    handshake TEXT,
    verdict TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    answered INTEGER,
    reply TEXT,
    body_length INTEGER NOT NULL,
    body_sha256 BLOB NOT NULL,
    duplicate_of BLOB
) STRICT;

CREATE UNIQUE INDEX request_id ON request (id);
CREATE INDEX request_provider ON request (provider);
CREATE INDEX request_event ON request (event);
CREATE INDEX request_endpoint ON request (endpoint_path);
CREATE INDEX request_received ON request (received_at);
CREATE INDEX request_duplicate ON request (sequence) WHERE duplicate_of IS NOT NULL;
-- How often a request is repeated is counted by it; few are, and it is filled behind the commits.
CREATE INDEX request_repeats ON request (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX request_verdict ON request (verdict) WHERE verdict NOT IN ('valid', 'unknown');
CREATE INDEX request_state ON request (state) WHERE state <> 'complete';
CREATE INDEX request_handshake ON request (sequence) WHERE handshake IS NOT NULL;
CREATE INDEX request_answered ON request (answered) WHERE answered IS NULL OR answered <> 200;

-- A captured request never changes. What is thought of it (which endpoint it belongs to, who sent it, whether its
-- signature holds) may: that depends on endpoints and secrets, which are set later. That it repeats an earlier one is
-- found behind the commit: an index of delivery keys, which come in no order, would cost a page a request in it.
CREATE TRIGGER request_never_changes
BEFORE UPDATE OF sequence, id, received_at, took_micros, method, target, version, peer, state, reason, reply,
    body_length, body_sha256 ON request
BEGIN
    SELECT raise(ABORT, 'a captured request never changes');
END;

-- What was answered is known when the request is kept, or, where a target answers through us, soon after; then it stays.
CREATE TRIGGER request_answered_once
BEFORE UPDATE OF answered ON request WHEN OLD.answered IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'what was answered never changes');
END;
-- Requests whose provider or delivery key became another by judging them again: what they repeat is to be found anew.
CREATE TABLE rekeyed (
    sequence INTEGER PRIMARY KEY
) STRICT;

-- Head and body, packed together; `place` is the sequence times 65536 plus the number of the part. Part 0 begins
-- with the head; each part holds 1 MiB of the body, the last one what is left.
CREATE TABLE content (
    place INTEGER PRIMARY KEY,
    framing TEXT,
    head_length INTEGER NOT NULL,
    length INTEGER NOT NULL,
    coding INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
-- Few have it, and the list asks of each row whether it does.
CREATE INDEX content_ambiguous ON content (place) WHERE instr(framing, 'ambiguous_framing') > 0;

-- What many requests have in common, so that it need not lie in each: a row of `content` whose coding is above 1 was
-- packed with the dictionary of that number less one. They are only added.
CREATE TABLE dictionary (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    bytes BLOB NOT NULL,
    -- the newest request when it was made
    made_at INTEGER NOT NULL
) STRICT;

-- How many requests there are of each kind, kept in the transactions that add and remove them: nothing counts rows.
CREATE TABLE tally (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    requests INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE annotation (
    request INTEGER PRIMARY KEY,
    starred INTEGER NOT NULL DEFAULT 0,
    note TEXT,
    deliveries INTEGER NOT NULL DEFAULT 0,
    -- how its forwards stand: 'delivered' or 'failed'
    forwarded TEXT
) STRICT;
CREATE INDEX annotation_starred ON annotation (request) WHERE starred = 1;
CREATE INDEX annotation_note ON annotation (request) WHERE note IS NOT NULL;
CREATE INDEX annotation_delivered ON annotation (request) WHERE deliveries > 0;

-- The answer that went back, written soon after it went: where it came from, how long its sender waited for it from
-- the last byte of the request on, and its bytes where they are not the usual ones.
CREATE TABLE answer (
    request INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    micros INTEGER,
    length INTEGER,
    coding INTEGER,
    bytes BLOB
) STRICT;

-- Requests that were taken from a file: when, and which program wrote the file. What is not here was captured.
CREATE TABLE imported (
    request INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    program TEXT NOT NULL
) STRICT;

CREATE TABLE tag (
    name TEXT NOT NULL COLLATE NOCASE,
    request INTEGER NOT NULL,
    PRIMARY KEY (name, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_request ON tag (request);

CREATE TABLE endpoint (
    id BLOB PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    provider TEXT,
    parameters TEXT NOT NULL,
    answers_handshakes INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    -- where its sender sends to, if that is not what the listener sees
    public_url TEXT,
    -- seconds in place of the scheme's own
    tolerance_past INTEGER,
    tolerance_future INTEGER
) STRICT;

-- Values of bodies that are masked in what is given away, by JSON pointer. Without an endpoint it holds for all requests;
-- so it does once its endpoint is removed, since the requests of that stay.
CREATE TABLE mask_path (
    endpoint BLOB REFERENCES endpoint (id) ON DELETE SET NULL,
    pointer TEXT NOT NULL
) STRICT;

-- A provider file of the person's own.
CREATE TABLE own_provider (
    id TEXT PRIMARY KEY,
    toml TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- That a secret exists and where its value is; the value itself is never in this file.
CREATE TABLE secret (
    id BLOB PRIMARY KEY,
    endpoint BLOB NOT NULL REFERENCES endpoint (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    place TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- when it was replaced; from then on it only explains signatures that were made with it
    retired_at INTEGER
) STRICT;
CREATE INDEX secret_endpoint ON secret (endpoint);

-- What the senders of an endpoint get, where the person set it.
CREATE TABLE endpoint_answer (
    endpoint BLOB PRIMARY KEY REFERENCES endpoint (id) ON DELETE CASCADE,
    status INTEGER NOT NULL,
    -- a JSON list of names and values
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    delay_millis INTEGER NOT NULL
) STRICT;

-- Answers that go wrong on purpose. Emptied when a listener starts where none was.
CREATE TABLE fault (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint BLOB NOT NULL UNIQUE REFERENCES endpoint (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    -- the status, or how many ms later
    amount INTEGER NOT NULL,
    reach TEXT NOT NULL,
    -- how many requests, or how many of a hundred
    extent INTEGER NOT NULL,
    struck INTEGER NOT NULL DEFAULT 0,
    set_at INTEGER NOT NULL
) STRICT;

CREATE TABLE target (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    -- what is done to what goes there and how it is spoken to, as JSON
    rules TEXT NOT NULL
) STRICT;

-- What the person was asked once and said yes to: sending to a host that is far away, or live events to a host.
CREATE TABLE consent (
    kind TEXT NOT NULL,
    authority TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, authority)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    request INTEGER NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    head BLOB NOT NULL,
    body_length INTEGER,
    body_coding INTEGER,
    body BLOB,
    -- the target it went by, the delivery it repeats, the run it is a step of
    target BLOB,
    again BLOB,
    run BLOB,
    step INTEGER,
    -- its retries: the waits as JSON (µs), how many were used, how it stands, when the next is due, whether one is under way
    waits TEXT,
    waits_used INTEGER NOT NULL DEFAULT 0,
    schedule TEXT,
    next_at INTEGER,
    trying_since INTEGER,
    -- the names of captured header lines that stayed here, as JSON
    withheld TEXT
) STRICT;
CREATE INDEX delivery_request ON delivery (request);
CREATE INDEX delivery_run ON delivery (run, step) WHERE run IS NOT NULL;
CREATE INDEX delivery_next ON delivery (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX delivery_trying ON delivery (trying_since) WHERE trying_since IS NOT NULL;

CREATE TABLE attempt (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    delivery INTEGER NOT NULL REFERENCES delivery (number) ON DELETE CASCADE,
    started_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    message TEXT,
    hint TEXT,
    -- where it went and what head was sent, where those are not the delivery's: it followed a redirect
    url TEXT,
    sent BLOB,
    status INTEGER,
    head BLOB NOT NULL,
    body_length INTEGER NOT NULL,
    body_coding INTEGER NOT NULL,
    body BLOB NOT NULL,
    body_cut INTEGER NOT NULL,
    resolve_micros INTEGER,
    connect_micros INTEGER,
    tls_micros INTEGER,
    first_byte_micros INTEGER,
    total_micros INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_delivery ON attempt (delivery);

-- Many requests sent one after the other or several at once, or one of them several times. Kept before the first step
-- begins; `phase` stays 'running' where the program ended in the middle.
CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    -- 'several', or 'idempotency' with how many went at once, why none went under a new id, and what was found
    kind TEXT NOT NULL,
    at_once INTEGER,
    no_control TEXT,
    passed INTEGER,
    url TEXT NOT NULL,
    -- in words
    how TEXT NOT NULL,
    total INTEGER NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    skipped_request BLOB,
    skipped_because TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    phase TEXT NOT NULL,
    problem TEXT,
    -- steps below this may have begun; those of them of which nothing is kept may or may not have reached the target
    reserved INTEGER NOT NULL
) STRICT;

-- Requests of an endpoint that go to a target by themselves.
CREATE TABLE forward (
    id BLOB PRIMARY KEY,
    endpoint BLOB NOT NULL REFERENCES endpoint (id) ON DELETE CASCADE,
    target BLOB NOT NULL REFERENCES target (id) ON DELETE CASCADE,
    filter TEXT NOT NULL,
    way TEXT NOT NULL,
    deadline_millis INTEGER NOT NULL,
    position INTEGER NOT NULL
) STRICT;
CREATE INDEX forward_endpoint ON forward (endpoint);
CREATE INDEX forward_target ON forward (target);

-- Requests that wait to go to a target stand in a line, put there in the transaction that keeps them; `place` is their
-- order, at first that of their arrival. What is dropped at once goes aside with its whole line, however long that is,
-- and comes back with it: so a target may have several in which requests wait, and new ones go to the last of them.
CREATE TABLE line (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    -- the target may be removed
    target BLOB NOT NULL,
    -- how many were removed with the history while they waited here
    lost INTEGER NOT NULL DEFAULT 0,
    -- the removal that put it aside; nothing in it waits then
    discard INTEGER REFERENCES discard (number) ON DELETE CASCADE
) STRICT;
CREATE INDEX line_target ON line (target);
CREATE INDEX line_discard ON line (discard) WHERE discard IS NOT NULL;
CREATE TABLE held (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL,
    line INTEGER NOT NULL REFERENCES line (number) ON DELETE CASCADE,
    place REAL NOT NULL,
    delivery BLOB,
    attempts INTEGER NOT NULL DEFAULT 0,
    trying_since INTEGER,
    -- its request was removed while it was aside; that may have been undone since
    gone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX held_line ON held (line, place);
CREATE INDEX held_request ON held (request);
CREATE INDEX held_trying ON held (trying_since) WHERE trying_since IS NOT NULL;
CREATE INDEX held_gone ON held (line) WHERE gone;

-- How the targets of forwards stand; none where all is well.
CREATE TABLE queue (
    target BLOB PRIMARY KEY REFERENCES target (id) ON DELETE CASCADE,
    paused INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    why TEXT
) STRICT;

-- What is removed before it could go is not forwarded any more, and counted. What is aside may come back after its
-- request did.
CREATE TRIGGER held_goes_with_its_request
AFTER DELETE ON request WHEN EXISTS (SELECT 1 FROM held WHERE held.request = OLD.sequence)
BEGIN
    UPDATE held SET gone = 1 WHERE request = OLD.sequence
        AND line IN (SELECT number FROM line WHERE discard IS NOT NULL);
    UPDATE line SET lost = lost + (SELECT count(*) FROM held WHERE held.request = OLD.sequence AND held.line = line.number)
        WHERE number IN (SELECT held.line FROM held WHERE held.request = OLD.sequence AND NOT held.gone);
    DELETE FROM held WHERE request = OLD.sequence AND NOT gone;
END;

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Deleted requests, for as long as that can be undone. Their bytes stay in `content` until they are purged; the rows
-- are moved here, so that nothing that reads the list has to know of them.
CREATE TABLE deletion (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    -- what chose its requests, empty for all of them; NULL where they were named one by one
    filter TEXT
) STRICT;
CREATE TABLE trash (
    sequence INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    took_micros INTEGER NOT NULL,
    method TEXT NOT NULL,
    target TEXT NOT NULL,
    version TEXT NOT NULL,
    peer TEXT NOT NULL,
    endpoint BLOB,
    endpoint_path TEXT,
    provider TEXT,
    event TEXT,
    delivery_key TEXT,
    handshake TEXT,
    verdict TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    answered INTEGER,
    reply TEXT,
    body_length INTEGER NOT NULL,
    body_sha256 BLOB NOT NULL,
    duplicate_of BLOB,
    deletion INTEGER NOT NULL REFERENCES deletion (number)
) STRICT;
CREATE INDEX trash_deletion ON trash (deletion);

-- Removed endpoints, secrets, targets and saved filters and what was dropped from queues, for as long as that can be
-- undone. The values of secrets stay where they are until then. Numbers are those of deletions too, so that one names
-- one thing that can be undone; what waited for a target lies aside in its line.
CREATE TABLE discard (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    -- 'endpoint', 'secret', 'target', 'saved_filter' or 'queue'
    kind TEXT NOT NULL,
    -- what it was called; of a queue the name of its target
    name TEXT NOT NULL,
    -- its rows as they were, as JSON: by table, then by column
    rows TEXT NOT NULL,
    -- it was removed for good: values of its secrets may be gone
    final INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE saved_filter (
    name TEXT PRIMARY KEY,
    filter TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;

-- Copies of requests that are being edited, one a request. `body` is NULL where it is the captured one.
CREATE TABLE draft (
    request BLOB PRIMARY KEY,
    updated_at INTEGER NOT NULL,
    method TEXT NOT NULL,
    url TEXT NOT NULL,
    headers TEXT NOT NULL,
    -- as that of a template
    captured BLOB NOT NULL,
    body BLOB,
    signature TEXT NOT NULL,
    new_id INTEGER NOT NULL
) STRICT;

-- Requests with variables, by name. The request one was made from may be gone: what tells its endpoint is kept here.
CREATE TABLE template (
    name TEXT PRIMARY KEY,
    method TEXT NOT NULL,
    url TEXT NOT NULL,
    headers TEXT NOT NULL,
    -- heads with the hosts of captured requests and those of their credentials that stand in it as they came; before the
    -- body, which would have to be passed to get here
    captured BLOB NOT NULL,
    body BLOB NOT NULL,
    signature TEXT NOT NULL,
    new_id INTEGER NOT NULL,
    request BLOB NOT NULL,
    target TEXT NOT NULL,
    provider TEXT,
    used INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What the variables of a template were when it was last sent to a place: the id of a target, or a URL.
CREATE TABLE template_value (
    template TEXT NOT NULL REFERENCES template (name) ON DELETE CASCADE,
    place TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (template, place, name)
) STRICT;
