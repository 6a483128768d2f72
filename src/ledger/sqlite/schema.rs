//! The layout of the file, and how an older one becomes this one.
//!
//! A migration is never edited once it was released: a change is a new entry at the end.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// What this program writes and fully understands.
pub(super) const VERSION: u32 = 4;

/// `atcL`, in the file's header, so that no other program's database is taken for a ledger.
const APPLICATION: u32 = 0x6174_634C;

/// Entry *n* leads from version *n* to *n* + 1.
const MIGRATIONS: [&str; VERSION as usize] = [FIRST, SECOND, THIRD, FOURTH];

const FIRST: &str = "
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
";

/// More about every action, and what became of tasks. Rows that were there stay as they are.
const SECOND: &str = "
    ALTER TABLE intents ADD COLUMN template_hash BLOB CHECK (length(template_hash) = 32);
    ALTER TABLE intents ADD COLUMN login TEXT;
    ALTER TABLE intents ADD COLUMN machine TEXT;
    ALTER TABLE intents ADD COLUMN prompt TEXT;
    ALTER TABLE intents ADD COLUMN model TEXT;
    ALTER TABLE intents ADD COLUMN ticket TEXT;
    ALTER TABLE intents ADD COLUMN session TEXT;
    ALTER TABLE intents ADD COLUMN run INTEGER;
    ALTER TABLE intents ADD COLUMN pull INTEGER;
    ALTER TABLE intents ADD COLUMN granted_verdict TEXT;
    ALTER TABLE intents ADD COLUMN granted_rule TEXT;
    ALTER TABLE intents ADD COLUMN granted_reason TEXT;
    ALTER TABLE intents ADD COLUMN granted_policy BLOB CHECK (length(granted_policy) = 32);
    CREATE INDEX intents_by_prompt ON intents (prompt_hash, at);
    CREATE INDEX intents_by_task ON intents (task) WHERE task IS NOT NULL;
    CREATE INDEX intents_by_ticket ON intents (ticket) WHERE ticket IS NOT NULL;
    CREATE INDEX outcomes_by_detail ON outcomes (detail) WHERE kind = 'confirmed';
    CREATE TABLE observed (
        row INTEGER PRIMARY KEY,
        host TEXT NOT NULL,
        repo TEXT NOT NULL,
        task TEXT NOT NULL,
        kind TEXT NOT NULL,
        step INTEGER NOT NULL,
        at TEXT NOT NULL,
        since TEXT,
        touched TEXT,
        begun TEXT,
        was TEXT,
        became TEXT NOT NULL,
        reason TEXT,
        nano_credits INTEGER,
        premium_requests REAL,
        model TEXT,
        session TEXT,
        run INTEGER,
        pull INTEGER,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        UNIQUE (task, repo, host, kind, step)
    ) STRICT;
    CREATE INDEX observed_by_time ON observed (at);
    CREATE TRIGGER observed_stay BEFORE DELETE ON observed BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
    CREATE TRIGGER observed_keep BEFORE UPDATE ON observed BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
";

/// Which starts were rows of one plan, and of which there may be only one in a time. Rows that were there stay as they
/// are.
const THIRD: &str = "
    ALTER TABLE intents ADD COLUMN plan BLOB CHECK (length(plan) = 16);
    ALTER TABLE intents ADD COLUMN once_key TEXT;
    CREATE INDEX intents_by_plan ON intents (plan) WHERE plan IS NOT NULL;
    CREATE INDEX intents_by_key ON intents (once_key, repo, at) WHERE once_key IS NOT NULL;
";

/// What started tasks by itself is found without reading all that became of all of them.
const FOURTH: &str = "
    CREATE INDEX observed_origins ON observed (host, row) WHERE kind = 'origin';
";

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing in it yet, this layout, or an older one.
    Ours(u32),
    Newer(u32),
    /// A database, but no ledger.
    Foreign,
}

pub(super) fn look(connection: &Connection) -> rusqlite::Result<Found> {
    // One moment of the file: another program may be making it a ledger right now.
    let seen = connection.unchecked_transaction()?;
    let number = |sql| seen.query_row(sql, [], |row| row.get::<_, u32>(0));
    // The first read fixes the moment; a pragma of the header may be answered without one.
    let tables = number("SELECT count(*) FROM sqlite_master")?;
    let (application, version) = (number("PRAGMA application_id")?, version(&seen)?);
    Ok(match application {
        APPLICATION if version > VERSION => Found::Newer(version),
        APPLICATION => Found::Ours(version),
        0 if tables == 0 => Found::Ours(0),
        _ => Found::Foreign,
    })
}

pub(super) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings an older or empty file to [`VERSION`], all or nothing. Several programs may try at the same time: the first
/// does it, the others find it done. Gives the version that the file has then, which may be a newer one.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<u32> {
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let from = version(&transaction)?;
    if from < VERSION {
        for step in MIGRATIONS.iter().skip(from as usize) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()?;
    Ok(from.max(VERSION))
}
