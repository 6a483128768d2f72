//! Who goes first when not everything that is due can be sent at once. Pure.
//!
//! What the operator asked for, then what is looked at, then the pulses that speak for many tasks, then lists, then
//! details, and last of all what nobody waits for; the longest overdue first within each. Lists leave some money for pulses, and details for lists, so that what
//! speaks for many never waits for it. But nobody starves: the longer a class waits while others spend, the less it leaves,
//! and in the end it goes first. So while a list waits a seventh of what is spent is for lists at the least, and while a
//! detail waits a thirteenth for details.

use std::cmp::Ordering;

use crate::domain::Source;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Asked for by the operator.
    Wish,
    /// The selected task and its run.
    Close,
    /// One request about many tasks, or one that such a request called for.
    Pulse,
    List,
    Detail,
    /// Nobody waits for it: only what nobody else wants is spent.
    Extra,
}

/// Something that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub source: Source,
    pub class: Class,
    /// What it will probably cost.
    pub need: f64,
    /// How long it has been due, in its own intervals, weighted by what depends on it.
    pub urgency: f64,
}

/// The part of a full purse that lists leave for pulses, so that these never wait for money.
const LISTS_LEAVE: f64 = 0.07;
/// After so many requests of others it is the turn of a list, or of a detail.
const LISTS_TURN: f64 = 6.0;
const DETAILS_TURN: f64 = 12.0;
/// The part that details leave for all others.
const DETAILS_LEAVE: f64 = 0.3;
/// The part that what nobody waits for leaves for all others, and after how many requests of theirs it is its turn.
const EXTRAS_LEAVE: f64 = 0.3;
const EXTRAS_TURN: f64 = 24.0;

/// What was spent on others while one waited, in requests.
#[derive(Debug, Default)]
pub struct Turns {
    lists: f64,
    details: f64,
    extras: f64,
}

impl Turns {
    /// Best first.
    pub fn order(&self, candidates: &mut [Candidate]) {
        let by_rank = |a: &Candidate, b: &Candidate| self.rank(a.class).cmp(&self.rank(b.class));
        let by_urgency = |a: &Candidate, b: &Candidate| b.urgency.partial_cmp(&a.urgency).unwrap_or(Ordering::Equal);
        // The same world asks for the same in the same order each time: a recording holds what a replay will ask for.
        candidates.sort_by(|a, b| by_rank(a, b).then_with(|| by_urgency(a, b)).then_with(|| a.source.cmp(&b.source)));
    }

    fn rank(&self, class: Class) -> u8 {
        match class {
            Class::Wish => 0,
            Class::Close => 1,
            Class::Detail if self.details_turn() => 2,
            Class::List if self.lists_turn() => 3,
            Class::Pulse => 4,
            Class::List => 5,
            Class::Detail => 6,
            Class::Extra => 7,
        }
    }

    fn details_turn(&self) -> bool {
        self.details >= DETAILS_TURN
    }

    fn lists_turn(&self) -> bool {
        self.lists >= LISTS_TURN
    }

    /// The part of a full purse that this class leaves for the others.
    pub fn keep(&self, class: Class) -> f64 {
        let impatience = |since: f64, turn: f64| (1.0 - since / turn).max(0.0);
        match class {
            Class::Wish | Class::Close | Class::Pulse => 0.0,
            Class::List => LISTS_LEAVE * impatience(self.lists, LISTS_TURN),
            Class::Detail => DETAILS_LEAVE * impatience(self.details, DETAILS_TURN),
            Class::Extra => EXTRAS_LEAVE * impatience(self.extras, EXTRAS_TURN),
        }
    }

    /// One of `candidates` was sent.
    pub fn took(&mut self, sent: &Candidate, candidates: &[Candidate]) {
        let waits = |wanted| candidates.iter().any(|candidate| candidate.class == wanted);
        let count = |since: f64, own| if sent.class == own || !waits(own) { 0.0 } else { since + sent.need };
        self.lists = count(self.lists, Class::List);
        self.details = count(self.details, Class::Detail);
        self.extras = count(self.extras, Class::Extra);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    fn candidate(class: Class, urgency: f64) -> Candidate {
        Candidate { source: Source::Pulls, class, need: 1.0, urgency }
    }

    fn served(all: &[Candidate], times: usize) -> Vec<Class> {
        let mut turns = Turns::default();
        let next = |_| {
            let mut all = all.to_vec();
            turns.order(&mut all);
            turns.took(&all[0], &all);
            all[0].class
        };
        (0..times).map(next).collect()
    }

    #[test]
    fn what_the_operator_asks_for_goes_first_and_the_longest_overdue_of_a_kind() {
        let mut all = [
            candidate(Class::Detail, 9.0),
            candidate(Class::List, 1.0),
            candidate(Class::List, 2.0),
            candidate(Class::Wish, 0.0),
            candidate(Class::Pulse, 0.5),
            candidate(Class::Close, 0.0),
        ];
        Turns::default().order(&mut all);
        let order: Vec<_> = all.iter().map(|candidate| (candidate.class, candidate.urgency)).collect();
        let expected = [
            (Class::Wish, 0.0),
            (Class::Close, 0.0),
            (Class::Pulse, 0.5),
            (Class::List, 2.0),
            (Class::List, 1.0),
            (Class::Detail, 9.0),
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn where_two_are_as_urgent_their_turns_are_the_same_whatever_order_they_came_in() {
        let source = |candidate: &Candidate| candidate.source.clone();
        let two = [Source::Viewer, Source::Pulls].map(|source| Candidate { source, ..candidate(Class::Pulse, 1.0) });
        let mut other = [two[1].clone(), two[0].clone()];
        let mut one = two;
        Turns::default().order(&mut one);
        Turns::default().order(&mut other);
        assert_eq!(one.each_ref().map(source), other.each_ref().map(source));
    }

    #[test]
    fn nobody_starves_where_pulses_could_use_up_everything() {
        let all = [candidate(Class::Pulse, 9.0), candidate(Class::List, 1.0), candidate(Class::Detail, 1.0)];
        let served = served(&all, 300);
        let of = |class| served.iter().filter(|served| **served == class).count();
        assert!(of(Class::List) >= 35 && of(Class::Detail) >= 20 && of(Class::Pulse) >= 200, "{served:?}");
    }

    #[test]
    fn what_nobody_waits_for_comes_last_and_leaves_money_until_many_others_went() {
        let mut turns = Turns::default();
        let all = [candidate(Class::Extra, 99.0), candidate(Class::Detail, 0.1)];
        let before = turns.keep(Class::Extra);
        for _ in 0..24 {
            let mut ordered = all.to_vec();
            turns.order(&mut ordered);
            assert_eq!(ordered[0].class, Class::Detail);
            turns.took(&ordered[0], &ordered);
        }
        assert!(before > 0.2 && turns.keep(Class::Extra) < 0.01, "{before}");
    }

    #[test]
    fn a_class_that_has_nothing_to_ask_costs_the_others_nothing() {
        assert!(served(&[candidate(Class::Pulse, 1.0)], 50).iter().all(|class| *class == Class::Pulse));
    }
}
