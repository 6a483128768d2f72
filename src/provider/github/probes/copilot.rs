//! The Copilot API: whether this token works there (c), whether logs are full (d), whether its endpoints take calls that
//! carry nothing but authorization (h). Switched off means that nothing is asked; a refusal ends it for this run.

use serde_json::Value;

use super::super::client::GitHub;
use super::super::http::{Need, Op, Shape};
use super::peek::Peek;
use crate::domain::RepoName;
use crate::domain::capability::{Answer, LIVE_LOGS, POINT_C, POINT_D, POINT_H, Row};
use crate::provider::port::LiveLogs;
use crate::text::Safe;

impl GitHub {
    pub(super) async fn try_copilot(&self, repo: Option<&RepoName>) -> Vec<Row> {
        if let LiveLogs::Off(why) = self.copilot.live_logs() {
            return self.off(&why);
        }
        let list = self.peek_session(&["agents", "sessions"], false).await;
        let kind = self.http.token.kind().word();
        if matches!(list.status(), Some(401 | 403)) {
            let why = list.evidence(&[]);
            self.copilot.drop_for_good(Safe::new(&why));
            let row = |topic, words: String| list.row(topic, Answer::No, words);
            let next = "`gh auth login` gives a token that can; finished runs are read from their job logs";
            return vec![
                row(&LIVE_LOGS, format!("refused: {}", list.word())).next(next),
                row(&POINT_C, format!("{kind} token: {}", list.word())),
                list.row(&POINT_D, Answer::Untestable, "the token is refused there"),
                list.row(&POINT_H, Answer::Untestable, "the token is refused there"),
            ];
        }
        if !list.is_good() {
            let unanswered = |topic| {
                let came = || list.row(topic, Answer::Unknown, format!("{} came back", list.word()));
                list.unanswered(topic).unwrap_or_else(came)
            };
            return vec![unanswered(&LIVE_LOGS), unanswered(&POINT_C), unanswered(&POINT_D), unanswered(&POINT_H)];
        }
        let mut rows = vec![
            list.row(&LIVE_LOGS, Answer::Yes, "from the Copilot API"),
            list.row(&POINT_C, Answer::Yes, format!("{kind} token: {}", list.word())),
        ];
        rows.extend(self.points_d_and_h(&list, repo).await);
        rows
    }

    fn off(&self, why: &Safe) -> Vec<Row> {
        let now = self.now();
        let (point, words) = if self.copilot.is_never_asked() {
            (Answer::Untestable, "not asked")
        } else {
            (Answer::No, "refused before, in this run")
        };
        let next = "finished runs are read from their job logs";
        vec![
            Row::new(&LIVE_LOGS, Answer::No, why, now).because(words).next(next),
            Row::new(&POINT_C, point, words, now).because(why),
            Row::new(&POINT_D, Answer::Untestable, words, now).because(why),
            Row::new(&POINT_H, Answer::Untestable, words, now).because(why),
        ]
    }

    async fn peek_session(&self, path: &[&str], is_bare: bool) -> Peek {
        let op = Op::one("answer a question", Need::SessionLogs);
        match self.session_request(op, path).await {
            Ok(mut request) => {
                request.bare = is_bare;
                if path.last() == Some(&"logs") {
                    request = request.shape(Shape::Log);
                }
                self.peek_at(request, None).await
            }
            Err(fault) => Peek { asked: format!("GET /{}", path.join("/")), seen: Err(fault), at: self.now() },
        }
    }

