-- A ledger of the first layout: three actions and what came of them.
PRAGMA application_id = 1635017548;
PRAGMA user_version = 1;
CREATE TABLE intents (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    at TEXT NOT NULL,
    action TEXT NOT NULL,
    repo TEXT NOT NULL,
    task TEXT,
    who TEXT NOT NULL,
    host TEXT NOT NULL,
    token_kind TEXT NOT NULL,
    request TEXT NOT NULL,
    prompt_hash BLOB CHECK (length(prompt_hash) = 32),
    template TEXT,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX intents_by_action ON intents (action, at);
CREATE TABLE outcomes (
    row INTEGER PRIMARY KEY,
    intent BLOB NOT NULL REFERENCES intents (id),
    at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('confirmed', 'rejected', 'unknown')),
    detail TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX outcomes_by_intent ON outcomes (intent, row);
CREATE TABLE head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    rows INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO head VALUES (1, 0, zeroblob(32));
CREATE TRIGGER intents_stay BEFORE DELETE ON intents BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER intents_keep BEFORE UPDATE ON intents BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER outcomes_stay BEFORE DELETE ON outcomes BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER outcomes_keep BEFORE UPDATE ON outcomes BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
INSERT INTO intents VALUES (1, X'00000000000000000000000000000001', '2026-02-02T02:40:01.000000001Z', 'start', 'acme/billing', NULL, 'mona', 'github.com', 'oauth', '{"prompt":"fix it‮, ''now''"}', X'0707070707070707070707070707070707070707070707070707070707070707', 'bugfix', X'd5baaee531fee58f5d52e3dd667d2802dbb4687bbb9c01332211172dbc592526');
INSERT INTO outcomes VALUES (2, X'00000000000000000000000000000001', '2026-02-02T02:41:01.000000000Z', 'confirmed', 't-1', X'7c4d8e11d9d401d270fc94f731a314a97cb4600d111d3ca4fac7423c017f5414');
INSERT INTO intents VALUES (3, X'00000000000000000000000000000002', '2026-02-02T02:40:02.000000002Z', 'start', 'acme/billing', NULL, 'mona', 'github.com', 'oauth', '{"prompt":"fix it‮, ''now''"}', X'0808080808080808080808080808080808080808080808080808080808080808', NULL, X'4af6535f9b1afc41b3f3e2c3bab68ef84c98296c258f3e88d6cb39b456990299');
INSERT INTO outcomes VALUES (4, X'00000000000000000000000000000002', '2026-02-02T02:41:02.000000000Z', 'unknown', 'reset', X'abc2e25f5ae5a05184b957e65a3c6e0f730ed6f8009063edb36b128924ed1898');
INSERT INTO intents VALUES (5, X'00000000000000000000000000000003', '2026-02-02T02:40:03.000000003Z', 'cancel', 'acme/billing', 't-1', 'mona', 'github.com', 'oauth', '{"prompt":"fix it‮, ''now''"}', NULL, NULL, X'8e616e0021fe4200fbde475411c99775e85dd54bbd9db56d0efba103e7de5049');
INSERT INTO outcomes VALUES (6, X'00000000000000000000000000000003', '2026-02-02T02:41:03.000000000Z', 'confirmed', '4711', X'50008841d0d7c8d73c75ac14f9f0250002b08c3c1d3667e60e8d49025be286cb');
UPDATE head SET rows = 6, hash = X'50008841d0d7c8d73c75ac14f9f0250002b08c3c1d3667e60e8d49025be286cb';
