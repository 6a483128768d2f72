//! Reviews, check runs and commit statuses as REST tells them.

use serde::{Deserialize, Deserializer};

use super::ids::{conclusion, no_status, status, text};
use super::lenient::{NumberId, Time, as_type, items, opt_as};
use super::person::{Login, Team};
use crate::domain::{Conclusion, Instant, RunStatus};
use crate::text::Untrusted;

/// A review somebody gave.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Review {
    #[serde(deserialize_with = "as_type::<_, NumberId, _>")]
    pub id: u64,
    /// `None`: the account is gone.
    #[serde(default, deserialize_with = "super::lenient::opt")]
    pub user: Option<Login>,
    #[serde(deserialize_with = "as_type::<_, String, _>")]
    pub state: ReviewState,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub submitted_at: Option<Instant>,
    #[serde(default, deserialize_with = "text")]
    pub commit_id: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub body: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub html_url: Option<Untrusted>,
}

/// What a review says. An unknown word is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewState {
    Approved,
    ChangesRequested,
    Commented,
    Dismissed,
    /// Begun and not given: only its author sees it.
    Pending,
    Unknown(Untrusted),
}

impl From<String> for ReviewState {
    fn from(word: String) -> Self {
        match word.as_str() {
            "APPROVED" => Self::Approved,
            "CHANGES_REQUESTED" => Self::ChangesRequested,
            "COMMENTED" => Self::Commented,
            "DISMISSED" => Self::Dismissed,
            "PENDING" => Self::Pending,
            _ => Self::Unknown(word.into()),
        }
    }
}

/// The last word of each person, in the order given: a comment takes nothing back, and a review that was begun but not
/// given is no word yet. `reviews`: oldest first, as the service lists them.
pub fn last_words(reviews: Vec<Review>) -> Vec<Review> {
    let mut words: Vec<Review> = Vec::new();
    for review in reviews {
        if matches!(review.state, ReviewState::Commented | ReviewState::Pending) {
            continue;
        }
        // Accounts that are gone cannot be told apart, so none of them answers for another.
        if let Some(user) = &review.user {
            words.retain(|word| !word.user.as_ref().is_some_and(|other| is_same(other, user)));
        }
        words.push(review);
    }
    words
}

fn is_same(a: &Login, b: &Login) -> bool {
    match (a.id, b.id) {
        (Some(a), Some(b)) => a == b,
        _ => a.login.raw_for_match().eq_ignore_ascii_case(b.login.raw_for_match()),
    }
}

/// Who was asked for a review and has not given one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RequestedReviewers {
    #[serde(deserialize_with = "items")]
    pub users: Vec<Login>,
    #[serde(default, deserialize_with = "items")]
    pub teams: Vec<Team>,
}

/// A check an app runs on a commit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CheckRun {
    /// For a job of Actions this is the job's id too.
    #[serde(deserialize_with = "as_type::<_, NumberId, _>")]
    pub id: u64,
    #[serde(default, deserialize_with = "text")]
    pub name: Option<Untrusted>,
    #[serde(default = "no_status", deserialize_with = "status")]
    pub status: RunStatus,
    #[serde(default, deserialize_with = "conclusion")]
    pub conclusion: Option<Conclusion>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub started_at: Option<Instant>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub completed_at: Option<Instant>,
    #[serde(default, deserialize_with = "text")]
    pub details_url: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub html_url: Option<Untrusted>,
}

/// All statuses of a commit in one word, and each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CombinedStatus {
    pub state: StatusState,
    pub statuses: Vec<CommitStatus>,
    /// More than there are statuses here when there are many.
    pub total: u64,
}

/// One status, from the older way to report on a commit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CommitStatus {
    #[serde(default, deserialize_with = "text")]
    pub context: Option<Untrusted>,
    #[serde(deserialize_with = "as_type::<_, String, _>")]
    pub state: StatusState,
    #[serde(default, deserialize_with = "text")]
    pub description: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub target_url: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub updated_at: Option<Instant>,
}

/// An unknown word is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusState {
    Success,
    Pending,
    Failure,
    Error,
    Unknown(Untrusted),
}

impl From<String> for StatusState {
    fn from(word: String) -> Self {
        match word.as_str() {
            "success" => Self::Success,
            "pending" => Self::Pending,
            "failure" => Self::Failure,
            "error" => Self::Error,
            _ => Self::Unknown(word.into()),
        }
    }
}

/// The answer for a commit; without one status there is nothing to combine, whatever the word says.
#[derive(Debug)]
pub struct MaybeCombined(pub Option<CombinedStatus>);

impl<'de> Deserialize<'de> for MaybeCombined {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(deserialize_with = "as_type::<_, String, _>")]
            state: StatusState,
            #[serde(default, deserialize_with = "super::lenient::opt")]
            total_count: Option<u64>,
            statuses: Vec<serde_json::Value>,
        }
        let wire = Wire::deserialize(from)?;
        let listed = u64::try_from(wire.statuses.len()).unwrap_or(u64::MAX);
        let total = wire.total_count.unwrap_or(listed).max(listed);
        let (statuses, _) = super::lenient::many(serde_json::Value::Array(wire.statuses));
        Ok(Self((total > 0).then_some(CombinedStatus { state: wire.state, statuses, total })))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn states(reviews: serde_json::Value) -> Vec<(u64, ReviewState)> {
        let (reviews, _) = super::super::lenient::many(reviews);
        last_words(reviews).into_iter().map(|review| (review.id, review.state)).collect()
    }

    #[test]
    fn each_person_s_last_word_counts_and_a_comment_or_a_draft_is_none() {
        let of = |id: u64, user: serde_json::Value, state: &str| json!({"id": id, "user": user, "state": state});
        let (mona, hubot) = (json!({"id": 1, "login": "mona"}), json!({"id": 2, "login": "hubot"}));
        let all = json!([
            of(10, mona.clone(), "CHANGES_REQUESTED"),
            of(11, hubot.clone(), "APPROVED"),
            of(12, mona.clone(), "APPROVED"),
            of(13, mona, "COMMENTED"),
            of(14, hubot.clone(), "PENDING"),
            of(15, json!({"login": "HUBOT"}), "DISMISSED"),
        ]);
        assert_eq!(states(all), [(12, ReviewState::Approved), (15, ReviewState::Dismissed)]);
    }

    #[test]
    fn people_who_are_gone_do_not_answer_for_each_other() {
        let gone = json!([
            {"id": 1, "user": null, "state": "CHANGES_REQUESTED"}, {"id": 2, "user": null, "state": "APPROVED"},
        ]);
        assert_eq!(states(gone).len(), 2);
    }
}
