//! What the service says of a task and of a session beyond what anything here decides on: kept for whoever reads it
//! elsewhere. What is told of nearly every task takes no memory of its own, the rest stands apart.

use std::num::NonZeroU64;

use super::UserId;
use crate::text::Untrusted;

/// Of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    /// Whose it is: an id of a user or an organisation.
    pub owner: Option<NonZeroU64>,
    pub creator_type: Option<CreatorType>,
    pub rare: Option<Box<Rare>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreatorType {
    User,
    Organization,
}

impl CreatorType {
    pub const ALL: [Self; 2] = [Self::User, Self::Organization];

    /// The service's word.
    pub fn wire(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Organization => "organization",
        }
    }
}

/// What few tasks have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rare {
    /// A type of creator this program does not know.
    pub creator_type: Option<Untrusted>,
    pub collaborators: Vec<UserId>,
    /// Artifacts of a kind this program does not know, each as the service wrote it: JSON.
    pub artifacts: Vec<Untrusted>,
    /// Fields this program does not know, as an object of JSON. Only the answer about one task is asked for them.
    pub other: Option<Untrusted>,
}

/// Of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionBeyond {
    pub user: Option<NonZeroU64>,
    pub owner: Option<NonZeroU64>,
    pub rare: Option<Box<SessionRare>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionRare {
    /// The number of the pull request or the issue it works on.
    pub resource_number: Option<u64>,
    pub reasoning_effort: Option<Untrusted>,
    pub agent_slug: Option<Untrusted>,
    /// Fields this program does not know, as an object of JSON.
    pub other: Option<Untrusted>,
}

impl Rare {
    /// `None` where there is nothing in it.
    pub fn boxed(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
}

impl SessionRare {
    pub fn boxed(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
}

impl Beyond {
    /// The service's word for what its creator is.
    pub fn creator_type(&self) -> Option<&str> {
        let unknown = || self.rare.as_ref()?.creator_type.as_ref().map(Untrusted::raw_for_wire);
        self.creator_type.map(CreatorType::wire).or_else(unknown)
    }

    /// A list does not tell what only the answer about one task does.
    pub fn keep(&mut self, before: &Self) {
        let known = before.rare.as_ref().and_then(|rare| rare.other.as_ref());
        let is_silent = self.rare.as_ref().is_none_or(|rare| rare.other.is_none());
        if let (Some(known), true) = (known, is_silent) {
            self.rare.get_or_insert_default().other = Some(known.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_task_has_takes_three_words_and_no_box() {
        assert!(size_of::<Beyond>() <= 24 && size_of::<SessionBeyond>() <= 24);
        assert_eq!(Rare::default().boxed(), None);
    }

    #[test]
    fn a_list_takes_away_nothing_that_it_does_not_tell() {
        let rare = Rare { other: Some("{\"x\":1}".into()), ..Rare::default() };
        let whole = Beyond { rare: rare.boxed(), ..Beyond::default() };
        let mut listed = Beyond { owner: NonZeroU64::new(7), ..Beyond::default() };
        listed.keep(&whole);
        assert_eq!((listed.rare.clone(), listed.owner), (whole.rare.clone(), NonZeroU64::new(7)));
        let mut silent = Beyond::default();
        silent.keep(&Beyond::default());
        assert_eq!(silent, Beyond::default());
    }
}
