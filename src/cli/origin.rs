//! Which repository the current directory is a checkout of: the `origin` remote, read from git's own files. No program is
//! run, and a checkout of another host is none of ours.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::domain::RepoName;

/// A git file larger than this is not read.
const MAX_FILE: u64 = 1024 * 1024;

/// The repository of the checkout that holds `directory`, if its `origin` is on `host`.
pub fn repo_of_checkout(directory: &Path, host: &str) -> Option<RepoName> {
    let git = directory.ancestors().find_map(git_dir)?;
    let url = origin_url(&read(&common_dir(&git).join("config"))?)?;
    repo_of_url(&url, host)
}

/// The root of the checkout that holds `directory`.
pub fn checkout(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().find(|directory| git_dir(directory).is_some()).map(Path::to_path_buf)
}

/// `.git` is the directory itself, or in worktrees and submodules a file that names it.
fn git_dir(directory: &Path) -> Option<PathBuf> {
    let dot_git = directory.join(".git");
    if dot_git.is_dir() {
        return Some(dot_git);
    }
    let text = read(&dot_git)?;
    Some(directory.join(text.strip_prefix("gitdir:")?.trim()))
}

/// A worktree keeps its own head elsewhere but shares the configuration.
fn common_dir(git: &Path) -> PathBuf {
    read(&git.join("commondir")).map_or_else(|| git.to_path_buf(), |text| git.join(text.trim()))
}

fn read(file: &Path) -> Option<String> {
    if !file.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(file).ok()?.take(MAX_FILE).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first `url` under `[remote "origin"]`, as git itself reads it.
pub fn origin_url(config: &str) -> Option<String> {
    let mut in_origin = false;
    let mut lines = config.lines();
    while let Some(line) = lines.next() {
        let mut line = line.trim().to_owned();
        while line.ends_with('\\') && !line.starts_with(['#', ';']) {
            line.pop();
            let Some(next) = lines.next() else { break };
            line.push_str(next.trim());
        }
        let mut rest = line.as_str();
        if let Some((header, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            in_origin = is_origin(header);
            rest = after.trim();
        }
        if in_origin
            && let Some((name, value)) = rest.split_once('=')
            && name.trim().eq_ignore_ascii_case("url")
        {
            return Some(unquote(value.trim())).filter(|url| !url.is_empty());
        }
    }
    None
}

fn is_origin(header: &str) -> bool {
    let mut words = header.splitn(2, [' ', '\t']);
    let section = words.next().unwrap_or_default();
    section.eq_ignore_ascii_case("remote") && words.next().map(str::trim) == Some("\"origin\"")
}

/// Quotes and escapes undone, a comment dropped.
fn unquote(value: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' => out.extend(chars.next()),
            '#' | ';' if !quoted => break,
            _ => out.push(c),
        }
    }
    out.trim_end().to_owned()
}

