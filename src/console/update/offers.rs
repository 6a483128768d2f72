//! What may stand at the cursor of the query being typed: offered as it is typed, taken key by key.
//!
//! ```text
//! edit ──> offered ──tab──> the first stands in the line ──tab──> the next in its place …
//!             │   └──→──> taken: what may follow is offered
//!             └──esc──> closed until the next edit, or tab
//! ```

use super::line;
use crate::console::state::Model;
use crate::console::state::line::{LineKind, Offers};
use crate::domain::RepoName;
use crate::domain::query::{Vocabulary, complete};
use crate::text::Untrusted;

/// Branches are taken from so many of the first tasks: there is about one a task.
const BRANCHES: usize = 2000;

/// After an edit: offers what could be meant by what is being typed.
pub fn renew(model: &mut Model) {
    let offers = model.line.as_ref().filter(|line| line.kind == LineKind::QueueFilter).and_then(|line| {
        let typed = line.text.get(..line.cursor).unwrap_or_default();
        // Where nothing is begun, nothing pushes itself forward.
        let begun = typed.ends_with(|c: char| !c.is_whitespace());
        begun.then(|| found(model)).flatten()
    });
    if let Some(line) = &mut model.line {
        line.offers = offers;
    }
}

/// The next of them, or the one before, stands in the line. One alone is taken at once.
pub fn choose(model: &mut Model, forward: bool) {
    if model.line.as_ref().is_some_and(|line| line.offers.is_none()) {
        let found = found(model);
        if let Some(line) = &mut model.line {
            line.offers = found;
        }
    }
    let Some(line) = &mut model.line else { return };
    let Some(offers) = &mut line.offers else { return };
    let count = offers.all.len();
    let at = match offers.at {
        None if forward => 0,
        None => count - 1,
        Some(at) if forward => (at + 1) % count,
        Some(at) => (at + count - 1) % count,
    };
    offers.at = Some(at);
    let Some(insert) = offers.all.get(at).map(|offer| offer.insert.clone()) else { return };
    let replace = offers.replace.clone();
    offers.replace = replace.start..replace.start + insert.len();
    line.text.replace_range(replace.clone(), &insert);
    line.cursor = replace.start + insert.len();
    line.back = 0;
    let text = line.text.clone();
    line::filter(model, text);
    if count == 1 {
        renew(model);
    }
}

/// Takes the one that stands in the line, or the first, and goes on to what may follow. False: nothing is offered, or
/// the cursor has a character to step over.
pub fn take(model: &mut Model) -> bool {
    let at_end = |line: &&crate::console::state::line::Line| line.cursor == line.text.len();
    let Some(chosen) = model.line.as_ref().filter(at_end).and_then(|line| Some(line.offers.as_ref()?.at.is_some()))
    else {
        return false;
    };
    if !chosen {
        choose(model, true);
    }
    let Some(line) = &mut model.line else { return true };
    if !line.text.ends_with(':') && !line.text.ends_with(' ') {
        line.insert(" ");
        let text = line.text.clone();
        line::filter(model, text);
    }
    renew(model);
    true
}

/// Closes them. False: none are open.
pub fn close(model: &mut Model) -> bool {
    model.line.as_mut().is_some_and(|line| line.offers.take().is_some())
}

fn found(model: &Model) -> Option<Offers> {
    let line = model.line.as_ref()?;
    let seen = &model.world.seen;
    let repos: Vec<RepoName> = model.settings.repos.clone();
    // Whatever the query lets through: half a branch matches nothing yet.
    let first = model.queue.roster.order.iter().take(BRANCHES).filter_map(|place| model.world.tasks.at(place.slot));
    let mut branches: Vec<Untrusted> = first.filter_map(|known| known.task.head_ref().cloned()).collect();
    branches.sort();
    let vocabulary = Vocabulary {
        repos: &repos,
        logins: seen.logins.all(),
        agents: seen.agents.all(),
        models: seen.models.all(),
        branches: &branches,
        rules: seen.rules.all(),
        states: seen.states.all(),
    };
    let completions = complete(&line.text, line.cursor, &vocabulary);
    let same = |insert: &str| line.text.get(completions.replace.clone()) == Some(insert);
    let all: Vec<_> = completions.all.into_iter().filter(|offer| !same(&offer.insert)).collect();
    (!all.is_empty()).then_some(Offers { replace: completions.replace, all, at: None })
}
