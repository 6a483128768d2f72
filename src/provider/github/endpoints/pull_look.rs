//! What is read of one pull request alone: its files, the owners file of its base, its diff, whether an agent may merge it.

use serde_json::Value;

use super::super::client::GitHub;
use super::super::http::{DIFF_BYTES, Need, Op, Request, Shape, Zone};
use super::super::wire::changed_file::File;
use super::super::wire::lenient;
use super::paging::next_page;
use crate::domain::codeowners::{Codeowners, MOST_BYTES};
use crate::domain::pull_look::{AgentMerge, ChangedFile, ChangedFiles, OwnersFile};
use crate::domain::{Fault, FaultKind, PullDiff, RepoName};
use crate::provider::port::{Fetched, Validator};
use crate::text::Untrusted;

/// GitHub lists the first three thousand files of a pull request, a hundred a page.
const FILE_PAGES: usize = 30;

/// Where an owners file may lie; the first that is there counts.
const OWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

impl GitHub {
    /// As many as the service lists. Only a list of one page can be proved to be the same.
    pub(in super::super) async fn files_of_pull(
        &self,
        repo: &RepoName,
        number: u64,
        known: Option<Validator>,
    ) -> Result<Fetched<ChangedFiles>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "pulls", &number.to_string(), "files"])?;
        url.query_pairs_mut().append_pair("per_page", "100");
        let op = Op::one(format!("list the files of {repo}#{number}"), Need::ReadPulls);
        let mut request = Request::get(op, Zone::Rest, url).validator(known);
        let mut all = ChangedFiles::default();
        let mut validator = None;
        for page in 0..FILE_PAGES {
            let answer = self.http.send(&request).await?;
            if answer.status == 304 {
                return Ok(Fetched::Same);
            }
            let body = answer.json().map_err(|what| self.http.unreadable(&request, &what).fault)?;
            let (files, bad) = lenient::many::<File>(self.list_in(&request, body, None)?);
            all.files.extend(files.into_iter().map(ChangedFile::from));
            all.more |= bad > 0;
            let Some(next) = next_page(&request, &answer) else {
                if page == 0 {
                    validator = self.http.validator(&request, &answer);
                }
                return Ok(Fetched::New { value: all, validator });
            };
            request = self.page_request(request.op, &next)?;
        }
        all.more = true;
        Ok(Fetched::New { value: all, validator })
    }

    /// With a proof only the file that was found is asked for again.
    pub(in super::super) async fn owners_of_branch(
        &self,
        repo: &RepoName,
        branch: &Untrusted,
        known: Option<Validator>,
    ) -> Result<Fetched<Option<OwnersFile>>, Fault> {
        let known = known.as_ref().and_then(|known| known.tag()?.raw_for_match().split_once('\t'));
        if let Some((path, tag)) = known
            && let Some(path) = OWNERS.into_iter().find(|of| *of == path)
        {
            match self.owners_at(repo, branch, path, Some(Validator::Tag(tag.into()))).await? {
                Some(Fetched::New { value, validator }) => return Ok(Fetched::New { value: Some(value), validator }),
                Some(Fetched::Same) => return Ok(Fetched::Same),
                None => {}
            }
        }
        for path in OWNERS {
            if let Some(Fetched::New { value, validator }) = self.owners_at(repo, branch, path, None).await? {
                return Ok(Fetched::New { value: Some(value), validator });
            }
        }
        Ok(Fetched::New { value: None, validator: None })
    }

    /// `None`: there is no such file.
    async fn owners_at(
        &self,
        repo: &RepoName,
        branch: &Untrusted,
        path: &'static str,
        known: Option<Validator>,
    ) -> Result<Option<Fetched<OwnersFile>>, Fault> {
        let mut segments = vec!["repos", repo.owner(), repo.name(), "contents"];
        segments.extend(path.split('/'));
        let mut url = self.url(&segments)?;
        url.query_pairs_mut().append_pair("ref", branch.raw_for_wire());
        let op = Op::one(format!("read {path} of {repo}"), Need::ReadContents);
        let request = Request::get(op, Zone::Rest, url).shape(Shape::File).validator(known).also(&[404]);
        let answer = self.http.send(&request).await?;
        match answer.status {
            404 => return Ok(None),
            304 => return Ok(Some(Fetched::Same)),
            _ => {}
        }
        if answer.body.len() > MOST_BYTES {
            let what = format!("{path} of {repo} is larger than 3 MB: GitHub takes no notice of it");
            return Err(Fault::new(FaultKind::TooLarge, what, "make it smaller"));
        }
        let rules = Codeowners::parse(&String::from_utf8_lossy(&answer.body));
        let validator = self.http.validator(&request, &answer);
        let of_path = |tag: &Untrusted| Validator::Tag(format!("{path}\t{}", tag.raw_for_wire()).into());
        let validator = validator.as_ref().and_then(Validator::tag).map(of_path);
        Ok(Some(Fetched::New { value: OwnersFile { path, rules }, validator }))
    }

    /// The first four megabytes. The service makes none where there are more than 300 files or 20,000 lines.
    pub(in super::super) async fn diff_of_pull(&self, repo: &RepoName, number: u64) -> Result<PullDiff, Fault> {
        let url = self.url(&["repos", repo.owner(), repo.name(), "pulls", &number.to_string()])?;
        let op = Op::one(format!("read the diff of {repo}#{number}"), Need::ReadPulls);
        let request = Request::get(op, Zone::Rest, url).shape(Shape::Diff).also(&[406]);
        let answer = self.http.send(&request).await?;
        if answer.status == 406 {
            let what = format!("GitHub makes no diff of {repo}#{number}: it is too large for one");
            return Err(Fault::new(FaultKind::TooLarge, what, "look at its files: they are listed on its page"));
        }
        Ok(PullDiff { cut: answer.body.len() >= DIFF_BYTES, text: Untrusted::from_bytes(&answer.body) })
    }

    /// Read only, and rolled out to few: where it is not there, nothing is said.
    pub(in super::super) async fn agent_merge_of(
        &self,
        repo: &RepoName,
        number: u64,
    ) -> Result<Option<AgentMerge>, Fault> {
        let number = number.to_string();
        let url = self.url(&["agents", "repos", repo.owner(), repo.name(), "pulls", &number, "agent-merge"])?;
        let op = Op::one(format!("read whether an agent may merge {repo}#{number}"), Need::ReadTasks);
        let request = Request::get(op, Zone::Rest, url).also(&[404]);
        let answer = self.http.send(&request).await?;
        if answer.status != 200 {
            return Ok(None);
        }
        let body = answer.json().map_err(|what| self.http.unreadable(&request, &what).fault)?;
        let allowed = body.get("allowed_actions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(Some(AgentMerge { allowed: allowed.iter().filter_map(Value::as_str).map(Untrusted::from).collect() }))
    }
}
