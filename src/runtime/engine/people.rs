//! Whose login is not known yet. Each id is asked for once, one at a time; one that could not be told is asked again, but
//! slowly.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant as Tick;

use crate::domain::UserId;

/// Between two questions about an id that nobody could name; doubled each time.
const AGAIN: Duration = Duration::from_mins(15);
const SLOWEST: Duration = Duration::from_hours(12);

#[derive(Debug, Default)]
pub struct People {
    ids: HashMap<UserId, Who>,
}

#[derive(Clone, Copy, Debug)]
enum Who {
    Unknown,
    Known,
    /// Asked in vain so many times; not before then.
    Nameless(u32, Tick),
}

impl People {
    /// An id was seen, without a login.
    pub fn saw(&mut self, id: UserId) {
        self.ids.entry(id).or_insert(Who::Unknown);
    }

    pub fn knows(&mut self, id: UserId) {
        self.ids.insert(id, Who::Known);
    }

    /// The service has no login for it: an organisation, or somebody who is gone.
    pub fn nameless(&mut self, id: UserId, now: Tick) {
        let tries = match self.ids.get(&id) {
            Some(Who::Nameless(tries, _)) => *tries,
            _ => 0,
        };
        let wait = AGAIN.saturating_mul(1 << tries.min(10)).min(SLOWEST);
        self.ids.insert(id, Who::Nameless(tries + 1, now + wait));
    }

    /// Whom to ask about now.
    pub fn next(&self, now: Tick) -> Option<UserId> {
        let asks = |who: &Who| match who {
            Who::Unknown => true,
            Who::Nameless(_, again) => *again <= now,
            Who::Known => false,
        };
        self.ids.iter().filter(|(_, who)| asks(who)).map(|(id, _)| *id).min()
    }

    /// How long until somebody is to be asked about; `None`: everybody is known.
    pub fn wait(&self, now: Tick) -> Option<Duration> {
        let wait = |who: &Who| match who {
            Who::Unknown => Some(Duration::ZERO),
            Who::Nameless(_, again) => Some(again.saturating_duration_since(now)),
            Who::Known => None,
        };
        self.ids.values().filter_map(wait).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_is_asked_once_and_one_without_a_name_again_but_slowly() {
        let mut people = People::default();
        let start = Tick::now();
        for id in [3, 1, 3] {
            people.saw(UserId(id));
        }
        assert_eq!(people.next(start), Some(UserId(1)));
        people.knows(UserId(1));
        people.saw(UserId(1));
        assert_eq!(people.next(start), Some(UserId(3)));
        let mut asked = 0;
        for minute in 0..24 * 60 {
            let now = start + Duration::from_mins(minute);
            if let Some(id) = people.next(now) {
                asked += 1;
                people.nameless(id, now);
                people.saw(id);
            }
        }
        assert!((5..=8).contains(&asked), "{asked} questions in a day about one that has no name");
        people.knows(UserId(3));
        assert_eq!(people.wait(start), None);
    }
}
