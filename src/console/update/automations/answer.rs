//! What the poller tells of automations, merged into what is known of them.

use crate::console::event::News;
use crate::console::state::Model;
use crate::console::update::net;
use crate::domain::Source;

/// An answer to the poller. Of a list, what it no longer names is gone.
pub fn answer(model: &mut Model, source: &Source, news: News) {
    let now = model.now;
    let automations = &mut model.world.automations;
    model.dirty |= match (source, news) {
        (Source::Automations(repo), News::Automations(listed)) => automations.listed(repo, listed, now),
        (Source::Automation(at), News::Automation(None)) => automations.gone(at),
        (Source::Automation(_), News::Automation(Some(automation))) => automations.stands(*automation, now),
        (Source::AutomationRuns(at), News::AutomationRuns { tasks, track }) => {
            let mut track = *track;
            track.learn(|run| model.world.tasks.get(&run.id).map(|known| &known.task));
            let changed = automations.tracked(at, track, now);
            if let Some(tasks) = tasks {
                automations.ran(at, &tasks);
                for task in tasks {
                    net::merge_task(model, task);
                }
            }
            changed
        }
        (Source::AutomationRuns(at), News::Same) => automations.tracked_again(at, now),
        _ => false,
    };
}
