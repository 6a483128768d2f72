//! What quiet hours hold back, kept for whoever tells it after them: this run, the next one, or another console.
//!
//! ```text
//! quiet ─> kept on the disk ─> the hours are over ─> taken by one console, all of it ─> one summary
//!                 └─ the disk does not take it: remembered by this run alone
//! ```

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::message::Sum;
use crate::domain::transition::{Notice, Way};
use crate::runtime::shared::{Said, Shared, Table};
use crate::text::Untrusted;

/// Transitions of one night that are kept; past that the oldest are not counted.
const MOST: usize = 4096;

#[derive(Clone, Debug)]
pub struct Held {
    /// `None`: only this run remembers.
    shared: Option<Shared>,
}

/// What a summary says of one.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    title: String,
    by: Vec<String>,
}

impl Held {
    pub fn new(state_dir: Option<&Path>) -> Self {
        Self { shared: state_dir.map(|folder| Shared::new(folder, "held", MOST)) }
    }

    /// Something waits there. Blocks.
    pub fn waits(&self) -> bool {
        self.shared.as_ref().is_some_and(|shared| !shared.read().is_empty())
    }

    /// Keeps them. `false`: they are not kept. Blocks.
    pub fn keep(&self, notices: &[Notice]) -> bool {
        let Some(shared) = &self.shared else { return false };
        let add = |table: &mut Table| {
            for Notice { transition, by } in notices {
                let by = by.iter().map(|way| way.word().to_owned()).collect();
                let kept = Kept { title: transition.title().to_string(), by };
                let word = serde_json::to_string(&kept).unwrap_or_default();
                table.insert(transition.id(), Said(word, transition.at.timestamp_millis()));
            }
        };
        shared.change(add).is_ok()
    }

    /// All of it, which nobody else gets. Blocks.
    pub fn take(&self) -> Sum {
        let taken = self.shared.as_ref().and_then(|shared| shared.change(std::mem::take).ok()).unwrap_or_default();
        let mut all: Vec<(String, Said)> = taken.into_iter().collect();
        all.sort_by_key(|(_, said)| said.1);
        let mut sum = Sum::default();
        for (id, said) in all {
            let Ok(kept) = serde_json::from_str::<Kept>(&said.0) else { continue };
            let by = kept.by.iter().filter_map(|word| Way::parse(word));
            sum.count(Untrusted::from(kept.title).show_line(), by, id);
        }
        sum
    }
}
