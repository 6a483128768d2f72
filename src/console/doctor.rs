//! What the console and the runtime say to each other about what can be done here.

use crate::domain::RepoName;
use crate::domain::capability::Row;
use crate::text::Safe;

/// Find out. An answer to an earlier wish than the last is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub id: u64,
    pub repos: Vec<RepoName>,
    /// Something may have been mended: what was refused before may be tried again.
    pub anew: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    pub id: u64,
    pub told: Told,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// What is asked now, and how many questions come after it.
    Asking {
        words: Safe,
        left: usize,
    },
    Rows(Vec<Row>),
    /// The end, and what was not asked.
    Done {
        not_asked: Vec<Safe>,
    },
}
