//! Comments that were sent when their console ended: what the ledger knows of them.
//!
//! | the ledger says | the draft |
//! |---|---|
//! | claimed, and written | is forgotten |
//! | claimed, and refused; never claimed, so never sent | is unsent, as before |
//! | claimed, and nobody knows; or the ledger cannot be read | may be there, and says so |

use super::Drafts;
use crate::console::state::compose::{CommentOn, Draft};
use crate::domain::Fault;
use crate::ledger::port::{Action, Entry, Outcome};
use crate::ledger::{Ledger, Wanted};

/// The drafts that are there, without those that are drafts no more.
pub fn settled(drafts: &Drafts, ledger: &dyn Ledger) -> Vec<Draft> {
    let settle = |mut draft: Draft| {
        let before = draft.clone();
        let kept = settle(&mut draft, ledger);
        let told = match (kept, draft == before) {
            (false, _) => drafts.remove(draft.id),
            (true, false) => drafts.write(&draft),
            (true, true) => Ok(()),
        };
        if let Err(error) = told {
            tracing::warn!(%error, "what became of a draft could not be kept");
        }
        kept.then_some(draft)
    };
    drafts.read().into_iter().filter_map(settle).collect()
}

/// False: it is no draft any more.
fn settle(draft: &mut Draft, ledger: &dyn Ledger) -> bool {
    if draft.sent_as().is_none() {
        return true;
    }
    let is_rewritten = draft.comment.as_ref().is_some_and(|on| on.rewritten);
    let is_there = match claimed(draft, ledger) {
        Ok(None) => false,
        Ok(Some(Entry { outcome: Some((_, outcome)), .. })) if outcome.is_final() => {
            matches!(outcome, Outcome::Confirmed(_))
        }
        Ok(Some(_)) | Err(_) => {
            draft.maybe_started = true;
            return true;
        }
    };
    draft.maybe_started = false;
    draft.comment.as_deref_mut().map(CommentOn::settle);
    !is_there || is_rewritten
}

fn claimed(draft: &Draft, ledger: &dyn Ledger) -> Result<Option<Entry>, Fault> {
    let wanted = Wanted { action: Some(Action::Comment), repo: draft.repo.clone(), ..Wanted::default() };
    let all = ledger.find(&wanted, usize::MAX)?;
    Ok(all.into_iter().find(|entry| draft.sent_as() == Some(entry.intent.id)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use uuid::Uuid;

    use super::*;
    use crate::domain::Instant;
    use crate::ledger::memory::Memory;
    use crate::ledger::port::Intent;

    fn draft(sent: u128, rewritten: bool) -> Draft {
        let on = CommentOn { number: 12, task: None, sent: Some(Uuid::from_u128(sent)), rewritten };
        Draft {
            id: Uuid::from_u128(sent),
            repo: Some("acme/api".parse().unwrap()),
            prompt: format!("look here {sent}"),
            comment: Some(Box::new(on)),
            ..Draft::default()
        }
    }

    #[test]
    fn a_draft_that_was_sent_when_the_console_was_killed_is_what_the_ledger_says_it_is() {
        let ledger = Memory::new();
        let at = Instant::UNIX_EPOCH;
        let outcomes = [
            (1, Some(Outcome::Confirmed("comment 7".into()))),
            (2, Some(Outcome::Confirmed("comment 8".into()))),
            (3, Some(Outcome::Rejected("403".into()))),
            (4, Some(Outcome::Unknown("reset".into()))),
            (5, None),
        ];
        for (id, outcome) in outcomes {
            let id = Uuid::from_u128(id);
            ledger.claim(&Intent::new(id, at, Action::Comment, "acme/api".parse().unwrap())).unwrap();
            if let Some(outcome) = outcome {
                ledger.record(id, at, &outcome).unwrap();
            }
        }
        let dir = tempfile::tempdir().unwrap();
        let killed = Drafts::new(dir.path());
        for id in 1..=6 {
            killed.write(&draft(id, id == 2)).unwrap();
        }
        let mut left = settled(&killed, &ledger);
        left.sort_by_key(|draft| draft.id);
        let told: Vec<(u128, bool, bool)> =
            left.iter().map(|draft| (draft.id.as_u128(), draft.sent_as().is_some(), draft.maybe_started)).collect();
        assert_eq!(
            told,
            [(2, false, false), (3, false, false), (4, true, true), (5, true, true), (6, false, false)],
            "the first is there; of the second something else was made since; the sixth was never claimed"
        );
        let mut again = killed.read();
        again.sort_by_key(|draft| draft.id);
        assert_eq!(again, left, "and so it stands on disk");
    }
}
