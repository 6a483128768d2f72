//! Reading the file. Whatever is wrong with it closes the gate; only that it is not there leaves the defaults.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::read::read;
use crate::config::problem::Problem;
use crate::config::{Config, Paths};
use crate::domain::policy::{Broken, InForce, Policy, Whence};
use crate::text::Safe;

/// A larger file is no policy.
const LARGEST: u64 = 256 * 1024;
/// A screen of problems is enough to begin with.
const MOST_PROBLEMS: usize = 100;

/// Where the policy is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    pub path: PathBuf,
    /// It was asked for by name: that it is not there closes the gate.
    pub named: bool,
}

impl PolicyFile {
    pub fn find(config: &Config, paths: &Paths) -> Self {
        Self { path: paths.policy(config), named: config.policy_file.is_some() }
    }
}

/// Reads the file as it is now.
pub fn load(file: &PolicyFile) -> InForce {
    load_or(file, &Policy::default())
}

/// The same with a policy of the caller's own where there is no file.
pub fn load_or(file: &PolicyFile, otherwise: &Policy) -> InForce {
    let path = Safe::new(file.path.display().to_string());
    match bytes(&file.path) {
        Ok(Some(bytes)) => InForce {
            policy: parse(&file.path, &bytes),
            whence: Whence::File { path },
            hash: Some(Sha256::digest(&bytes).into()),
        },
        Ok(None) if !file.named => {
            InForce { policy: Ok(otherwise.clone()), whence: Whence::Defaults { looked_at: path }, hash: None }
        }
        Ok(None) => closed(path, vec![Problem::new(place(&file.path), Some("policy_file"), "there is no such file")]),
        Err(why) => closed(path, vec![Problem::new(place(&file.path), None, why)]),
    }
}

fn closed(path: Safe, problems: Vec<Problem>) -> InForce {
    InForce { policy: Err(broken(problems)), whence: Whence::File { path }, hash: None }
}

fn place(path: &Path) -> String {
    path.display().to_string()
}

fn broken(problems: Vec<Problem>) -> Broken {
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    let mut problems: Vec<Safe> =
        problems.into_iter().take(MOST_PROBLEMS).map(|problem| Safe::new(problem.to_string())).collect();
    if more > 0 {
        problems.push(Safe::new(format!("and {more} more")));
    }
    Broken { problems }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Policy, Broken> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = error.valid_up_to();
        let text = String::from_utf8_lossy(bytes.get(..good).unwrap_or_default()).into_owned();
        broken(vec![Problem::at(path, &text, text.len(), None, "is not UTF-8 text")])
    })?;
    read(text).map_err(|wrong| {
        let problem = |wrong: crate::config::rows::WrongAt| {
            Problem::at(path, text, wrong.byte, Some(wrong.key.as_str()).filter(|key| !key.is_empty()), wrong.what)
        };
        broken(wrong.into_iter().map(problem).collect())
    })
}

/// `None`: there is nothing of this name. A link that leads nowhere is something.
fn bytes(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    match std::fs::symlink_metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(_) => {}
    }
    // What is no file may never end, or wait for a writer already when it is opened.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is no file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("is larger than {} KiB", LARGEST / 1024));
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::super::docs;
    use super::*;
    use crate::domain::policy::{Key, Rule, Says};

    fn parsed(text: &str) -> Result<Policy, Vec<String>> {
        let parsed = parse(Path::new("policy.toml"), text.as_bytes());
        parsed.map_err(|broken| broken.problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_rule_says_what_it_says_and_the_defaults_the_rest() {
        let text = "[all]\nactive = 5\n[everywhere]\nopen_pulls = 4\n[[rule]]\nid = \"api\"\nrepos = [\"acme/api\", \
                    \"acme/web-*\"]\nmodels = [\"claude-*\"]\nreason_beyond = [\"active\"]\n";
        let policy = parsed(text).unwrap();
        let mut expected = Policy::default();
        expected.all.insert(0, Rule::everywhere("all", Says { active: Some(5), ..Says::default() }));
        expected.everywhere.insert(0, Rule::everywhere("everywhere", Says { open_pulls: Some(4), ..Says::default() }));
        assert_eq!((&policy.all, &policy.everywhere), (&expected.all, &expected.everywhere));
        let rule = &policy.rules[0];
        assert_eq!((rule.id.as_str(), rule.repos.len()), ("api", 2));
        assert_eq!(rule.says.reason_beyond, Some(vec![Key::Active]));
        assert_eq!(parsed("").unwrap(), Policy::default());
    }

    #[test]
    fn all_problems_are_named_at_once_with_line_column_and_key() {
        let text = "[all]\nwho = [\"mona\"]\nactve = 3\n[[rule]]\nid = \"all\"\nrepos = [\"acme\"]\nactive = \"3\"\n\
                    [[rule]]\nrepos = []\nopen_pulls = 1\n[rules]\nx = 1\n";
        insta::assert_snapshot!(parsed(text).unwrap_err().join("\n"));
    }

    #[test]
    fn two_rules_never_say_it_for_the_same_name() {
        let rule = |id: &str, repo: &str| format!("[[rule]]\nid = \"{id}\"\nrepos = [\"{repo}\"]\nactive = 1\n");
        assert!(parsed(&(rule("a", "acme/*") + &rule("b", "acme/api"))).is_ok());
        let same = parsed(&(rule("a", "acme/*") + &rule("b", "Acme/*"))).unwrap_err();
        assert!(same[0].contains("policy.toml:7:") && same[0].contains("rule `a` already"), "{same:?}");
        let id = parsed(&(rule("a", "acme/*") + &rule("a", "acme/api"))).unwrap_err();
        assert!(id[0].contains("there is a rule `a` already"), "{id:?}");
    }

    #[test]
    fn a_rule_that_says_nothing_is_a_mistake() {
        let nothing = parsed("[[rule]]\nid = \"a\"\nrepos = [\"acme/api\"]\n").unwrap_err();
        assert!(nothing[0].contains("says nothing"), "{nothing:?}");
    }

    #[test]
    fn the_example_is_a_policy_and_its_defaults_are_those_of_the_program() {
        let policy = parsed(&docs::example()).unwrap();
        let built_in = Policy::default();
        let repo = "acme/api".parse().unwrap();
        for key in Key::LIMITS {
            let said = |rules: &[&Rule]| rules.iter().find_map(|rule| rule.says.limit(key));
            assert_eq!(said(&policy.for_repo(&repo)), said(&built_in.for_repo(&repo)), "{}", key.word());
            assert_eq!(said(&policy.for_all()), said(&built_in.for_all()), "{}", key.word());
        }
        assert_eq!(policy.everywhere[0].says.reason_beyond, built_in.everywhere[0].says.reason_beyond);
        let commented: String = docs::example()
            .lines()
            .map(|line| line.strip_prefix('#').filter(|l| !l.starts_with(' ')).unwrap_or(line).to_owned() + "\n")
            .collect();
        parsed(&commented).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_a_file_that_is_not_there_leaves_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        let file = PolicyFile { path: path.clone(), named: false };
        assert_eq!(load(&file).policy, Ok(Policy::default()));
        std::os::unix::fs::symlink(folder.path().join("gone"), &path).unwrap();
        assert!(load(&file).policy.is_err(), "a link that leads nowhere");
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, vec![b'#'; 300 * 1024]).unwrap();
        assert!(load(&file).policy.unwrap_err().problems[0].contains("larger"));
    }
}
