//! What a tool call is to the reader: by the tool's name and its arguments an entry of a kind, and what its result adds.
//!
//! Source of the names and arguments: the session logs themselves and the first-party clients that render them. The
//! words are our own.

use std::borrow::Cow;

use serde_json::Value;

use super::arguments::Arguments;
use super::diff;
use super::entry::{Command, Entry, Kind};
use crate::text::Untrusted;

/// The line a shell result ends with.
const EXIT: &str = "<exited with exit code ";
/// Where the agent's machine keeps the checkout; owner and repository follow.
const ROOTS: [&str; 2] = ["/home/runner/work/", "/tmp/workspace/"];

/// The kind of a call that was made. `arguments`: JSON, or what should have been that.
pub(super) fn call(name: &str, arguments: &str) -> Kind {
    let Some(arguments) = Arguments::read(arguments) else {
        return match name {
            // Newer agents hand the patch over as it is.
            "apply_patch" if !arguments.trim().is_empty() => patch(arguments),
            "run_setup" | "run_custom_setup_step" => Kind::Setup { name: arguments.into(), output: None },
            _ => other(name, arguments.into()),
        };
    };
    known(name, arguments)
}

fn known(name: &str, mut arguments: Arguments<'_>) -> Kind {
    match name {
        "run_setup" | "run_custom_setup_step" => Kind::Setup { name: arguments.text(&["name"]), output: None },
        "bash" | "powershell" | "async_bash" | "local_shell" if arguments.has("command") => Kind::Command(Command {
            command: arguments.text(&["command"]),
            description: arguments.optional(&["description"]),
            output: None,
            exit: None,
        }),
        "view" if arguments.has("path") => view(&mut arguments),
        "create" if arguments.has("path") => create(&mut arguments),
        "edit" | "str_replace" | "insert" if arguments.has("path") => edit(&mut arguments),
        "str_replace_editor" if arguments.has("path") => match arguments.peek("command") {
            "view" => view(&mut arguments),
            "create" => create(&mut arguments),
            _ => edit(&mut arguments),
        },
        "apply_patch" if arguments.has("input") || arguments.has("patch") => {
            patch(arguments.text(&["input", "patch"]).raw_for_match())
        }
        "think" if arguments.has("thought") => Kind::Reasoning(arguments.text(&["thought"])),
        "report_progress" => Kind::Progress {
            title: arguments.text(&["commitMessage"]),
            body: arguments.text(&["prDescription"]),
            output: None,
        },
        "grep" | "rg" | "glob" | "search_code_subagent" | "web_search" | "tool_search_tool_regex"
            if arguments.has("pattern") || arguments.has("query") =>
        {
            search(&mut arguments)
        }
        _ => other(name, shown(arguments, name)),
    }
}

fn view(arguments: &mut Arguments<'_>) -> Kind {
    let bound = |list: &[Value], i: usize| list.get(i).and_then(Value::as_i64);
    let lines = arguments.list("view_range").and_then(|list| {
        let first = u32::try_from(bound(list, 0)?).ok()?;
        // −1 stands for the end of the file.
        Some((first, u32::try_from(bound(list, 1)?).unwrap_or(u32::MAX)))
    });
    Kind::View { path: short_path(arguments.peek("path")), lines, output: None }
}

fn create(arguments: &mut Arguments<'_>) -> Kind {
    let path = short_path(arguments.text(&["path"]).raw_for_match());
    let name = if arguments.has("file_text") { "file_text" } else { "content" };
    Kind::Edit(Box::new(diff::all_added(path, arguments.peek(name))))
}

fn edit(arguments: &mut Arguments<'_>) -> Kind {
    let path = short_path(arguments.text(&["path"]).raw_for_match());
    let new = if arguments.has("new_str") { "new_str" } else { "insert_text" };
    Kind::Edit(Box::new(diff::replaced(path, arguments.peek("old_str"), arguments.peek(new))))
}

