//! What was told already, by any console here: of each aspect of a task the last word.

use std::path::Path;

use crate::domain::transition::{Notice, Transition};
use crate::runtime::shared::{Said, Shared, Table};

/// Aspects that are remembered: the oldest are told anew, should they ever come again.
const MOST: usize = 4096;

#[derive(Clone, Debug)]
pub struct Told {
    /// `None`: only this run remembers.
    shared: Option<Shared>,
}

impl Told {
    pub fn new(state_dir: Option<&Path>) -> Self {
        Self { shared: state_dir.map(|folder| Shared::new(folder, "notified", MOST)) }
    }

    /// Those that nobody has told yet. From here on they count as told: who is told late is better off than who is told
    /// twice. Blocks. With `Err` the disk does not remember, and what `fallback` knows decides.
    pub fn claim(&self, notices: Vec<Notice>, fallback: &mut Table) -> (Vec<Notice>, std::io::Result<()>) {
        let ask = |table: &mut Table| notices.iter().map(|notice| is_news(table, notice)).collect::<Vec<bool>>();
        let result = self.shared.as_ref().map(|shared| shared.change(|table| (ask(table), table.clone())));
        let (news, remembered) = match result {
            Some(Ok((news, table))) => {
                *fallback = table;
                (news, Ok(()))
            }
            Some(Err(error)) => (ask(fallback), Err(error)),
            None => (ask(fallback), Ok(())),
        };
        let told = notices.into_iter().zip(news).filter(|(_, news)| *news).map(|(notice, _)| notice);
        (told.collect(), remembered)
    }
}

/// Notes it down. True: somebody is to be told, and nobody was.
fn is_news(table: &mut Table, notice: &Notice) -> bool {
    let Notice { transition, by } = notice;
    let aspect = transition.aspect();
    let (word, at) = (word(transition), transition.at.timestamp_millis());
    let known = table.get(&aspect);
    // Of what is told to nobody only that is remembered which makes another thing news again.
    if by.is_empty() && known.is_none() {
        return false;
    }
    // Another console is further than this one.
    let overtaken = known.is_some_and(|known| known.1 > at);
    let told = known.is_some_and(|known| known.0 == word);
    if overtaken || told {
        return false;
    }
    table.insert(aspect, Said(word, at));
    !by.is_empty() && !transition.turn.over
}

fn word(transition: &Transition) -> String {
    if transition.turn.over {
        return String::new();
    }
    let pull = transition.pull.map(|number| format!(" #{number}")).unwrap_or_default();
    format!("{} {}{pull}", transition.turn.kind.word(), transition.turn.told_apart_by())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::transition::{Kind, Turn, Way};
    use crate::domain::{Instant, TaskId};

    fn notice(task: u8, state: &str, at: i64) -> Notice {
        let turn = Turn { kind: Kind::TaskState, became: state.into(), over: false };
        let transition = Transition {
            repo: "acme/api".parse().unwrap(),
            task: Some(TaskId::new(format!("t{task}"))),
            turn,
            at: Instant::UNIX_EPOCH + TimeDelta::seconds(at),
            name: "x".into(),
            pull: None,
            url: None,
            more: "".into(),
        };
        let by = if state == "in_progress" { Vec::new() } else { vec![Way::Bell] };
        Notice { transition, by }
    }

    fn claim(told: &Told, notice: Notice) -> usize {
        told.claim(vec![notice], &mut Table::new()).0.len()
    }

    #[test]
    fn a_task_that_fails_again_is_told_again_and_one_that_still_fails_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let one = Told::new(Some(dir.path()));
        assert_eq!(claim(&one, notice(1, "failed", 10)), 1);
        let restarted = Told::new(Some(dir.path()));
        assert_eq!(claim(&restarted, notice(1, "failed", 10)), 0);
        assert_eq!(claim(&restarted, notice(1, "failed", 12)), 0, "touched since, still the same");
        assert_eq!(claim(&restarted, notice(1, "in_progress", 20)), 0, "nobody asked to be told of that");
        assert_eq!(claim(&one, notice(1, "failed", 12)), 0, "this one is behind");
        assert_eq!(claim(&one, notice(1, "failed", 30)), 1);
    }

    #[test]
    fn what_is_over_is_told_when_it_comes_again() {
        let dir = tempfile::tempdir().unwrap();
        let told = Told::new(Some(dir.path()));
        let stuck = |over, at| {
            let mut notice = notice(1, "x", at);
            let became = if over { "" } else { "stuck" };
            notice.transition.turn = Turn { kind: Kind::TaskStuck, became: became.into(), over };
            if over {
                notice.by.clear();
            }
            notice
        };
        let all: Vec<_> = [stuck(false, 1), stuck(false, 2), stuck(true, 3), stuck(false, 4)].into();
        assert_eq!(all.into_iter().map(|notice| claim(&told, notice)).collect::<Vec<_>>(), [1, 0, 0, 1]);
    }

    #[test]
    fn without_a_disk_it_is_still_told_once() {
        let told = Told::new(Some(Path::new("/proc/none")));
        let mut fallback = Table::new();
        for expected in [1, 0] {
            let (news, remembered) = told.claim(vec![notice(1, "failed", 1)], &mut fallback);
            assert_eq!(news.len(), expected);
            assert!(remembered.is_err());
        }
    }

    proptest! {
        /// Two consoles look at the same tasks, each as often and as late as it likes, and are started anew in between.
        #[test]
        fn each_transition_is_told_once(
            lives in proptest::collection::vec(proptest::collection::vec(0..3_usize, 1..8), 1..4),
            looks in proptest::collection::vec((any::<bool>(), 0..4_usize, any::<bool>()), 1..60),
        ) {
            let words = ["in_progress", "failed", "waiting_for_user"];
            let dir = tempfile::tempdir().unwrap();
            let mut consoles = [Told::new(Some(dir.path())), Told::new(Some(dir.path()))];
            let mut seen = [vec![0; lives.len()], vec![0; lives.len()]];
            let mut told = std::collections::HashMap::new();
            for (second, task, restart) in looks {
                let (console, task) = (usize::from(second), task % lives.len());
                if restart {
                    consoles[console] = Told::new(Some(dir.path()));
                }
                let step = seen[console][task];
                let Some(state) = lives[task].get(step) else { continue };
                seen[console][task] += 1;
                // The same state again is no transition.
                if step > 0 && lives[task][step - 1] == *state {
                    continue;
                }
                let at = i64::try_from(step).unwrap();
                let n = claim(&consoles[console], notice(u8::try_from(task).unwrap(), words[*state], at));
                *told.entry((task, step)).or_insert(0) += n;
            }
            for ((task, step), n) in told {
                prop_assert!(n <= 1, "task {task}, step {step} was told {n} times");
            }
        }
    }
}
