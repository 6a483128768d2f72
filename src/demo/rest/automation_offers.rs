//! What an automation can be given in a repository: tools, and things to wait for.

use serde_json::{Value, json};

use super::super::http::Reply;
use super::route::Ctx;

/// Group, title, and its tools: id, title, whether it writes.
type Group = (&'static str, &'static str, &'static [(&'static str, &'static str, bool)]);

const TOOLS: &[Group] = &[
    (
        "repository",
        "Repository",
        &[
            ("read_repository", "Read files and history", false),
            ("search_code", "Search the code", false),
            ("run_commands", "Run commands in the sandbox", true),
            ("push_to_branches", "Push to branches", true),
        ],
    ),
    (
        "pull_requests",
        "Pull requests",
        &[
            ("create_pull_request", "Open a pull request", true),
            ("comment_on_pull_request", "Comment on a pull request", true),
        ],
    ),
    (
        "issues",
        "Issues",
        &[
            ("create_issue", "Open an issue", true),
            ("comment_on_issue", "Comment on an issue", true),
            ("update_issue_labels", "Change labels", true),
        ],
    ),
    ("actions", "Actions", &[("read_actions", "Read runs and their logs", false)]),
];

pub fn is_tool(id: &str) -> bool {
    TOOLS.iter().any(|(.., tools)| tools.iter().any(|(known, ..)| *known == id))
}

/// The older answer is the groups alone.
pub fn tools(ctx: &Ctx<'_>, repo: usize) -> Reply {
    let tool = |(id, title, writes): &(&str, &str, bool)| {
        let scope = if *writes { "write" } else { "read" };
        json!({ "id": id, "title": title, "description": format!("{title}, for the agent of an automation."), "scope": scope })
    };
    let group = |(id, title, tools): &Group| json!({ "id": id, "title": title, "tools": tools.iter().map(tool).collect::<Vec<_>>() });
    let groups: Vec<Value> = TOOLS.iter().map(group).collect();
    if ctx.world.repos.get(repo).is_some_and(|repo| repo.older_answers) {
        return Reply::ok(&Value::Array(groups));
    }
    // The address of a server holds its password: nobody is to show it.
    let servers = json!([{
        "id": "vault",
        "title": "Vault",
        "url": "https://atc-bot:hunter2-5f1c@mcp.acme.example/sse",
        "tools": [{ "id": "vault/read_policy", "title": "Read a policy", "description": "Reads a policy of the vault.", "scope": "read" }],
    }]);
    Reply::ok(&json!({ "tool_groups": groups, "mcp_servers": servers }))
}

/// A field of a trigger.
pub struct Field {
    pub id: &'static str,
    label: &'static str,
    pub kind: &'static str,
    pub required: bool,
    pub options: &'static [&'static str],
}

pub struct Trigger {
    pub id: &'static str,
    title: &'static str,
    description: &'static str,
    pub fields: &'static [Field],
    /// Whether a person can ask for a run as if it had happened.
    pub run_now: bool,
}

const fn list(id: &'static str, label: &'static str, required: bool, options: &'static [&'static str]) -> Field {
    Field { id, label, kind: "string_array", required, options }
}

const fn text(id: &'static str, label: &'static str) -> Field {
    Field { id, label, kind: "string", required: false, options: &[] }
}

const fn whole(id: &'static str, label: &'static str, options: &'static [&'static str]) -> Field {
    Field { id, label, kind: "integer", required: false, options }
}

const CADENCES: &[&str] = &["hourly", "daily", "weekly"];
const QUARTERS: &[&str] = &["0", "15", "30", "45"];

pub const TRIGGERS: &[Trigger] = &[
    Trigger {
        id: "interval",
        title: "Schedule",
        description: "At set times, in UTC.",
        run_now: true,
        fields: &[
            list("cadence", "How often", true, CADENCES),
            whole("hour_utc", "Hour (UTC)", &[]),
            whole("minute_utc", "Minute", QUARTERS),
            whole("day_of_week", "Day of the week, 0 is Sunday", &["0", "1", "2", "3", "4", "5", "6"]),
        ],
    },
    Trigger {
        id: "issues",
        title: "Issue",
        description: "When something happens to an issue.",
        run_now: true,
        fields: &[
            list("types", "What happens", true, &["opened", "labeled", "assigned"]),
            list("labels", "Labels", false, &[]),
            list("assignees", "Assignees", false, &[]),
            text("query", "Only issues that match"),
            text("body_substring", "Only with these words"),
        ],
    },
    Trigger {
        id: "pull_request",
        title: "Pull request",
        description: "When something happens to a pull request.",
        run_now: true,
        fields: &[
            list("types", "What happens", true, &["opened", "ready_for_review", "closed"]),
            list("labels", "Labels", false, &[]),
            list("paths", "Only when these files change", false, &[]),
            text("query", "Only pull requests that match"),
            text("body_substring", "Only with these words"),
        ],
    },
    Trigger {
        id: "pull_request_review",
        title: "Review",
        description: "When a review is submitted.",
        run_now: true,
        fields: &[
            list("types", "What happens", true, &["submitted"]),
            list("states", "With this verdict", false, &["approved", "changes_requested", "commented"]),
        ],
    },
    Trigger {
        id: "workflow_run",
        title: "Workflow run",
        description: "When a workflow run ends.",
        run_now: true,
        fields: &[
            list("types", "What happens", true, &["completed"]),
            list("workflows", "Workflows", true, &[]),
            list("conclusions", "How it ended", true, CONCLUSIONS),
        ],
    },
    Trigger {
        id: "automation",
        title: "Another automation",
        description: "When a task of another automation completes.",
        run_now: false,
        fields: &[
            list("types", "What happens", false, &["completed"]),
            list("automation_ids", "Automations, one to three", true, &[]),
        ],
    },
];

pub const CONCLUSIONS: &[&str] = &["success", "failure", "cancelled", "timed_out", "action_required"];

/// The schedule under its older name is known, and no longer offered.
pub fn trigger(id: &str) -> Option<&'static Trigger> {
    let id = if id == "schedule" { "interval" } else { id };
    TRIGGERS.iter().find(|trigger| trigger.id == id)
}

pub fn triggers() -> Reply {
    let field = |field: &Field| {
        let mut out = json!({ "id": field.id, "label": field.label, "type": field.kind, "required": field.required });
        if let (Some(out), false) = (out.as_object_mut(), field.options.is_empty()) {
            out.insert("options".to_owned(), field.options.to_vec().into());
        }
        out
    };
    let all: Vec<Value> = TRIGGERS
        .iter()
        .map(|trigger| {
            let Trigger { id, title, description, fields, run_now } = trigger;
            let fields: Vec<Value> = fields.iter().map(field).collect();
            json!({ "id": id, "title": title, "description": description, "fields": fields, "supports_run_now": run_now })
        })
        .collect();
    Reply::ok(&all.into())
}