fn patch(text: &str) -> Kind {
    Kind::Edit(Box::new(diff::patch(text, short_path)))
}

fn search(arguments: &mut Arguments<'_>) -> Kind {
    let query = arguments.text(&["pattern", "query"]);
    let place = arguments
        .optional(&["path"])
        .map(|path| short_path(path.raw_for_match()))
        .or_else(|| arguments.optional(&["glob"]));
    let query = match place {
        Some(place) => format!("{} in {}", query.raw_for_match(), place.raw_for_match()).into(),
        None => query,
    };
    Kind::Search { query, output: None }
}

pub(super) fn other(name: &str, input: Untrusted) -> Kind {
    Kind::Tool { name: name.into(), title: title(name), input, output: None }
}

/// Adds a result to its call.
pub(super) fn answer(entry: &mut Entry, result: Cow<'_, str>) {
    match &mut entry.kind {
        Kind::Command(command) => {
            let (output, exit) = split_exit(&result);
            let len = output.len();
            command.output = Some(beginning(result, len));
            command.exit = exit;
        }
        Kind::View { output, .. } => *output = Some(diff::contents(&result).unwrap_or_else(|| result.into()).into()),
        Kind::Edit(edit) => diff::answer(edit, &result),
        // The result of thinking is the thought.
        Kind::Reasoning(thought) => {
            if !thought.raw_for_match().trim_end().ends_with(result.trim()) {
                *thought = format!("{}\n\n{result}", thought.raw_for_match()).into();
            }
        }
        Kind::Tool { output, .. } => {
            let (inner, failed) = unwrap_tag(&result);
            entry.failed = failed;
            *output = Some(if inner.len() == result.len() { result.into_owned().into() } else { inner.into() });
        }
        Kind::Setup { output, .. } | Kind::Search { output, .. } | Kind::Progress { output, .. } => {
            *output = Some(result.into_owned().into());
        }
        Kind::Text(_) | Kind::Error(_) | Kind::User(_) | Kind::PullSummary { .. } | Kind::Line(_) | Kind::Broken(_) => {
        }
    }
}

/// The first bytes of a text, without copying one that is owned.
fn beginning(text: Cow<'_, str>, len: usize) -> Untrusted {
    match text {
        Cow::Borrowed(text) => text.get(..len).unwrap_or(text).into(),
        Cow::Owned(mut text) => {
            text.truncate(len);
            text.into()
        }
    }
}

/// What a text of the assistant is.
pub(super) fn said(text: &str) -> Kind {
    let trimmed = text.trim();
    if trimmed.starts_with("<pr_title>") {
        let title = between(trimmed, "<pr_title>", "</pr_title>").unwrap_or(trimmed);
        let body = between(trimmed, "<pr_description>", "</pr_description>").unwrap_or_default();
        return Kind::PullSummary { title: title.into(), body: body.into() };
    }
    match trimmed.strip_prefix("<error>") {
        Some(rest) => Kind::Error(rest.strip_suffix("</error>").unwrap_or(rest).trim().into()),
        None => Kind::Text(trimmed.into()),
    }
}

/// `<info>…</info>` and `<error>…</error>` round a whole result are marks, not words. True: it was an error.
fn unwrap_tag(result: &str) -> (&str, bool) {
    let trimmed = result.trim();
    for (tag, failed) in [("info", false), ("error", true)] {
        let inner = trimmed
            .strip_prefix('<')
            .and_then(|rest| rest.strip_prefix(tag)?.strip_prefix('>')?.strip_suffix('>')?.strip_suffix(tag))
            .and_then(|rest| rest.strip_suffix("</"));
        if let Some(inner) = inner {
            return (inner.trim(), failed);
        }
    }
    (result, false)
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end).map_or(rest, |(inner, _)| inner).trim())
}

