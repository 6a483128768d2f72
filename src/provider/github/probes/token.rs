//! The token itself: accepted, its kind, scopes, expiry; the service's clock, and what is left of its limits.

use serde::Deserialize as _;

use super::super::client::GitHub;
use super::super::http::Need;
use super::super::token::TokenKind;
use super::super::wire::service::{Allowance, RateLimits};
use super::peek::Peek;
use crate::domain::capability::{ACCEPTED, Answer, CHANGES, CLOCK, CORE, EXPIRY, GRAPHQL, KIND, Row, SCOPES, Topic};
use crate::text::Untrusted;

const SCOPES_HEADER: &str = "x-oauth-scopes";
const EXPIRY_HEADER: &str = "github-authentication-token-expiration";
/// Clocks that differ by less agree.
const IN_STEP: i64 = 5;
/// By more than this, ages and waits on the screen are wrong.
const FAR_OFF: i64 = 60;

impl GitHub {
    pub(super) async fn try_token(&self) -> Vec<Row> {
        let peek = self.peek(Need::Nothing, &["user"], &[]).await;
        let mut rows = vec![accepted(&peek), self.kind_row(&peek)];
        if peek.is_good() {
            rows.extend([self.scopes_row(&peek), self.expiry_row(&peek)]);
        }
        rows.extend([self.changes_row(&peek), self.clock_row(&peek)]);
        rows
    }

    fn kind_row(&self, peek: &Peek) -> Row {
        let kind = self.http.token.kind();
        let (says, words) = match kind {
            TokenKind::Unknown => (Answer::Unknown, "no prefix that is known; the service decides".to_owned()),
            TokenKind::Installation | TokenKind::Refresh => (Answer::No, format!("{} token", kind.word())),
            _ => (Answer::Yes, format!("{} token", kind.word())),
        };
        Row::new(&KIND, says, words, peek.at).because("by its prefix")
    }

    fn scopes_row(&self, peek: &Peek) -> Row {
        let facts = self.http.rights.facts();
        let evidence = peek.evidence(&[SCOPES_HEADER]);
        let row = |says, words: String| Row::new(&SCOPES, says, words, peek.at).because(&evidence);
        match facts.has_scope("repo") {
            Some(true) => row(Answer::Yes, facts.scope_words()),
            Some(false) => row(Answer::No, format!("{}: `repo` is missing", facts.scope_words()))
                .next("give the token the scope `repo`, or use it to look only"),
            None if self.http.token.kind().has_permissions() => {
                row(Answer::Untestable, "permissions, not scopes: see each repository".to_owned())
            }
            None => row(Answer::Unknown, "the service does not tell".to_owned()),
        }
    }

    fn expiry_row(&self, peek: &Peek) -> Row {
        let evidence = peek.evidence(&[EXPIRY_HEADER]);
        let row = |says, words: String| Row::new(&EXPIRY, says, words, peek.at).because(&evidence);
        let Some(expires) = self.http.rights.facts().expires else {
            return row(Answer::Unknown, "the service names no day".to_owned());
        };
        let at = ["%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S %z"].iter().find_map(|form| {
            let zoned = chrono::DateTime::parse_from_str(&expires, form).map(|at| at.to_utc());
            zoned.or_else(|_| chrono::NaiveDateTime::parse_from_str(&expires, form).map(|at| at.and_utc())).ok()
        });
        match at.map(|at| (at - peek.at).num_days()) {
            Some(days) if days >= 7 => row(Answer::Yes, format!("until {expires}, {days} days")),
            Some(_) => row(Answer::No, format!("only until {expires}")).next("renew the token in GitHub's settings"),
            None => row(Answer::Unknown, format!("until {expires}")),
        }
    }

    fn changes_row(&self, peek: &Peek) -> Row {
        match self.http.rights.read_only() {
            None => Row::new(&CHANGES, Answer::Yes, "as far as is known", peek.at),
            Some(closed) => {
                let row = Row::new(&CHANGES, Answer::No, "read-only", peek.at);
                row.because(&closed.why).next(&closed.next)
            }
        }
    }

    fn clock_row(&self, peek: &Peek) -> Row {
        let evidence = peek.evidence(&["date"]);
        let row = |says, words: String| Row::new(&CLOCK, says, words, peek.at).because(&evidence);
        let skew = self.http.rights.facts().skew.filter(|_| peek.seen.is_ok());
        let Some(skew) = skew.map(|skew| skew.num_seconds()) else {
            return row(Answer::Unknown, "no answer told the time".to_owned());
        };
        let word = if skew > 0 { "behind" } else { "ahead" };
        match skew.abs() {
            seconds if seconds < IN_STEP => row(Answer::Yes, format!("within {IN_STEP} s")),
            seconds if seconds <= FAR_OFF => row(Answer::Yes, format!("ours is {seconds} s {word}")),
            seconds => row(Answer::No, format!("ours is {seconds} s {word}"))
                .next("set this machine's clock: ages and waits on the screen are off by as much"),
        }
    }

    pub(super) async fn try_limits(&self) -> Vec<Row> {
        let peek = self.peek(Need::Nothing, &["rate_limit"], &[]).await;
        let limits = peek.json().and_then(|body| RateLimits::deserialize(body).ok());
        let row = |topic, name: &str| match limits.as_ref().and_then(|limits| limits.of(name)) {
            Some(allowance) => left(&peek, topic, *allowance),
            None => peek.unanswered(topic).unwrap_or_else(|| peek.row(topic, Answer::Unknown, "not told")),
        };
        vec![row(&CORE, "core"), row(&GRAPHQL, "graphql")]
    }
}

fn accepted(peek: &Peek) -> Row {
    if let Some(row) = peek.unanswered(&ACCEPTED) {
        return row.needed();
    }
    let login = peek.json().and_then(|body| Some(Untrusted::from(body.get("login")?.as_str()?).show_line()));
    let row = match (peek.status(), login) {
        (Some(200), Some(login)) => peek.row(&ACCEPTED, Answer::Yes, format!("as {login}")),
        (Some(401), _) => peek
            .row(&ACCEPTED, Answer::No, "the service does not accept it")
            .next("run `gh auth login` or set ATC_TOKEN to a token that is still valid"),
        _ => peek
            .row(&ACCEPTED, Answer::Unknown, format!("{} came back", peek.word()))
            .next("check that the host is GitHub and no proxy or sign-in page stands between"),
    };
    row.needed()
}

fn left(peek: &Peek, topic: &'static Topic, allowance: Allowance) -> Row {
    let Allowance { limit, remaining, reset_at, .. } = allowance;
    let reset = reset_at.map(|at| format!(", anew at {} UTC", at.format("%H:%M"))).unwrap_or_default();
    let words = format!("{remaining} of {limit}{reset}");
    let says = if remaining == 0 { Answer::No } else { Answer::Yes };
    let row = peek.row(topic, says, words);
    if remaining == 0 { row.next("wait; watch fewer repositories, or lower poll.budget_share") } else { row }
}