/// `https://host/owner/name(.git)`, `ssh://git@host(:port)/owner/name`, `git@host:owner/name`. The host must be this one
/// exactly: what merely looks like it is another.
pub fn repo_of_url(url: &str, host: &str) -> Option<RepoName> {
    let (authority, path) = match url.split_once("://") {
        Some((scheme, rest)) => {
            let known = ["https", "http", "ssh", "git", "git+ssh"];
            known.iter().find(|known| scheme.eq_ignore_ascii_case(known))?;
            let (authority, path) = rest.split_once('/')?;
            let (authority, port) = split_port(authority);
            if port.is_some_and(|port| port.parse::<u16>().is_err()) {
                return None;
            }
            (authority, path)
        }
        // The form of scp; a slash before the colon would make it a path.
        None => url.split_once(':').filter(|(before, _)| !before.contains('/'))?,
    };
    let found = authority.rsplit('@').next().unwrap_or_default();
    // GitHub's ssh server for networks that block port 22.
    let same = found.eq_ignore_ascii_case(host) || found.eq_ignore_ascii_case(&format!("ssh.{host}"));
    if !same {
        return None;
    }
    let path = path.trim_start_matches('/').trim_end_matches('/');
    path.strip_suffix(".git").unwrap_or(path).parse().ok()
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        // The colon of `user:password@host` is not that of a port.
        Some((before, port)) if !port.contains('@') => (before, Some(port)),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(url: &str, host: &str) -> Option<String> {
        repo_of_url(url, host).map(|repo| repo.to_string())
    }

    #[test]
    fn every_way_to_write_a_remote_leads_to_the_repository() {
        for url in [
            "https://github.com/acme/billing",
            "https://github.com/acme/billing.git",
            "https://github.com/acme/billing/",
            "https://mona@github.com/acme/billing.git",
            "https://mona:secret@github.com/acme/billing.git",
            "https://x-access-token:secret@github.com:443/acme/billing",
            "HTTPS://GitHub.com/acme/billing",
            "ssh://git@github.com/acme/billing.git",
            "ssh://git@github.com:22/acme/billing.git",
            "ssh://git@ssh.github.com:443/acme/billing.git",
            "git@github.com:acme/billing.git",
            "git@github.com:/acme/billing.git",
            "github.com:acme/billing",
            "git://github.com/acme/billing.git",
        ] {
            assert_eq!(name(url, "github.com").as_deref(), Some("acme/billing"), "{url}");
        }
        assert_eq!(name("git@acme.ghe.com:a/b.js.git", "acme.ghe.com").as_deref(), Some("a/b.js"));
    }

    #[test]
    fn another_host_or_no_repository_is_nothing() {
        for url in [
            "https://gitlab.com/acme/billing",
            "https://github.com.evil/acme/billing",
            "https://evilgithub.com/acme/billing",
            "https://github.com@evil.example/acme/billing",
            "git@github.com-work:acme/billing.git",
            "https://github.com/acme",
            "https://github.com/acme/billing/tree/main",
            "https://github.com/../billing",
            "https://github.com:x/acme/billing",
            "/srv/git/github.com:acme/billing.git",
            "../github.com/acme/billing",
            "file://github.com/acme/billing",
            "C:\\src\\billing",
            "",
        ] {
            assert_eq!(name(url, "github.com"), None, "{url}");
        }
    }

    #[test]
    fn the_config_is_read_as_git_reads_it() {
        for (config, url) in [
            ("[remote \"origin\"]\n\turl = git@github.com:a/b\n", Some("git@github.com:a/b")),
            ("[remote \"upstream\"]\nurl = x\n[remote \"origin\"]\nfetch = +refs\nurl = y", Some("y")),
            ("[Remote \"origin\"]\r\n  URL=z \r\n", Some("z")),
            ("[remote \"origin\"] url = one-line", Some("one-line")),
            ("[remote \"origin\"]\n# url = no\n; url = no\nurl = yes # why", Some("yes")),
            ("[remote \"origin\"]\nurl = \"a # b\" ; c", Some("a # b")),
            ("[remote \"origin\"]\nurl = a\\\n  b", Some("ab")),
            ("[remote \"origin\"]\npushurl = no\nurl = first\nurl = second", Some("first")),
            ("[remote \"Origin\"]\nurl = no", None),
            ("[remote]\nurl = no", None),
            ("[remote \"origin\"]\nurl =\n", None),
            ("[remote \"origin\"]\nfetch = x\n[branch \"main\"]\nurl = no", None),
        ] {
            assert_eq!(origin_url(config).as_deref(), url, "{config}");
        }
    }

    const CONFIG: &str = "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = git@github.com:acme/billing.git\n";

    #[test]
    fn a_checkout_is_found_from_anywhere_inside_it() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("src/deep");
        fs::create_dir_all(&deep).unwrap();
        assert_eq!(repo_of_checkout(&deep, "github.com"), None);
        fs::create_dir(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join(".git/config"), CONFIG).unwrap();
        assert_eq!(repo_of_checkout(&deep, "github.com").unwrap().as_str(), "acme/billing");
        assert_eq!(repo_of_checkout(&deep, "acme.ghe.com"), None);
    }

    #[test]
    fn a_worktree_and_a_submodule_lead_to_their_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let (git, tree, module) =
            (folder.path().join("main/.git"), folder.path().join("tree"), folder.path().join("main/sub"));
        for dir in [&git.join("worktrees/tree"), &git.join("modules/sub"), &tree, &module] {
            fs::create_dir_all(dir).unwrap();
        }
        fs::write(git.join("config"), CONFIG).unwrap();
        fs::write(git.join("worktrees/tree/commondir"), "../..\n").unwrap();
        fs::write(tree.join(".git"), format!("gitdir: {}\n", git.join("worktrees/tree").display())).unwrap();
        assert_eq!(repo_of_checkout(&tree, "github.com").unwrap().as_str(), "acme/billing");
        fs::write(git.join("modules/sub/config"), CONFIG.replace("billing", "sub")).unwrap();
        fs::write(module.join(".git"), "gitdir: ../.git/modules/sub\n").unwrap();
        assert_eq!(repo_of_checkout(&module, "github.com").unwrap().as_str(), "acme/sub");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(config in "(?s).{0,300}", url in "(?s).{0,80}") {
            let _ = origin_url(&config);
            let _ = origin_url(&format!("[remote \"origin\"]{config}"));
            let _ = repo_of_url(&url, "github.com");
        }

        #[test]
        fn a_valid_remote_is_found_among_anything_else(
            owner in "[a-zA-Z0-9-]{1,20}",
            repo in "[a-zA-Z0-9][a-zA-Z0-9_-]{0,20}",
            others in proptest::collection::vec("[a-z]{1,8}", 0..4),
            form in 0..3_usize,
        ) {
            let form = ["https://github.com/", "git@github.com:", "ssh://git@github.com:22/"][form];
            let mut config = String::new();
            for other in others {
                config.push_str(&format!("[remote \"x{other}\"]\n\turl = https://github.com/other/{other}\n"));
            }
            config.push_str(&format!("[remote \"origin\"]\n\tfetch = x\n\turl = {form}{owner}/{repo}.git\n[branch \"m\"]\n\turl = no\n"));
            let found = origin_url(&config).and_then(|url| repo_of_url(&url, "github.com"));
            prop_assert_eq!(found.map(|repo| repo.to_string()), Some(format!("{owner}/{repo}")));
        }

        #[test]
        fn no_text_leads_to_a_repository_of_another_host(host in "[a-z.@-]{1,16}", path in "[a-z]{1,5}/[a-z]{1,5}") {
            prop_assume!(!["github.com", "ssh.github.com"].contains(&host.rsplit('@').next().unwrap_or_default()));
            for url in [format!("https://{host}/{path}"), format!("git@{host}:{path}"), format!("ssh://{host}/{path}")] {
                prop_assert_eq!(repo_of_url(&url, "github.com"), None, "{}", url);
            }
        }
    }
}
