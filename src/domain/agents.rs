//! Custom agents and models one may ask for.

use crate::text::Untrusted;

/// Source: `.github/agents/*.md` of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomAgent {
    /// File stem: what goes into `custom_agent`.
    pub id: Untrusted,
    pub description: Untrusted,
}

/// Suggestions only; any other text is sent as it is.
pub const MODEL_SUGGESTIONS: [&str; 7] = [
    "claude-sonnet-4.6",
    "claude-opus-4.6",
    "gpt-5.2-codex",
    "gpt-5.3-codex",
    "gpt-5.4",
    "claude-sonnet-4.5",
    "claude-opus-4.5",
];
