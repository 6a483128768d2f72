//! Say something to the agent in a comment on a pull request: intent, one POST, outcome. Whether a comment that was not
//! answered arrived shows on the pull request; it is never written twice by itself.

use serde_json::json;
use uuid::Uuid;

use super::context::Context;
use crate::domain::{Fault, FaultKind, TaskRef};
use crate::ledger::port::{Action, Outcome};

/// Who is to read it.
const AGENT: &str = "@copilot";

/// The comment: addressed, unless it already is.
pub fn to_agent(text: &str) -> String {
    let text = text.trim();
    let addressed = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '@' && c != '-')
        .any(|word| word.eq_ignore_ascii_case(AGENT));
    if addressed { text.to_owned() } else { format!("{AGENT} {text}") }
}

pub async fn mention(context: &Context, task: &TaskRef, pull: u64, body: &str) -> Result<(), Fault> {
    let id = Uuid::new_v4();
    let request = json!({ "body": body }).to_string();
    let mut intent = context.intent(id, Action::Comment, &task.repo, request);
    intent.task = Some(task.id.raw().to_owned());
    intent.pull = Some(pull);
    context.claim(intent).await?;
    let result = context.provider.comment(&task.repo, pull, body).await;
    let outcome = match &result {
        Ok(()) => Outcome::Confirmed(format!("comment on #{pull}")),
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => Outcome::Unknown(fault.what.to_string()),
        Err(fault) => Outcome::Rejected(fault.what.to_string()),
    };
    context.record(id, outcome).await;
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_addressed_once() {
        assert_eq!(to_agent(" add a test \n"), "@copilot add a test");
        for addressed in ["@copilot add a test", "please, @Copilot: add a test"] {
            assert_eq!(to_agent(addressed), addressed);
        }
        assert_eq!(to_agent("mail me@copilot.example"), "@copilot mail me@copilot.example");
    }
}
