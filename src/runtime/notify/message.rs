//! What is told: one transition, or the sum of several.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::domain::Instant;
use crate::domain::transition::{Notice, Transition, Way};
use crate::provider::webhook::Delivery;
use crate::provider::webhook::hmac::hex;
use crate::text::{Safe, Untrusted, width};

/// Characters of a text at most.
const MOST: usize = 200;

/// The body of a webhook's POST, field by field. Nothing else is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Of this layout: 2. In 1 the kinds had other words.
    pub version: u8,
    /// The same for the same message.
    pub id: String,
    /// The kind of the transition (a word of `atc watch`), `summary` or `test`.
    pub kind: String,
    /// What it became: a state's word, a rule's id, what reviews or checks come to.
    pub became: String,
    /// When, in RFC 3339.
    pub at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// Number of the pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// One line: where and what.
    pub title: String,
    /// One line: the task's name, and more where there is more.
    pub text: String,
    /// How many transitions it is about.
    pub count: u64,
}

fn shown(text: &Untrusted) -> String {
    width::cut_end(&text.show_line(), MOST)
}

impl Message {
    pub fn of(transition: &Transition) -> Self {
        let number = transition.pull.map(|number| format!("#{number}")).unwrap_or_default();
        let (name, more) = (shown(&transition.name), shown(&transition.more));
        let text = [name, more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
        Self {
            version: 2,
            id: digest(&transition.id()),
            kind: transition.turn.kind.word().to_owned(),
            became: shown(&transition.turn.became),
            at: transition.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            repo: Some(transition.repo.to_string()),
            task: transition.task.as_ref().map(|task| task.show().to_string()),
            pull: transition.pull,
            url: transition.url.as_ref().map(shown).filter(|url| url.starts_with("https://")),
            title: format!("{}{number}: {}", transition.repo, transition.title()),
            text,
            count: 1,
        }
    }

    pub fn test(now: Instant) -> Self {
        Self {
            id: digest(&format!("test {}", now.timestamp_millis())),
            kind: "test".to_owned(),
            became: "test".to_owned(),
            title: "atc: a test".to_owned(),
            text: "this is how you will be told".to_owned(),
            ..Self::blank(now)
        }
    }

    fn blank(now: Instant) -> Self {
        Self {
            version: 2,
            id: String::new(),
            kind: String::new(),
            became: String::new(),
            at: now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            repo: None,
            task: None,
            pull: None,
            url: None,
            title: String::new(),
            text: String::new(),
            count: 1,
        }
    }

    pub fn delivery(&self) -> Delivery {
        let body = serde_json::to_vec(self).unwrap_or_default();
        Delivery { id: self.id.clone(), event: self.kind.clone(), body }
    }
}

/// An id that tells nothing and fits into a header.
fn digest(text: &str) -> String {
    let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    hex(&hash).chars().take(32).collect()
}

/// Transitions that are told in one message.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    count: u64,
    kinds: BTreeMap<Safe, u64>,
    by: Vec<Way>,
    /// Of the last one.
    last: String,
}

impl Sum {
    pub fn add(&mut self, notice: &Notice) {
        self.count(notice.transition.title(), notice.by.iter().copied(), notice.transition.id());
    }

    /// One more, by what is told of it.
    pub fn count(&mut self, title: Safe, by: impl IntoIterator<Item = Way>, id: String) {
        self.count += 1;
        *self.kinds.entry(title).or_default() += 1;
        self.by.extend(by);
        self.by.sort_unstable();
        self.by.dedup();
        self.last = id;
    }

    /// Both in one.
    pub fn and(mut self, other: Self) -> Self {
        self.count += other.count;
        for (kind, n) in other.kinds {
            *self.kinds.entry(kind).or_default() += n;
        }
        self.by.extend(other.by);
        self.by.sort_unstable();
        self.by.dedup();
        self.last.push_str(&other.last);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The message, and how it is told. `title` says how many, and why they are told together.
    pub fn message(self, now: Instant, title: impl Fn(u64) -> String) -> (Message, Vec<Way>) {
        let kinds: Vec<_> = self.kinds.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        let message = Message {
            id: digest(&format!("summary {} {}", self.count, self.last)),
            kind: "summary".to_owned(),
            became: "summary".to_owned(),
            title: title(self.count),
            text: width::cut_end(&kinds.join(", "), MOST),
            count: self.count,
            ..Message::blank(now)
        };
        (message, self.by)
    }
}