/// The output and the exit code its last line tells.
fn split_exit(result: &str) -> (&str, Option<i32>) {
    let trimmed = result.trim_end();
    let last = trimmed.rfind('\n').map_or(0, |at| at + 1);
    let code = trimmed.get(last..).and_then(|line| line.trim().strip_prefix(EXIT)?.strip_suffix('>')?.parse().ok());
    match code {
        Some(code) => (trimmed.get(..last).unwrap_or_default().trim_end_matches(['\r', '\n']), Some(code)),
        None => (result, None),
    }
}

/// A path below the checkout without the way there; the checkout itself is `repository`.
pub(super) fn short_path(path: &str) -> Untrusted {
    match below_root(path) {
        Some("") => "repository".into(),
        Some(rest) => rest.into(),
        None => path.into(),
    }
}

fn below_root(path: &str) -> Option<&str> {
    let rest = ROOTS.iter().find_map(|root| path.strip_prefix(root))?;
    let (_owner, rest) = rest.split_once('/')?;
    Some(rest.split_once('/').map_or("", |(_repo, rest)| rest).trim_end_matches('/'))
}

/// A command without `cd <checkout> &&` before it: that is where every command runs.
pub(super) fn short_command(command: &str) -> &str {
    let stripped = command.strip_prefix("cd ").and_then(|rest| {
        let (folder, rest) = rest.split_once(" && ")?;
        (below_root(folder)?.is_empty() && !folder.contains(char::is_whitespace)).then_some(rest)
    });
    stripped.filter(|rest| !rest.trim().is_empty()).unwrap_or(command)
}

/// What to show of the arguments of a tool without a kind of its own: the one that says most, or all of them.
fn shown(mut arguments: Arguments<'_>, name: &str) -> Untrusted {
    let telling: &[&str] = match name {
        "report_intent" => &["intent"],
        "write_bash" | "write_powershell" => &["input"],
        "web_fetch" | "playwright-browser_navigate" => &["url"],
        "ask_user" => &["question", "prompt", "message"],
        "task" => &["description", "prompt"],
        "skill" => &["skill", "name"],
        "async_bash" => &["input"],
        "reply_to_comment" => &["reply", "comment"],
        "task_complete" | "exit_plan_mode" => &["summary", "plan"],
        "store_memory" => &["fact", "content"],
        "update_todo" => &["todos"],
        "sql" => &["query"],
        "show_file" => &["path"],
        _ => &[],
    };
    arguments.optional(telling).unwrap_or_else(|| arguments.whole())
}

/// Does a tool of this name change files. For logs that tell no more than the name.
pub(super) fn changes_files(name: &str) -> bool {
    matches!(name, "create" | "edit" | "str_replace" | "insert" | "str_replace_editor" | "apply_patch")
}

/// Does a tool of this name give back what a shell printed.
pub(super) fn reads_shell(name: &str) -> bool {
    matches!(name, "read_bash" | "read_powershell" | "read_async_bash" | "write_bash" | "write_powershell")
}

/// What we call a tool that has no kind of its own. Empty: we do not know it.
fn title(name: &str) -> &'static str {
    if let Some(action) = name.strip_prefix("playwright-browser_") {
        return browser_title(action);
    }
    if let Some(action) = name.strip_prefix("github-mcp-server-") {
        return github_title(action);
    }
    match name {
        "bash" | "powershell" | "local_shell" => "run a command",
        "async_bash" => "long-running shell",
        "write_bash" | "write_powershell" => "type into the shell",
        "read_bash" | "read_powershell" | "read_async_bash" => "read the shell",
        "stop_bash" | "stop_powershell" | "stop_async_bash" => "stop the shell",
        "list_bash" | "list_powershell" => "list the shells",
        "view" => "read a file",
        "create" | "edit" | "str_replace" | "insert" | "str_replace_editor" | "apply_patch" => "change a file",
        "grep" | "rg" | "glob" | "search_code_subagent" => "search the code",
        "think" => "think",
        "report_intent" => "intends to",
        "web_fetch" => "fetch a page",
        "web_search" => "search the web",
        "lsp" => "ask the language server",
        "sql" => "query a database",
        "skill" => "use a skill",
        "task" => "hand over to an agent",
        "list_agents" => "list the agents",
        "read_agent" => "read an agent",
        "write_agent" => "tell an agent",
        "ask_user" => "ask the user",
        "exit_plan_mode" => "present the plan",
        "task_complete" => "complete the task",
        "store_memory" => "remember",
        "show_file" => "show a file",
        "propose_work" => "propose work",
        "update_todo" => "update the to-do list",
        "create_pull_request" => "create a pull request",
        "mcp_reload" => "reload the MCP servers",
        "mcp_validate" => "check the MCP servers",
        "tool_search_tool_regex" => "look for a tool",
        "gh-advisory-database" => "check for advisories",
        "code_review" => "review the code",
        "parallel_validation" => "validate",
        "codeql_checker" => "scan with CodeQL",
        "fetch_copilot_cli_documentation" => "read the documentation",
        "runtime-tools-secret_scanning" => "scan for secrets",
        "reply_to_comment" => "reply to a comment",
        _ => "",
    }
}

