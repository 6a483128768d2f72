//! The head of a custom agent file: enough YAML for the few keys that matter, nothing that could fail the rest.

use crate::domain::agents::CustomAgent;

/// The agent a file describes, if cloud tasks may use it. `file`: its name, such as `fixer.agent.md`.
pub fn agent(file: &str, text: &str) -> Option<CustomAgent> {
    let id = file.strip_suffix(".agent.md").or_else(|| file.strip_suffix(".md")).filter(|id| !id.is_empty())?;
    let head = head(text)?;
    let target = value(head, "target");
    let fits = target.as_deref().is_none_or(|target| target.is_empty() || target == "github-copilot");
    let invocable = value(head, "user-invocable").is_none_or(|word| !word.eq_ignore_ascii_case("false"));
    let description = value(head, "description").unwrap_or_default();
    (fits && invocable).then(|| CustomAgent { id: id.into(), description: description.into() })
}

/// What stands between the first two `---` lines.
fn head(text: &str) -> Option<&str> {
    let text = text.trim_start_matches('\u{feff}');
    let rest = text.strip_prefix("---")?;
    let start = rest.find('\n')? + 1;
    let body = rest.get(start..)?;
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return body.get(..at);
        }
        at += line.len();
    }
    None
}

/// A top-level key's value on one line; a folded or literal block and continuation lines are joined by spaces.
fn value(head: &str, key: &str) -> Option<String> {
    let mut lines = head.lines();
    let first = lines.find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix(':'))?.trim();
    let block = matches!(first.chars().next(), Some('>' | '|'));
    let mut parts: Vec<&str> = if block { Vec::new() } else { vec![first] };
    for line in lines.take_while(|line| line.starts_with([' ', '\t']) || line.trim().is_empty()) {
        parts.push(line.trim());
    }
    let joined = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    Some(unquoted(&joined))
}

fn unquoted(text: &str) -> String {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.rfind(quote).and_then(|end| rest.get(..end)))
        {
            return if quote == '"' { inner.replace("\\\"", "\"") } else { inner.replace("''", "'") };
        }
    }
    text.split_once(" #").map_or(text, |(value, _)| value).trim().to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn described(head: &str) -> Option<String> {
        let agent = agent("fixer.agent.md", &format!("---\n{head}\n---\nbody\n"))?;
        assert_eq!(agent.id.raw_for_match(), "fixer");
        Some(agent.description.raw_for_match().to_owned())
    }

    #[test]
    fn a_description_is_read_in_every_usual_form() {
        for head in [
            "description: Fixes tests: all of them",
            "name: x\ndescription:   \"Fixes tests: all of them\"  ",
            "description: 'Fixes tests: all of them' # why",
            "description: >\n  Fixes tests:\n  all of them\nmodel: y",
            "description: |-\n  Fixes tests:\n\n  all of them",
            "description: Fixes tests:\n  all of them",
            "description: Fixes tests: all of them # why",
        ] {
            assert_eq!(described(head).as_deref(), Some("Fixes tests: all of them"), "{head}");
        }
    }

    #[test]
    fn only_agents_a_cloud_task_may_use_are_offered() {
        assert!(described("description: x\ntarget: github-copilot").is_some());
        assert!(described("description: x\ntarget: vscode").is_none());
        assert!(described("description: x\nuser-invocable: false").is_none());
        assert!(described("description: x\nuser-invocable: true").is_some());
        assert!(agent("README.txt", "---\ndescription: x\n---\n").is_none());
        assert!(agent("x.md", "no head at all").is_none());
        assert!(agent("x.md", "---\ndescription: never closed").is_none());
        assert_eq!(agent("y.md", "---\r\ndescription: x\r\n---\r\n").unwrap().id.raw_for_match(), "y");
    }
}
