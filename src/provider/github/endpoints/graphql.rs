//! The GraphQL documents this program can send, and reading the answers: a 200 may hold errors, data, or both.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::super::client::GitHub;
use super::super::http::{Answer, Body, Http, Need, Op, Request, Zone, unknown_outcome};
use super::super::wire::lenient;
use crate::domain::fault::ASKED_AGAIN;
use crate::domain::{Fault, FaultKind};
use crate::text::Untrusted;

/// A document of this file. There is no way to make another one, and one that is not what it is called does not compile:
/// what may pass as a read is known at build time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    text: Cow<'static, str>,
    changes: bool,
}

impl Document {
    /// It asks, and changes nothing.
    pub const fn query(text: &'static str) -> Self {
        assert!(begins(text, "query"), "a query begins with its name");
        assert!(!holds(text, "mutation") && !holds(text, "subscription"), "a query holds nothing else");
        Self { text: Cow::Borrowed(text), changes: false }
    }

    pub const fn mutation(text: &'static str) -> Self {
        assert!(begins(text, "mutation"), "a mutation begins with its name");
        Self { text: Cow::Borrowed(text), changes: true }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// A query changes nothing, so it passes under read-only.
    pub fn is_query(&self) -> bool {
        !self.changes
    }
}

const fn begins(text: &str, word: &str) -> bool {
    is_at(text.as_bytes(), word.as_bytes(), 0)
}

const fn holds(text: &str, word: &str) -> bool {
    let mut at = 0;
    while at < text.len() {
        if is_at(text.as_bytes(), word.as_bytes(), at) {
            return true;
        }
        at += 1;
    }
    false
}

#[expect(clippy::indexing_slicing, reason = "a document that is too short must not compile")]
const fn is_at(text: &[u8], word: &[u8], at: usize) -> bool {
    if at + word.len() > text.len() {
        return false;
    }
    let mut n = 0;
    while n < word.len() {
        if text[at + n] != word[n] {
            return false;
        }
        n += 1;
    }
    true
}

/// What is asked of each pull request. No connection gives more than a hundred entries, and none is asked for a second
/// page: with [`BATCH`](super::pulls) of them that is at most 36,000 nodes of the 500,000 one query may name.
const PULLS: &str = "\
nodes(ids:$ids){__typename ... on PullRequest{\
id fullDatabaseId number url title state isDraft headRefName headRefOid baseRefName \
repository{nameWithOwner} author{login} createdAt updatedAt additions deletions changedFiles \
reviewDecision mergeable \
reviewRequests(first:20){nodes{requestedReviewer{__typename ... on User{login} ... on Bot{login} \
... on Mannequin{login} ... on Team{name combinedSlug}}}} \
latestOpinionatedReviews(first:20){nodes{state author{login} commit{oid}}} \
reviewThreads(first:100){totalCount nodes{isResolved}} \
statusCheckRollup{state contexts(first:100){totalCount nodes{__typename \
... on CheckRun{databaseId name status conclusion detailsUrl checkSuite{app{slug}}} \
... on StatusContext{context state targetUrl}}}} \
commits(last:1){nodes{commit{checkSuites(first:20){nodes{conclusion checkRuns(first:1){totalCount}}}}}}\
}} ";

/// Which of its checks a pull request needs can only be asked with its id for an argument, so each has a field of its own
/// beside the list. What cannot be told there takes no check out of the list.
fn required(out: &mut String, index: usize) {
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "r{index}:node(id:$i{index}){{... on PullRequest{{statusCheckRollup{{contexts(first:100){{nodes{{__typename \
... on CheckRun{{databaseId isRequired(pullRequestId:$i{index})}} \
... on StatusContext{{context isRequired(pullRequestId:$i{index})}}}}}}}}}}}} "
    );
}

// The parts of which the query below is made.
const _: () = assert!(!holds(PULLS, "mutation") && !holds(PULLS, "subscription"), "a query holds nothing else");

/// One query about so many pull requests. Variables: `ids`, and each id again as `i0`, `i1`, …
pub fn pulls(count: usize) -> Document {
    let mut text = String::from("query($ids:[ID!]!");
    for index in 0..count {
        let _ = write!(text, ",$i{index}:ID!");
    }
    text.push_str("){");
    text.push_str(PULLS);
    (0..count).for_each(|index| required(&mut text, index));
    text.push_str("rateLimit{cost remaining resetAt}}");
    Document { text: text.into(), changes: false }
}

pub static COPILOT_ENDPOINT: Document =
    Document::query("query{viewer{copilotEndpoints{api}} rateLimit{cost remaining resetAt}}");

pub static ASSIGNABLE: Document = Document::query(
    "query($owner:String!,$name:String!){repository(owner:$owner,name:$name){\
suggestedActors(capabilities:[CAN_BE_ASSIGNED],first:100){nodes{__typename login}}\
} rateLimit{cost remaining resetAt}}",
);

