//! Bodies in the service's form.

use serde_json::{Value, json};

pub fn task(id: &str) -> Value {
    json!({
        "id": id, "state": "in_progress", "name": "Fix the flaky test",
        "created_at": "2026-11-06T08:00:00Z", "updated_at": "2026-11-06T08:30:00Z", "archived_at": null,
        "html_url": format!("https://github.com/acme/billing/copilot/tasks/{id}"),
        "creator": {"id": 7}, "creator_type": "user", "repository": {"id": 1000}, "session_count": 2,
        "custom_agent": {"id": "fixer"},
        "artifacts": [
            {"provider": "github", "type": "pull", "data": {"id": 2000, "global_id": "PR_kwDNA-jNB9A"}},
            {"provider": "github", "type": "branch", "data": {"head_ref": "copilot/fix-1", "base_ref": "main"}},
        ],
    })
}

pub fn session(id: &str) -> Value {
    json!({
        "id": id, "state": "completed", "created_at": "2026-11-06T08:01:00Z",
        "completed_at": "2026-11-06T08:20:00Z", "prompt": "Fix it", "head_ref": "copilot/fix-1", "base_ref": "main",
        "model": "sweagent-capi:claude-sonnet-4.5", "usage": {"type": "ai_credits", "amount": 43_380_350_000_u64},
    })
}

pub fn list(tasks: &[Value]) -> Value {
    json!({"tasks": tasks, "total_active_count": 3, "total_archived_count": 1})
}

pub fn run(id: u64) -> Value {
    json!({
        "id": id, "name": "Running Copilot cloud agent", "path": "dynamic/copilot-swe-agent/copilot",
        "event": "dynamic", "status": "in_progress", "conclusion": null, "head_branch": "copilot/fix-1",
        "run_attempt": 1, "created_at": "2026-11-06T08:01:05Z", "updated_at": "2026-11-06T08:02:00Z",
        "run_started_at": "2026-11-06T08:01:06Z", "html_url": "https://github.com/acme/billing/actions/runs/1",
    })
}

pub fn pull(database_id: u64, number: u64) -> Value {
    json!({
        "__typename": "PullRequest", "id": "PR_kwDNA-jNB9A", "fullDatabaseId": database_id.to_string(),
        "number": number, "url": format!("https://github.com/acme/billing/pull/{number}"), "title": "Fix it",
        "state": "OPEN", "isDraft": false, "headRefName": "copilot/fix-1", "baseRefName": "main",
        "repository": {"nameWithOwner": "acme/billing"}, "author": {"login": "copilot-swe-agent"},
        "createdAt": "2026-11-06T08:05:00Z", "updatedAt": "2026-11-06T08:15:00Z", "additions": 10, "deletions": 2,
        "reviewDecision": null, "mergeable": "MERGEABLE", "reviewRequests": {"nodes": []},
        "latestOpinionatedReviews": {"nodes": []}, "statusCheckRollup": null,
    })
}
