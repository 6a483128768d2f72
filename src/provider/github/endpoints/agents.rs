//! Custom agents: the files in `.github/agents` of a repository.

use futures_util::future::join_all;
use serde::Deserialize;

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, Shape, Zone};
use super::super::wire::{front_matter, lenient};
use crate::domain::agents::CustomAgent;
use crate::domain::{Fault, RepoName};

/// More files than this are not read: nobody chooses from a longer list, and each costs a request.
const MOST_FILES: usize = 50;

#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

impl GitHub {
    pub(in super::super) async fn agents_of(&self, repo: &RepoName) -> Result<Vec<CustomAgent>, Fault> {
        let folder = ["repos", repo.owner(), repo.name(), "contents", ".github", "agents"];
        let op = Op::new(format!("list the custom agents of {repo}"), Need::ReadContents);
        let request = Request::get(op, Zone::Rest, self.url(&folder)?).also(&[404]);
        let answer = self.http.send(&request).await?;
        if answer.status == 404 {
            return Ok(Vec::new());
        }
        let listed = answer.json().map_err(|what| self.http.unreadable(&request, &what).fault)?;
        if !listed.is_array() {
            return Err(self.http.unreadable(&request, "the answer is not a folder").fault);
        }
        let (entries, _) = lenient::many::<Entry>(listed);
        let is_agent = |entry: &Entry| entry.kind == "file" && entry.name.strip_suffix(".md").is_some();
        let files = entries.into_iter().filter(is_agent).take(MOST_FILES);
        let read = join_all(files.map(|entry| self.agent_file(repo, folder, entry.name))).await;
        let mut agents: Vec<CustomAgent> = Vec::new();
        for agent in read {
            // A file that cannot be read must not hide the others; a limit or a lost network hides them all anyway.
            match agent {
                Ok(Some(agent)) if !agents.iter().any(|known| known.id == agent.id) => agents.push(agent),
                Err(fault) if fault.is_passing() => return Err(fault),
                _ => {}
            }
        }
        agents.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(agents)
    }

    async fn agent_file(&self, repo: &RepoName, folder: [&str; 6], name: String) -> Result<Option<CustomAgent>, Fault> {
        let mut path = folder.to_vec();
        path.push(&name);
        let op = Op::one(format!("read a custom agent of {repo}"), Need::ReadContents);
        let request = Request::get(op, Zone::Rest, self.url(&path)?).shape(Shape::File);
        let answer = self.http.send(&request).await?;
        Ok(front_matter::agent(&name, &String::from_utf8_lossy(&answer.body)))
    }
}
