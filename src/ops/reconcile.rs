//! After an answer that never came: did the task start or not? Reads only.

use chrono::TimeDelta;

use crate::domain::{Fault, Instant, StartRequest, Task};
use crate::provider::Provider;
use crate::provider::port::{Fetched, TaskQuery};

/// Our clock and the service's may differ by this much.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// Nobody starts more than a handful of tasks in a minute.
const MOST_CANDIDATES: usize = 10;

/// Looks among the viewer's newest tasks of the repository for one with exactly this prompt, created since the claim.
pub async fn find_started(
    provider: &dyn Provider,
    request: &StartRequest,
    claimed_at: Instant,
) -> Result<Option<Task>, Fault> {
    let viewer = provider.viewer().await?;
    let earliest = claimed_at - SKEW;
    let query = TaskQuery {
        repo: Some(request.repo.clone()),
        creators: vec![viewer.id],
        by_created: true,
        since: Some(earliest),
        ..TaskQuery::default()
    };
    let Fetched::New { value: page, .. } = provider.tasks(&query).await? else { return Ok(None) };
    let candidates = page.tasks.into_iter().filter(|task| task.created_at >= earliest).take(MOST_CANDIDATES);
    for candidate in candidates {
        let Fetched::New { value: task, .. } = provider.task(&candidate.at, None).await? else { continue };
        let same = |prompt: &crate::text::Untrusted| prompt.raw_for_match() == request.prompt;
        if task.sessions.iter().flatten().any(|session| session.prompt.as_ref().is_some_and(same)) {
            return Ok(Some(task));
        }
    }
    Ok(None)
}