pub static MARK_READY: Document = Document::mutation(
    "mutation($id:ID!){markPullRequestReadyForReview(input:{pullRequestId:$id}){pullRequest{isDraft number}}}",
);

/// The kind of an error: what was asked for takes more than one query may.
const TOO_MUCH: &str = "RESOURCE_LIMITS_EXCEEDED";

/// Why there is no data.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It was more than the service can look up at once: less may work.
    TooMuch(Fault),
    Other(Fault),
}

/// An error beside data.
#[derive(Debug, Deserialize)]
pub(super) struct Flaw {
    #[serde(default, deserialize_with = "lenient::opt")]
    message: Option<Untrusted>,
    #[serde(rename = "type", default, deserialize_with = "lenient::opt")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt")]
    path: Option<Vec<Value>>,
}

impl Flaw {
    /// It is not there, or this token may not see it. Of any other kind of error nobody knows whether it lasts.
    pub fn is_lasting(&self) -> bool {
        matches!(self.kind.as_deref(), Some("NOT_FOUND" | "FORBIDDEN" | "INSUFFICIENT_SCOPES"))
    }

    /// It was more than the service can look up at once.
    pub fn is_weight(&self) -> bool {
        self.kind.as_deref() == Some(TOO_MUCH)
    }

    /// It is about this one of `nodes`, or nobody knows about what.
    pub fn is_about(&self, index: usize) -> bool {
        match self.path.as_deref() {
            Some([list, number, ..]) if list == "nodes" => number.as_u64() == u64::try_from(index).ok(),
            Some([_, ..]) => false,
            _ => true,
        }
    }

    /// Where in it.
    pub fn within(&self) -> &[Value] {
        self.path.as_deref().and_then(|path| path.get(2..)).unwrap_or_default()
    }
}

impl GitHub {
    /// The `data` of the answer. Errors about single nodes beside data are left to the caller, who sees the null.
    pub(super) async fn graphql(&self, document: &Document, variables: Value, op: Op) -> Result<Value, Fault> {
        let request = self.graphql_request(document, variables, op);
        let answer = self.http.send(&request).await?;
        self.data_of(document, &request, &answer)
    }

    /// The same for much data, read as one thing, and what was wrong with it.
    pub(super) async fn graphql_read<T: DeserializeOwned>(
        &self,
        document: &Document,
        variables: Value,
        op: Op,
        what: &str,
    ) -> Result<(T, Vec<Flaw>), Trouble> {
        let request = self.graphql_request(document, variables, op);
        let answer = self.http.query(&request).await.map_err(|failure| {
            if failure.is_heavy() { Trouble::TooMuch(failure.fault) } else { Trouble::Other(failure.fault) }
        })?;
        if let Some(Whole { data, errors: None }) = lenient::from_text(answer.text()) {
            self.http.graphql_good();
            return Ok((data, Vec::new()));
        }
        let (data, flaws) = self.parts_of(document, &request, &answer)?;
        let flaws = lenient::many::<Flaw>(flaws).0;
        T::deserialize(data)
            .map(|data| (data, flaws))
            .map_err(|_| Trouble::Other(self.http.unreadable(&request, what).fault))
    }

    /// What a flaw comes to for whoever asked for that alone.
    pub(super) fn flaw_fault(&self, flaw: &Flaw, words: &str) -> Fault {
        let said = flaw.message.as_ref().map(Untrusted::show_line).unwrap_or_default();
        let what = format!("{} could not {words}: {said}", self.http.host.shown());
        let what: String = what.chars().take(400).collect();
        let next = format!("{ASKED_AGAIN}; see https://www.githubstatus.com if it lasts");
        Fault::new(FaultKind::Server, self.http.token.scrub(&what), self.http.next(&next))
    }

    fn graphql_request(&self, document: &Document, variables: Value, op: Op) -> Request {
        Request::post(op, Zone::GraphQl, self.http.host.graphql(), Body::GraphQl(document.clone(), variables))
    }

    fn data_of(&self, document: &Document, request: &Request, answer: &Answer) -> Result<Value, Fault> {
        self.parts_of(document, request, answer).map(|(data, _)| data).map_err(|trouble| match trouble {
            Trouble::TooMuch(fault) | Trouble::Other(fault) => fault,
        })
    }

