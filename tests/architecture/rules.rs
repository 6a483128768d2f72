//! The rules as tables.

/// What each folder of `src` may use of the others. A folder that is not here must not exist.
pub const LAYERS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("domain", &["text"]),
    ("transcript", &["domain", "text"]),
    ("keys", &["text", "transcript"]),
    ("template", &["domain", "text"]),
    ("provider", &["domain", "text"]),
    ("ledger", &["domain", "text"]),
    ("config", &["domain", "text", "keys"]),
    ("ops", &["domain", "text", "template", "provider", "ledger"]),
    ("console", &["domain", "text", "transcript", "template", "keys"]),
    ("demo", &["domain", "text"]),
    ("cli", &["domain", "text", "transcript", "template", "keys", "provider", "ledger", "config", "ops", "demo"]),
    (
        "runtime",
        &[
            "domain",
            "text",
            "transcript",
            "template",
            "keys",
            "provider",
            "ledger",
            "config",
            "ops",
            "console",
            "demo",
            "cli",
        ],
    ),
];

/// Where the front of a folder may be used but not this part of it.
pub const INSIDES: &[(&str, &str)] =
    &[("ops", "provider::github"), ("ops", "ledger::sqlite"), ("cli", "provider::github")];

/// Where only what the other folder's `mod.rs` offers may be used, none of its files.
pub const FRONT_ONLY: &[(&str, &str)] = &[("cli", "demo")];

/// Crates and standard modules that have their place: the path, and where it may be used (a prefix of the file's path).
pub const PLACES: &[(&str, &[&str])] = &[
    ("reqwest", &["src/provider/"]),
    ("rusqlite", &["src/ledger/sqlite/", "src/runtime/cache/"]),
    ("axum", &["src/demo/"]),
    ("clap", &["src/cli/"]),
    ("crossterm", &["src/runtime/"]),
    ("ratatui", &["src/console/view/", "src/console/state/compose", "src/runtime/terminal"]),
    ("tokio", &["src/runtime/", "src/ops/", "src/provider/", "src/demo/", "src/cli/", "src/main.rs"]),
    ("std::fs", FILES),
    ("std::env", FILES),
    ("std::process", FILES),
    ("std::time::Instant", CLOCK),
    ("std::time::SystemTime", CLOCK),
    ("chrono::Local", CLOCK),
    ("Utc::now", CLOCK),
    ("Local::now", CLOCK),
    ("SystemTime::now", CLOCK),
];

const FILES: &[&str] =
    &["src/config/", "src/ledger/", "src/runtime/", "src/cli/", "src/provider/github/token.rs", "src/main.rs"];
const CLOCK: &[&str] = &["src/runtime/clock.rs"];

/// `mod.rs` files that hold more than modules and re-exports, each with the words an item may start with there.
pub const MOD_RS: &[(&str, &[&str])] = &[
    ("src/console/state/mod.rs", &["struct", "impl"]),
    ("src/console/update/mod.rs", &["fn"]),
    ("src/console/view/mod.rs", &["fn"]),
    // `Instant` and `Now`.
    ("src/domain/mod.rs", &["type"]),
];

pub const FILE_LINES: usize = 600;
pub const MOD_RS_LINES: usize = 150;
pub const FUNCTION_LINES: usize = 100;
pub const MODEL_FIELDS: usize = 12;
