//! The shapes that stand inside many answers: people, repositories, commits.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::super::world::clock::DAY;
use super::super::world::core::{Person, World};

/// GitHub's own form of node ids: a prefix and the packed list `[0, …]`.
pub fn node_id(prefix: &str, parts: &[i64]) -> String {
    let mut packed = vec![0x90 + u8::try_from(parts.len() + 1).unwrap_or(0), 0];
    for part in parts {
        pack(*part, &mut packed);
    }
    format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(packed))
}

/// The shortest `MessagePack` form of a number that is not negative.
fn pack(number: i64, out: &mut Vec<u8>) {
    let number = number.max(0).unsigned_abs();
    match (u8::try_from(number), u16::try_from(number), u32::try_from(number)) {
        (Ok(small), ..) if small < 0x80 => out.push(small),
        (Ok(small), ..) => out.extend([0xcc, small]),
        (_, Ok(middle), _) => {
            out.push(0xcd);
            out.extend(middle.to_be_bytes());
        }
        (.., Ok(large)) => {
            out.push(0xce);
            out.extend(large.to_be_bytes());
        }
        _ => {
            out.push(0xcf);
            out.extend(number.to_be_bytes());
        }
    }
}

pub fn user_by_id(world: &World, api: &str, id: i64) -> Value {
    world.person(id).map_or(Value::Null, |person| user(api, person))
}

pub fn user(api: &str, person: &Person) -> Value {
    let Person { login, id, kind, .. } = person;
    let url = format!("{api}/users/{}", super::super::http::encode(login));
    let prefix = match *kind {
        "Bot" => "BOT",
        "Organization" => "O",
        _ => "U",
    };
    json!({
        "login": login,
        "id": id,
        "node_id": node_id(prefix, &[*id]),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
        "gravatar_id": "",
        "url": url,
        "html_url": format!("https://github.com/{}", login.trim_end_matches("[bot]")),
        "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"),
        "received_events_url": format!("{url}/received_events"),
        "type": kind,
        "user_view_type": "public",
        "site_admin": false,
    })
}

/// The addresses every repository answer carries: key and what follows the repository's own address.
const REPO_URLS: &[(&str, &str)] = &[
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
];

/// The short form, as it stands inside runs and statuses.
pub fn minimal_repo(world: &World, api: &str, repo: usize) -> Value {
    let Some(entry) = world.repos.get(repo) else { return Value::Null };
    let full = entry.name.as_str();
    let url = format!("{api}/repos/{full}");
    let mut out = Map::new();
    for (key, tail) in REPO_URLS {
        out.insert((*key).to_owned(), format!("{url}{tail}").into());
    }
    let owner = world.owner_of(repo).map_or(Value::Null, |owner| user(api, owner));
    let plain = json!({
        "id": entry.id,
        "node_id": node_id("R", &[entry.id]),
        "name": entry.name.name(),
        "full_name": full,
        "owner": owner,
        "private": !entry.public,
        "html_url": format!("https://github.com/{full}"),
        "description": entry.about,
        "fork": false,
        "url": url,
    });
    merge(out, plain)
}

/// The long form.
pub fn full_repo(world: &World, api: &str, repo: usize) -> Value {
    let Value::Object(short) = minimal_repo(world, api, repo) else { return Value::Null };
    let Some(entry) = world.repos.get(repo) else { return Value::Null };
    let full = entry.name.as_str();
    let open_pulls = world
        .pulls
        .iter()
        .filter(|pull| pull.repo == repo && pull.is_seen(world.now) && pull.closed_at(world.now).is_none());
    let open_issues =
        world.issues.iter().filter(|issue| issue.repo == repo && issue.created <= world.now && issue.closed.is_none());
    let open = open_pulls.count() + open_issues.count();
    let long = json!({
        "git_url": format!("git://github.com/{full}.git"),
        "ssh_url": format!("git@github.com:{full}.git"),
        "clone_url": format!("https://github.com/{full}.git"),
        "svn_url": format!("https://github.com/{full}"),
        "mirror_url": null,
        "homepage": null,
        "language": entry.language,
        "license": null,
        "forks": 0,
        "forks_count": 0,
        "stargazers_count": 12,
        "watchers": 12,
        "watchers_count": 12,
        "size": 48_211,
        "default_branch": entry.default_branch,
        "open_issues": open,
        "open_issues_count": open,
        "has_issues": true,
        "has_projects": false,
        "has_wiki": false,
        "has_pages": false,
        "has_downloads": true,
        "has_discussions": false,
        "archived": entry.archived,
        "disabled": false,
        "visibility": if entry.public { "public" } else { "private" },
        "pushed_at": world.clock.stamp(-DAY / 3),
        "created_at": world.clock.stamp(-900 * DAY),
        "updated_at": world.clock.stamp(-DAY / 3),
        "subscribers_count": 9,
        "network_count": 0,
        "permissions": { "admin": false, "maintain": false, "push": true, "triage": true, "pull": true },
    });
    merge(short, long)
}

pub fn merge(mut into: Map<String, Value>, from: Value) -> Value {
    if let Value::Object(from) = from {
        into.extend(from);
    }
    Value::Object(into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_ids_are_packed_as_github_packs_them() {
        assert_eq!(node_id("PR", &[1000, 2000]), "PR_kwDNA-jNB9A");
        assert_eq!(node_id("PR", &[1000, 2001]), "PR_kwDNA-jNB9E");
        assert_eq!(node_id("PR", &[1000, 3000]), "PR_kwDNA-jNC7g");
        assert_eq!(node_id("U", &[1]), "U_kgAB");
        assert_eq!(node_id("BOT", &[175_728_472]), "BOT_kgDOCnlnWA");
    }
}
