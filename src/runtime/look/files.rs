//! Says when a file that `atc watch` goes by is broken, and when it is mended. Both are read anew where they are used:
//! the rules for logs go on as they were last, a broken policy lets nothing start or be stopped.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::config::policy::{PolicyFile, load};
use crate::console::event::{Event, Op, What};
use crate::domain::Now;
use crate::runtime::rules::Rulebook;
use crate::text::Safe;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(5);

/// Until nobody listens any more.
pub async fn follow(rules: Rulebook, policy: PolicyFile, events: mpsc::Sender<Event>, now: Now) {
    let mut before: [Option<Safe>; 2] = [None, None];
    loop {
        let (book, file) = (rules.clone(), policy.clone());
        let look = tokio::task::spawn_blocking(move || [book.wrong(), broken(&file)]);
        let Ok(wrong) = look.await else { return };
        let mended = ["the rules for logs are in order again", "the policy is in order again"];
        for ((before, wrong), mended) in before.iter_mut().zip(wrong).zip(mended) {
            if *before == wrong {
                continue;
            }
            let text = wrong.clone().unwrap_or_else(|| Safe::new(mended));
            let event = Event { at: now(), what: What::Op(Op::Note { bad: true, text }) };
            if events.send(event).await.is_err() {
                return;
            }
            *before = wrong;
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = events.closed() => return,
        }
    }
}

fn broken(file: &PolicyFile) -> Option<Safe> {
    let broken = load(file).policy.err()?;
    let first = broken.problems.first().map(Safe::as_str).unwrap_or_default();
    Some(Safe::new(format!("{first}; until it is mended nothing may start, and no rule stops anything")))
}
