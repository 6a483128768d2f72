//! What a task remembers of the template it was started from.

/// Enough to find the very text again: the id alone says nothing once the file has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub id: String,
    /// SHA-256 of the file.
    pub hash: [u8; 32],
    /// What the work is for in another system, where the template says so.
    pub ticket: Option<String>,
}