    async fn points_d_and_h(&self, list: &Peek, repo: Option<&RepoName>) -> Vec<Row> {
        let body = list.json().unwrap_or_default();
        let sessions = body.get("sessions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let text = |session: &Value, key: &str| session.get(key).and_then(Value::as_str).map(str::to_owned);
        let ended = |session: &&Value| {
            matches!(text(session, "state").as_deref(), Some("completed" | "failed" | "timed_out" | "cancelled"))
        };
        let finished = sessions.iter().find(ended).and_then(|session| text(session, "id"));
        let pull = sessions.iter().filter_map(|session| session.get("resource_id")?.as_u64()).find(|id| *id > 0);
        let mut said: Vec<Peek> = Vec::new();
        let mut log = None;
        if let Some(id) = &finished {
            said.push(self.peek_session(&["agents", "sessions", id], true).await);
            log = Some(said.len());
            said.push(self.peek_session(&["agents", "sessions", id, "logs"], true).await);
        }
        if let Some(id) = pull.map(|id| id.to_string()) {
            said.push(self.peek_session(&["agents", "resource", "pull", &id], true).await);
        }
        said.push(self.peek_session(&["agents", "swe", "models"], true).await);
        if let Some(repo) = repo {
            let (owner, name) = (repo.owner(), repo.name());
            said.push(self.peek_session(&["agents", "swe", "v1", "jobs", owner, name, "enabled"], true).await);
            said.push(self.peek_session(&["agents", "swe", "custom-agents", owner, name], true).await);
        }
        let d = match log.and_then(|n| said.get(n)) {
            Some(log) => point_d(log),
            None => list.row(&POINT_D, Answer::Untestable, "there is no finished session of yours to look at"),
        };
        vec![d, point_h(list, &said)]
    }
}

fn point_d(log: &Peek) -> Row {
    if let Some(row) = log.unanswered(&POINT_D) {
        return row;
    }
    let Some(answer) = log.seen.as_ref().ok().filter(|_| log.is_good()) else {
        return log.row(&POINT_D, Answer::Unknown, format!("{} came back", log.word()));
    };
    let (records, calls) = count(&answer.body);
    let words = format!("{records} records, {calls} tool calls");
    log.row(&POINT_D, if records > 0 && calls > 0 { Answer::Yes } else { Answer::No }, words)
}

/// Records of a log, and the tool calls that are begun in them.
fn count(log: &[u8]) -> (usize, usize) {
    let (mut records, mut calls) = (0, 0);
    for line in log.split(|byte| *byte == b'\n') {
        let Some(json) = line.strip_prefix(b"data: ") else { continue };
        let Ok(record) = serde_json::from_slice::<Value>(json) else { continue };
        if record.get("object").and_then(Value::as_str) != Some("chat.completion.chunk") {
            continue;
        }
        records += 1;
        for choice in record.get("choices").and_then(Value::as_array).into_iter().flatten() {
            // A result comes with its call's id, and without a role.
            let begun = choice.pointer("/delta/role").is_some_and(|role| !role.is_null());
            let of_choice = choice.pointer("/delta/tool_calls").and_then(Value::as_array).map_or(0, Vec::len);
            calls += if begun { of_choice } else { 0 };
        }
    }
    (records, calls)
}

fn point_h(list: &Peek, said: &[Peek]) -> Row {
    // 404 and 422 are answers of an endpoint that takes the call; 403 of `enabled` is its "switched off".
    let taken = |peek: &Peek| {
        matches!(peek.status(), Some(200..=299 | 404 | 422))
            || (peek.status() == Some(403) && peek.asked.ends_with("/enabled"))
    };
    let refused = said.iter().any(|peek| matches!(peek.status(), Some(400 | 401 | 403)) && !taken(peek));
    let says = match (refused, said.iter().all(taken)) {
        (true, _) => Answer::No,
        (false, true) => Answer::Yes,
        (false, false) => Answer::Unknown,
    };
    let good = said.iter().filter(|peek| taken(peek)).count();
    let words = format!("{good} of {} endpoints answered", said.len());
    let evidence: Vec<String> = said.iter().map(|peek| format!("{} {}", short(&peek.asked), peek.word())).collect();
    Row::new(&POINT_H, says, words, list.at).because(evidence.join(", "))
}

/// The end of an address is enough to tell these apart.
fn short(asked: &str) -> String {
    let parts: Vec<&str> = asked.split('/').collect();
    format!("…/{}", parts.get(parts.len().saturating_sub(2)..).unwrap_or_default().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_the_calls_begun_in_them_are_counted() {
        let log = "data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\"},{\"id\":\"b\"}]}}]}\n\n\
                   data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"delta\":{\"content\":\"x\",\"tool_calls\":[{\"id\":\"a\"}]}}]}\n\n\
                   : comment\ndata: [DONE]\ndata: {\"object\":\"other\"}\n";
        assert_eq!(count(log.as_bytes()), (2, 2));
        assert_eq!(count(b""), (0, 0));
    }
}
