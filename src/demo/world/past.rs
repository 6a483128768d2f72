//! A longer past than the cast's, for those who want to see a repository of thousands of tasks, and what happens to single
//! ones of it while nobody looks.

use super::clock::{HOUR, MINUTE, SECOND, Tick};
use super::core::World;
use super::found::SessionOrder;

impl World {
    /// So many tasks that were started a minute apart, the newest of them so long ago. All have ended.
    ///
    /// # Errors
    /// The demo's files lack a script, in words.
    pub fn add_past(&mut self, repo: usize, count: u32, ago: Tick) -> Result<(), String> {
        let script = self.improvised.first().cloned().unwrap_or_default();
        let base = self.default_branch(repo);
        // Whatever its script says, no session is longer than this.
        let newest = self.now - ago.max(2 * HOUR);
        let made = self.tasks.len();
        for number in 0..count {
            let name = format!("Tidy up, part {}", made + 1 + number as usize);
            let session = self.make_session(SessionOrder {
                script: script.clone(),
                created: newest - Tick::from(count - 1 - number) * MINUTE,
                wait: 5 * SECOND,
                pace: 1.0,
                end: Some("done".to_owned()),
                prompt: Some(name.clone()),
                fill: [("ask".to_owned(), name.clone()), ("slug".to_owned(), "tidy-up".to_owned())].into(),
                user: self.viewer,
                repo,
                base: base.clone(),
                branch: Some(format!("copilot/tidy-up-{}", made + 1 + number as usize)),
                ..SessionOrder::default()
            })?;
            self.add_task(name, repo, self.viewer, vec![session], |_| {});
        }
        Ok(())
    }

    /// The service finds now that this task failed.
    pub fn fail_task(&mut self, id: &str) {
        let now = self.now;
        self.tasks.iter_mut().filter(|task| task.id == id).for_each(|task| task.fails = Some(now));
    }

    /// Takes a task out of the lists.
    pub fn archive_task(&mut self, id: &str) {
        let now = self.now;
        self.tasks.iter_mut().filter(|task| task.id == id).for_each(|task| task.archived = Some(now));
    }
}