fn browser_title(action: &str) -> &'static str {
    match action {
        "navigate" => "browser: open",
        "navigate_back" => "browser: back",
        "navigate_forward" => "browser: forward",
        "click" => "browser: click",
        "take_screenshot" => "browser: take a screenshot",
        "type" => "browser: type",
        "wait_for" => "browser: wait",
        "evaluate" => "browser: run a script",
        "snapshot" => "browser: take a snapshot",
        "resize" => "browser: resize",
        "close" => "browser: close",
        "press_key" => "browser: press a key",
        "select_option" => "browser: choose",
        "handle_dialog" => "browser: answer a dialog",
        "console_messages" => "browser: read the console",
        "drag" => "browser: drag",
        "file_upload" => "browser: upload a file",
        "hover" => "browser: hover",
        "network_requests" => "browser: list the requests",
        _ => "",
    }
}

fn github_title(action: &str) -> &'static str {
    match action {
        "get_file_contents" => "GitHub: read a file",
        "get_pull_request" => "GitHub: read a pull request",
        "get_issue" | "issue_read" => "GitHub: read an issue",
        "get_pull_request_files" => "GitHub: list a pull request's files",
        "list_pull_requests" => "GitHub: list pull requests",
        "list_branches" => "GitHub: list branches",
        "get_pull_request_diff" => "GitHub: read a pull request's diff",
        "get_pull_request_comments" => "GitHub: read a pull request's comments",
        "get_commit" => "GitHub: read a commit",
        "search_repositories" => "GitHub: search repositories",
        "search_code" => "GitHub: search code",
        "get_issue_comments" => "GitHub: read an issue's comments",
        "list_issues" => "GitHub: list issues",
        "search_pull_requests" => "GitHub: search pull requests",
        "list_commits" => "GitHub: list commits",
        "get_pull_request_status" => "GitHub: read a pull request's checks",
        "search_issues" => "GitHub: search issues",
        "get_pull_request_reviews" => "GitHub: read a pull request's reviews",
        "download_workflow_run_artifact" => "GitHub: download an artifact",
        "get_job_logs" => "GitHub: read a job's log",
        "get_workflow_run" => "GitHub: read a workflow run",
        "get_workflow_run_logs" => "GitHub: read a workflow run's logs",
        "get_workflow_run_usage" => "GitHub: read a workflow run's usage",
        "list_workflow_jobs" => "GitHub: list jobs",
        "list_workflow_run_artifacts" => "GitHub: list artifacts",
        "list_workflow_runs" => "GitHub: list workflow runs",
        "list_workflows" => "GitHub: list workflows",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_the_way_to_the_checkout() {
        for (path, short) in [
            ("/home/runner/work/api/api/src/main.rs", "src/main.rs"),
            ("/home/runner/work/api/api", "repository"),
            ("/home/runner/work/api/api/", "repository"),
            ("/tmp/workspace/acme/api/src/lib.rs", "src/lib.rs"),
            ("/tmp/workspace/acme", "/tmp/workspace/acme"),
            ("/etc/hosts", "/etc/hosts"),
            ("src/main.rs", "src/main.rs"),
        ] {
            assert_eq!(short_path(path).raw_for_match(), short, "{path}");
        }
        assert_eq!(short_command("cd /home/runner/work/api/api && cargo test"), "cargo test");
        assert_eq!(
            short_command("cd /home/runner/work/api/api/src && ls"),
            "cd /home/runner/work/api/api/src && ls",
            "another folder stays"
        );
        assert_eq!(short_command("cd /home/runner/work/api/api && "), "cd /home/runner/work/api/api && ");
    }

    #[test]
    fn the_exit_code_is_taken_from_the_last_line_alone() {
        assert_eq!(split_exit("a\nb\n<exited with exit code 101>"), ("a\nb", Some(101)));
        assert_eq!(split_exit("\n<exited with exit code 0>\n"), ("", Some(0)));
        assert_eq!(split_exit("<exited with exit code -9>"), ("", Some(-9)));
        for other in ["<exited with exit code 0>\nmore", "exited with exit code 0", "<exited with exit code x>", ""] {
            assert_eq!(split_exit(other), (other, None));
        }
    }

    #[test]
    fn broken_arguments_are_shown_as_they_came() {
        let Kind::Tool { title, input, .. } = call("bash", "{\"command\": \"ls") else { unreachable!("no command") };
        assert_eq!((title, input.raw_for_match()), ("run a command", "{\"command\": \"ls"));
        let Kind::Tool { input, .. } = call("bash", "{\"cmd\":1}") else { unreachable!("no command") };
        assert_eq!(input.raw_for_match(), "{\"cmd\":1}");
    }

    #[test]
    fn old_and_new_names_of_a_tool_give_the_same_kind() {
        let path = r#"{"path":"/home/runner/work/o/r/a.rs","old_str":"x","new_str":"y"}"#;
        let old = r#"{"command":"str_replace","path":"/home/runner/work/o/r/a.rs","old_str":"x","new_str":"y"}"#;
        assert_eq!(call("edit", path), call("str_replace_editor", old));
        assert_eq!(call("str_replace", path), call("edit", path));
        let view = r#"{"path":"a.rs","view_range":[3,-1]}"#;
        let old = r#"{"command":"view","path":"a.rs","view_range":[3,-1]}"#;
        assert_eq!(call("view", view), call("str_replace_editor", old));
        assert!(matches!(call("view", view), Kind::View { lines: Some((3, u32::MAX)), .. }));
        assert!(matches!(call("powershell", r#"{"command":"dir","shellId":"1"}"#), Kind::Command(_)));
        assert!(matches!(call("rg", r#"{"pattern":"fn main"}"#), Kind::Search { .. }));
    }

    #[test]
    fn every_known_name_has_a_title_and_others_have_none() {
        for name in ["playwright-browser_click", "github-mcp-server-issue_read", "codeql_checker", "task", "sql"] {
            assert!(!title(name).is_empty(), "{name}");
        }
        for name in ["playwright-browser_fly", "github-mcp-server-", "my_server-tool"] {
            assert_eq!(title(name), "");
        }
    }

    #[test]
    fn special_texts_are_told_apart() {
        let Kind::PullSummary { title, body } =
            said("<pr_title>\nFix the clock\n</pr_title>\n\n<pr_description>\nBecause.\n</pr_description>")
        else {
            unreachable!("a summary")
        };
        assert_eq!((title.raw_for_match(), body.raw_for_match()), ("Fix the clock", "Because."));
        assert_eq!(said("<error>No quota</error>"), Kind::Error("No quota".into()));
        assert_eq!(said("a <error>b</error>"), Kind::Text("a <error>b</error>".into()));
        assert_eq!(unwrap_tag("<info>All clear.</info>"), ("All clear.", false));
        assert_eq!(unwrap_tag("<error>Broken.</error>"), ("Broken.", true));
    }
}