    /// The data, and the errors about single parts of it.
    fn parts_of(&self, document: &Document, request: &Request, answer: &Answer) -> Result<(Value, Value), Trouble> {
        let broken = |what: &str| {
            let fault = self.http.unreadable(request, what).fault;
            if document.is_query() { fault } else { unknown_outcome(request, &fault.what) }
        };
        let mut body = answer.json().map_err(|what| Trouble::Other(broken(&what)))?;
        let told = body.get_mut("errors").map(Value::take).unwrap_or_default();
        let errors = told.as_array().map(Vec::as_slice).unwrap_or_default();
        let kind = |error: &Value| error.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        // The limit that counts requests has a type; those against haste are told in words, in an error about nothing of
        // what was asked, or as they are with a 403.
        let is_limit = |error: &Value| {
            let words = error.get("message").and_then(Value::as_str).unwrap_or_default();
            kind(error).starts_with("RATE_LIMIT") || (error.get("path").is_none() && Http::names_limit(words))
        };
        if errors.iter().any(is_limit) {
            return Err(Trouble::Other(self.http.graphql_limit(request, answer, &message(errors))));
        }
        if is_limit(&body) {
            let words = message(std::slice::from_ref(&body));
            return Err(Trouble::Other(self.http.graphql_limit(request, answer, &words)));
        }
        self.http.graphql_good();
        let is_weight = |error: &Value| document.is_query() && kind(error) == TOO_MUCH;
        let ran_out = |error: &Value| {
            let words = error.get("message").and_then(Value::as_str).unwrap_or_default();
            is_weight(error) || kind(error).is_empty() && words.contains("the result of a timeout")
        };
        let data = body.get_mut("data").map(Value::take).filter(|data| !data.is_null());
        match (data, errors.first()) {
            (Some(data), None) => Ok((data, Value::Null)),
            // A part that came before it was too much is as good as any.
            (Some(data), Some(_)) if errors.iter().all(|error| is_about_one_node(error) || is_weight(error)) => {
                Ok((data, told))
            }
            (_, Some(first)) => {
                let fault = self.graphql_fault(request, &kind(first), &message(errors));
                Err(if errors.iter().any(ran_out) { Trouble::TooMuch(fault) } else { Trouble::Other(fault) })
            }
            (None, None) => Err(Trouble::Other(broken("the answer has neither data nor errors"))),
        }
    }

    fn graphql_fault(&self, request: &Request, kind: &str, message: &str) -> Fault {
        let advice = request.op.need.advice(self.http.token.kind());
        let (kind, next) = match kind {
            "FORBIDDEN" | "INSUFFICIENT_SCOPES" => (FaultKind::Permission, advice),
            "NOT_FOUND" => (FaultKind::NotFound, format!("refresh: it may be gone; if it is not, {advice}")),
            "UNPROCESSABLE" => (FaultKind::Invalid, "refresh, and look at its state before trying again".to_owned()),
            "SERVICE_UNAVAILABLE" | "INTERNAL" | TOO_MUCH | "" => {
                (FaultKind::Server, format!("{ASKED_AGAIN}; see https://www.githubstatus.com if it lasts"))
            }
            _ => (FaultKind::Invalid, "change what the message names and try again".to_owned()),
        };
        let what = if message.is_empty() { "the service refused it" } else { message };
        let fault = self.http.fault(request, kind, what, &next);
        // A mutation that broke inside the service may have got far enough.
        let unsure = kind == FaultKind::Server && !request.is_read();
        if unsure { unknown_outcome(request, &fault.what) } else { fault }
    }
}

/// An answer, and whether anything in it went wrong.
#[derive(Deserialize)]
struct Whole<T> {
    data: T,
    errors: Option<IgnoredAny>,
}

/// The error belongs to one entry of a list, which is null then, or to what is required of it, which is not known then.
fn is_about_one_node(error: &Value) -> bool {
    let path = error.get("path").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let about_checks = |field: &str| field.strip_prefix('r').is_some_and(|rest| rest.parse::<usize>().is_ok());
    match path {
        [list, index, ..] if list == "nodes" => index.is_number(),
        [Value::String(field), ..] => about_checks(field),
        _ => false,
    }
}

fn message(errors: &[Value]) -> String {
    let words = errors.iter().filter_map(|error| error.get("message")?.as_str()).take(3);
    let line = Untrusted::from(words.collect::<Vec<_>>().join("; ")).show_line();
    line.chars().take(300).collect()
}

/// What marking ready needs, in one place with its document.
pub fn ready_op() -> Op {
    Op::one("mark the pull request ready for review", Need::WritePulls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_documents_that_change_nothing_count_as_queries() {
        let all = [pulls(1), pulls(100), COPILOT_ENDPOINT.clone(), ASSIGNABLE.clone()];
        assert!(all.iter().all(Document::is_query));
        assert!(!MARK_READY.is_query());
        for document in &all {
            assert!(!document.text().contains("mutation"));
            assert!(document.text().contains("rateLimit{cost remaining resetAt}"));
            let opened = document.text().matches('{').count();
            assert_eq!(opened, document.text().matches('}').count());
        }
    }
}
