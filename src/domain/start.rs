//! A request for new work.

use serde::Serialize;
use uuid::Uuid;

use super::RepoName;

/// Source: the body of POST `/agents/repos/{owner}/{repo}/tasks`. Written by the operator, so its texts are our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartRequest {
    pub repo: RepoName,
    pub prompt: String,
    /// `None`: the service chooses.
    pub model: Option<String>,
    /// File name without extension of an agent in `.github/agents`.
    pub custom_agent: Option<String>,
    pub create_pull_request: bool,
    pub base_ref: Option<String>,
    /// With `base_ref`: continue on this branch's open pull request.
    pub head_ref: Option<String>,
}

/// A start that somebody wants, with everything the gate and the ledger need to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The intent's, made by whoever orders, so that the answer can be told from others.
    pub id: Uuid,
    pub request: StartRequest,
    /// The template's id.
    pub template: Option<String>,
    /// SHA-256 of the template's file.
    pub template_hash: Option<[u8; 32]>,
    pub ticket: Option<String>,
    /// As it was typed, where the policy asks for one.
    pub reason: Option<String>,
    /// The same work may be under way: that was shown, and this is wanted all the same.
    pub again: bool,
    /// The plan it is a row of.
    pub plan: Option<Uuid>,
}

impl Order {
    pub fn new(id: Uuid, request: StartRequest) -> Self {
        Self { id, request, template: None, template_hash: None, ticket: None, reason: None, again: false, plan: None }
    }
}

/// First-party clients cut a prompt near 30,000 characters: warn from here on.
pub const PROMPT_WARN_CHARS: usize = 29_950;

/// The body as it is sent and as it is shown before it is sent: one type for both, so that they cannot differ.
/// The fields stand in the order of the service's documentation; what is not set is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StartBody<'a> {
    prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_agent: Option<&'a str>,
    create_pull_request: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_ref: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head_ref: Option<&'a str>,
}

impl StartRequest {
    /// What goes over the wire, to be serialised with its fields in order.
    pub fn wire(&self) -> StartBody<'_> {
        StartBody {
            prompt: &self.prompt,
            model: chosen(self.model.as_deref()),
            custom_agent: chosen(self.custom_agent.as_deref()),
            create_pull_request: self.create_pull_request,
            base_ref: chosen(self.base_ref.as_deref()),
            head_ref: chosen(self.head_ref.as_deref()),
        }
    }

    /// [`StartRequest::wire`] as a value, for callers that compare or store it.
    pub fn body(&self) -> serde_json::Value {
        // A struct of strings and a bool always serialises.
        serde_json::to_value(self.wire()).unwrap_or_default()
    }

    /// [`StartRequest::wire`] as an operator reads it: one field a line, in order.
    pub fn body_text(&self) -> String {
        serde_json::to_string_pretty(&self.wire()).unwrap_or_default()
    }
}

/// An empty choice is none.
fn chosen(field: Option<&str>) -> Option<&str> {
    field.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn request() -> StartRequest {
        StartRequest {
            repo: "acme/api".parse().unwrap(),
            prompt: "Fix \"it\"\n\u{202e}now".into(),
            model: Some("gpt-5.4".into()),
            custom_agent: Some("fixer".into()),
            create_pull_request: true,
            base_ref: Some("main".into()),
            head_ref: Some("copilot/fix".into()),
        }
    }

    #[test]
    fn the_body_has_its_fields_in_the_documented_order() {
        let text = serde_json::to_string(&request().wire()).unwrap();
        let places: Vec<usize> =
            ["\"prompt\"", "\"model\"", "\"custom_agent\"", "\"create_pull_request\"", "\"base_ref\"", "\"head_ref\""]
                .iter()
                .map(|key| text.find(key).unwrap())
                .collect();
        assert!(places.is_sorted(), "{text}");
    }

    #[test]
    fn what_is_not_set_is_left_out_and_the_repository_is_never_in_it() {
        let bare = StartRequest { model: None, custom_agent: None, base_ref: None, head_ref: None, ..request() };
        let body = bare.body();
        let keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["prompt", "create_pull_request"]);
        assert_eq!(body["create_pull_request"], true);
    }

    #[test]
    fn what_is_shown_and_what_is_sent_are_the_same_value() {
        let request = request();
        let shown: serde_json::Value = serde_json::from_str(&request.body_text()).unwrap();
        assert_eq!(shown, request.body());
        assert_eq!(shown["prompt"], "Fix \"it\"\n\u{202e}now");
    }
}
