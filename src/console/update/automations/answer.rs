//! News of automations, merged into what is known of them.

use crate::console::event::News;
use crate::console::state::Model;
use crate::console::state::automations::{Known, List};
use crate::domain::automation::Listed;
use crate::domain::{Automation, RepoName, Source};

/// An answer to the poller. Of a list, what it no longer names is gone.
pub fn answer(model: &mut Model, source: &Source, news: News) {
    model.world.automations.revision += 1;
    match (source, news) {
        (Source::Automations(repo), News::Automations(listed)) => list(model, repo, listed),
        (Source::Automation(at), News::Automation(None)) => {
            model.dirty |= model.world.automations.known.remove(at).is_some();
        }
        (Source::Automation(_), News::Automation(Some(automation))) => stands(model, *automation),
        (Source::AutomationRuns(at), News::AutomationRuns { track, .. }) => {
            if let Some(known) = model.world.automations.known.get_mut(at) {
                model.dirty |= known.track.as_ref() != Some(&track);
                known.track = Some(*track);
                known.tracked_at = Some(model.now);
            }
        }
        _ => {}
    }
}

fn list(model: &mut Model, repo: &RepoName, listed: Listed) {
    let (told, automations) = match listed {
        Listed::NotHere => (List { not_here: true, ..List::default() }, Vec::new()),
        Listed::Here { automations, unreadable, more } => (List { not_here: false, unreadable, more }, automations),
    };
    let known = &mut model.world.automations.known;
    let before = known.len();
    // Where some could not be read, one that is missing may be one of these.
    if told.unreadable == 0 && !told.more {
        known.retain(|at, _| at.repo != *repo || automations.iter().any(|one| one.at == *at));
    }
    model.dirty |= known.len() != before;
    model.dirty |= model.world.automations.lists.insert(repo.clone(), told) != Some(told);
    for automation in automations {
        stands(model, automation);
    }
}

/// One as it is now. A list tells less: what was read of the rest stays.
fn stands(model: &mut Model, mut automation: Automation) {
    let now = model.now;
    let detailed = automation.detail.is_some();
    match model.world.automations.known.get_mut(&automation.at) {
        Some(known) => {
            if detailed {
                known.detailed_at = Some(now);
            } else {
                automation.detail.clone_from(&known.automation.detail);
            }
            model.dirty |= known.automation != automation;
            known.automation = automation;
        }
        None => {
            model.dirty = true;
            let known = Known {
                detailed_at: detailed.then_some(now),
                track: None,
                tracked_at: None,
                automation: automation.clone(),
            };
            model.world.automations.known.insert(automation.at, known);
        }
    }
}
