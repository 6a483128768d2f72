#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;

use super::lint::{self, lint};
use super::render::{self, preview, render};
use super::{Severity, Template, Values, VariableKind, Where, shipped};

fn parsed(text: &str) -> Template {
    Template::parse("team/t.md", text).unwrap_or_else(|fault| panic!("{fault}"))
}

/// A template with these variables and this body.
fn with(variables: &str, body: &str) -> Template {
    parsed(&format!("+++\ntitle = \"T\"\n{variables}\n+++\n{body}"))
}

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn rendered(template: &Template, pairs: &[(&str, &str)]) -> String {
    render(template, &values(pairs)).unwrap_or_else(|faults| panic!("{faults:?}")).prompt
}

#[test]
fn a_whole_file_is_read() {
    let t = parsed(concat!(
        "+++\nid = \"bump\"\ntitle = \"Bump\"\ndescription = \"d\"\nmodel = \"gpt-5.4\"\ncustom_agent = \"fixer\"\n",
        "base_ref = \"main\"\ncreate_pull_request = false\n",
        "labels = [\"deps\"]\nrepos = [\"acme/*\"]\nticket = \"OPS-{{ n }}\"\n",
        "[[variables]]\nname = \"n\"\nkind = \"integer\"\ndefault = 3\nrequired = true\nhelp = \"h\"\n",
        "[[variables]]\nname = \"step\"\nkind = \"choice\"\nchoices = [\"a\", \"b\"]\n",
        "[presets.big]\nn = 9\nstep = \"b\"\n+++\nDo {{ n }}\n",
    ));
    assert_eq!((t.id.as_str(), t.title.as_str(), t.origin.as_str()), ("bump", "Bump", "team/t.md"));
    assert_eq!(t.model.as_deref(), Some("gpt-5.4"));
    assert!(!t.create_pull_request);
    assert_eq!(t.variables[0].default.as_deref(), Some("3"));
    assert_eq!(t.variables[1].kind, VariableKind::Choice(vec!["a".into(), "b".into()]));
    assert_eq!(t.presets["big"]["n"], "9");
    assert_eq!(t.labels, ["deps"]);
    assert!(t.allows(&"acme/api".parse().unwrap()) && !t.allows(&"other/api".parse().unwrap()));
    assert_eq!(render::ticket(&t, &Values::new()).unwrap().as_deref(), Some("OPS-3"));
    assert_eq!(t.variables[0].line, 13);
    assert_eq!((t.body.as_str(), t.body_line), ("Do {{ n }}\n", 26));
}

#[test]
fn the_hash_is_that_of_the_file_and_changes_with_every_byte() {
    let text = "+++\ntitle = \"T\"\n+++\nx";
    let hash = parsed(text).hash_text();
    assert_eq!(hash, "355b016194decb8249d8f196dd8a2cd593c3275ada4e14258e1c7d7fcb654c54", "what sha256sum prints");
    assert_ne!(parsed(&format!("{text} ")).hash_text(), hash);
    assert_ne!(parsed(&text.replace('\n', "\r\n")).hash_text(), hash);
}

#[test]
fn a_ticket_is_one_line_and_none_where_its_value_is_empty() {
    let t = with("ticket = \"{{ issue }}\"\n[[variables]]\nname = \"issue\"\nkind = \"text\"", "{{ issue }}");
    assert_eq!(render::ticket(&t, &Values::new()), Ok(None));
    assert_eq!(render::ticket(&t, &values(&[("issue", " #7 ")])), Ok(Some("#7".into())));
    render::ticket(&t, &values(&[("issue", "a\nb")])).unwrap_err();
    render::ticket(&t, &values(&[("issue", &"x".repeat(301))])).unwrap_err();
    assert_eq!(render::ticket(&with("", "x"), &Values::new()), Ok(None));
}

#[test]
fn what_is_not_said_has_its_default() {
    let t = parsed("\u{feff}+++\r\ntitle = \"T\"\r\n+++\r\nDo\r\n");
    assert_eq!(t.id, "t", "the file stem is the id");
    assert!(t.create_pull_request, "a draft pull request is the default");
    assert_eq!((t.body.as_str(), t.body_line), ("Do\n", 4));
    assert_eq!(with("[[variables]]\nname = \"x\"", "{{ x }}").variables[0].kind, VariableKind::String);
}

#[test]
fn a_broken_file_names_its_line_and_the_reason() {
    let var = "[[variables]]\nname = \"x\"\n";
    for (text, line, says) in [
        (String::new(), 1, "+++"),
        ("title = \"T\"".into(), 1, "+++"),
        ("+++\ntitle = \"T\"\n".into(), 1, "not closed"),
        ("+++\ntitle = \"T\"\ncolour = 1\n+++\nx".into(), 3, "colour"),
        (format!("+++\ntitle = \"T\"\n{var}colour = 1\n+++\nx"), 5, "colour"),
        ("+++\ntitle = \n+++\nx".into(), 2, ""),
        ("+++\ntitle = 3\n+++\nx".into(), 2, "expected a string"),
        ("+++\ntitle = \" \"\n+++\nx".into(), 2, "title"),
        ("+++\ntitle = \"T\"\nid = \"a b\"\n+++\nx".into(), 3, "id"),
        ("+++\ntitle = \"T\"\nbase_ref = \"a b\"\n+++\nx".into(), 3, "base_ref"),
        ("+++\ntitle = \"T\"\nrepos = [\"a/b\",\n\"api\"]\n+++\nx".into(), 4, "repos"),
        ("+++\ntitle = \"T\"\nlabels = [\"\"]\n+++\nx".into(), 3, "labels"),
        ("+++\ntitle = \"T\"\nticket = \"{{\"\n+++\nx".into(), 3, "ticket"),
        ("+++\ntitle = \"T\"\n[[variables]]\nname = \"2x\"\n+++\nx".into(), 4, "name"),
        ("+++\ntitle = \"T\"\n[[variables]]\nname = \"if\"\n+++\nx".into(), 4, "`if`"),
        (format!("+++\ntitle = \"T\"\n{var}{var}+++\nx"), 6, "twice"),
        (format!("+++\ntitle = \"T\"\n{var}kind = \"colour\"\n+++\nx"), 5, "colour"),
        (format!("+++\ntitle = \"T\"\n{var}kind = \"choice\"\n+++\nx"), 4, "choices"),
        (format!("+++\ntitle = \"T\"\n{var}kind = \"choice\"\nchoices = [\"a\", \"a\"]\n+++\nx"), 6, "choices"),
        (format!("+++\ntitle = \"T\"\n{var}choices = [\"a\"]\n+++\nx"), 5, "choices"),
        (format!("+++\ntitle = \"T\"\n{var}pattern = \"(\"\n+++\nx"), 5, "pattern"),
        (format!("+++\ntitle = \"T\"\n{var}kind = \"integer\"\ndefault = \"many\"\n+++\nx"), 4, "default"),
        (format!("+++\ntitle = \"T\"\n{var}default = 1.5\n+++\nx"), 5, "whole number"),
        (format!("+++\ntitle = \"T\"\n{var}[presets.p]\ny = 1\n+++\nx"), 6, "`y`"),
        (format!("+++\ntitle = \"T\"\n{var}kind = \"bool\"\n[presets.p]\nx = 1\n+++\nx"), 7, "true or false"),
        ("+++\ntitle = \"T\"\n+++\n\n".into(), 4, "empty"),
        ("+++\ntitle = \"T\"\n+++\nfine\n{{ x \n".into(), 5, "syntax error"),
        ("+++\ntitle = \"T\"\n+++\n{% endif %}".into(), 4, "syntax error"),
    ] {
        let fault = Template::parse("team/t.md", &text).expect_err(&text);
        assert_eq!(fault.line, Some(line), "{text:?}: {fault}");
        assert!(fault.what.contains(says), "{text:?}: {fault}");
        assert!(fault.to_string().starts_with(&format!("team/t.md:{line}: ")), "{fault}");
        assert!(!fault.what.contains('\n'), "{fault}");
    }
}

#[test]
fn values_keep_their_types_in_conditions() {
    let t = with(
        "[[variables]]\nname = \"n\"\nkind = \"integer\"\n[[variables]]\nname = \"on\"\nkind = \"bool\"",
        "{% if n %}{% if n > 3 %}many{% else %}few{% endif %}{% endif %}{% if on %} on{% endif %}.",
    );
    assert_eq!(rendered(&t, &[("n", "4"), ("on", "true")]), "many on.");
    assert_eq!(rendered(&t, &[("n", "2"), ("on", "false")]), "few.");
    assert_eq!(rendered(&t, &[]), ".", "empty values are false");
}

#[test]
fn a_condition_on_its_own_line_leaves_no_empty_line_and_the_end_is_trimmed() {
    let t = with("[[variables]]\nname = \"x\"", "a\n{% if x %}\nb\n{% endif %}\nc\n\n  \n");
    assert_eq!(rendered(&t, &[]), "a\nc");
    assert_eq!(rendered(&t, &[("x", "1")]), "a\nb\nc");
}

#[test]
fn every_bad_value_is_named_at_once() {
    let t = with(
        "[[variables]]\nname = \"a\"\nrequired = true\n[[variables]]\nname = \"b\"\nkind = \"integer\"",
        "{{ a }}{{ b }}",
    );
    let faults = render(&t, &values(&[("b", "x"), ("c", "1")])).unwrap_err();
    let fields: Vec<_> = faults.iter().filter_map(|f| f.field.as_deref()).collect();
    assert_eq!(fields, ["a", "b", "c"]);
}

#[test]
fn an_undefined_name_is_a_fault_with_the_files_line() {
    let t = with("", "fine\n{{ nobody }}");
    let fault = render(&t, &Values::new()).unwrap_err().remove(0);
    assert_eq!(fault.field, None);
    assert!(fault.what.contains("line 6"), "{fault:?}");
}

#[test]
fn work_and_size_are_bounded() {
    let nest = "{% for a in x %}".repeat(6) + "y" + &"{% endfor %}".repeat(6);
    let t = with("[[variables]]\nname = \"x\"\ndefault = \"abcdefghijklmnopqrstuvwxyz\"", &nest);
    let fault = render(&t, &Values::new()).unwrap_err().remove(0);
    assert!(fault.what.contains("too much work"), "{fault:?}");

    let t = with("[[variables]]\nname = \"x\"\nkind = \"text\"", &"{{ x }}".repeat(50));
    let fault = render(&t, &values(&[("x", &"z".repeat(20_000))])).unwrap_err().remove(0);
    assert!(fault.what.contains("too much text"), "{fault:?}");

    let machinery = with("", "{{ range(9) }}");
    assert!(render(&machinery, &Values::new()).is_err());
}

#[test]
fn a_preview_shows_what_is_still_to_come() {
    let t = with("[[variables]]\nname = \"a\"\nrequired = true", "Fix {{ a }} now");
    let (text, faults) = preview(&t, &Values::new());
    assert_eq!(text.as_deref(), Some("Fix ‹a› now"));
    assert_eq!(faults.len(), 1);
    assert_eq!(lint::unfilled(&t, "Fix ‹a› now"), ["a"]);
    assert!(lint::unfilled(&t, "Fix it now").is_empty());
}

const WHOLE: &str = "# Goal\nx\n## Non-goals\ny\n**Validation**\n`cargo test`\nPull request:\nz\n";

fn codes(findings: &[super::Finding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.code).collect()
}

#[test]
fn the_four_parts_are_looked_for_under_their_usual_headings() {
    assert!(lint::prompt(WHOLE, true).is_empty(), "{:?}", lint::prompt(WHOLE, true));
    let usual = "## Goals\nx\n## Out of scope\ny\n## How to check\n```\nmake\n```\n## PR format\nz";
    assert!(lint::prompt(usual, true).is_empty(), "{:?}", lint::prompt(usual, true));
    assert_eq!(codes(&lint::prompt("do it", true)), ["no-goal", "no-non-goals", "no-validation", "no-pr-format"]);
    assert!(lint::prompt("do it", false).is_empty(), "a follow-up need not say everything again");
    let without_goal = WHOLE.replace("# Goal\nx\n#", "#");
    assert_eq!(codes(&lint::prompt(&without_goal, true)), ["no-goal"], "non-goals are no goal");
    let fenced = WHOLE.replace("# Goal\nx", "```\n# Goal\nx\n```");
    assert_eq!(codes(&lint::prompt(&fenced, true)), ["no-goal"], "a comment in a code block is no heading");
}

#[test]
fn an_empty_part_and_a_validation_without_a_command_are_found_with_their_line() {
    let empty = WHOLE.replace("x\n", "\n");
    let finding = lint::prompt(&empty, true).remove(0);
    assert_eq!((finding.code, finding.at), ("no-goal", Where::Line(1)));
    let vague = WHOLE.replace("`cargo test`", "run the tests");
    let finding = lint::prompt(&vague, true).remove(0);
    assert_eq!((finding.code, finding.at), ("no-validation", Where::Line(5)));
}

#[test]
fn undefined_and_unused_variables_are_found() {
    let t = with(
        "[[variables]]\nname = \"used\"\n[[variables]]\nname = \"idle\"",
        &format!("{WHOLE}{{{{ used }}}}\n{{{{ nobody }}}}"),
    );
    let findings = lint(&t);
    assert_eq!(codes(&findings), ["undefined-variable", "unused-variable"]);
    assert_eq!(findings[0].at, Where::Line(t.body_line + 9));
    assert_eq!(findings[1].at, Where::Variable("idle".into()));
    assert_eq!(findings.iter().map(|f| f.line(&t)).collect::<Vec<_>>(), [t.body_line + 9, 6]);
    assert_eq!([findings[0].severity, findings[1].severity], [Severity::Error, Severity::Warning]);
    let t = with("ticket = \"{{ used }}\"\n[[variables]]\nname = \"used\"", WHOLE);
    assert!(lint(&t).is_empty(), "a variable that only the ticket uses is used");
    let t = with("ticket = \"{{ nobody }}\"", WHOLE);
    assert_eq!(lint(&t)[0].at, Where::Line(3));
}

#[test]
fn what_looks_like_a_secret_is_named_and_never_repeated() {
    // Put together here so that no scanner takes the test for the real thing.
    let join = |parts: &[&str]| parts.concat();
    for secret in [
        join(&["ghp", "_", "abcdefghijklmnopqrst"]),
        join(&["github_pat", "_", "11ABCDEFG0abcdefgh"]),
        join(&["AKIA", "ABCDEFGHIJKLMNOP"]),
        join(&["-----BEGIN RSA ", "PRIVATE KEY-----"]),
        join(&["Authorization: Bearer ", "abcdefghijklmnopqrstuvwxyz012345"]),
        join(&["xoxb-", "1234567890-abc"]),
        join(&["eyJ", "hbGciOiJI.", "eyJ", "zdWIiOiIx.", "abcdefghijk"]),
        join(&["npm", "_", "abcdefghijklmnopqrstuvwxyz0123456789"]),
    ] {
        let findings = lint::prompt(&format!("{WHOLE}\n{secret}"), true);
        assert_eq!(codes(&findings), ["secret"], "{secret}");
        assert_eq!(findings[0].at, Where::Line(10));
        assert!(!findings[0].message.contains(&secret));
        let t = with(&format!("[[variables]]\nname = \"x\"\ndefault = \"{secret}\""), &format!("{WHOLE}{{{{ x }}}}"));
        let found = lint(&t);
        assert!(found.iter().any(|f| f.code == "secret" && f.at == Where::Line(5)), "{found:?}");
    }
    for harmless in ["ghp_short", "the bearer of this", "sk-1", "commit 1234567890abcdef1234567890abcdef12345678"] {
        assert!(lint::prompt(&format!("{WHOLE}\n{harmless}"), true).is_empty(), "{harmless}");
    }
}

#[test]
fn a_prompt_near_and_past_the_limit_is_found() {
    for (chars, found) in [(20_000, 0), (27_000, 1), (29_950, 1)] {
        let text = "é".repeat(chars);
        assert_eq!(lint::prompt(&text, false).len(), found, "{chars}");
    }
}

/// What somebody would type into a shipped template.
fn filled(template: &Template) -> Values {
    let typed = values(&[
        ("test", "scheduler::retry_waits"),
        ("package", "axum"),
        ("summary", "Lists can be sorted by cost."),
        ("acceptance", "- `s` cycles the order\n- the header names it"),
        ("issue", "#12"),
        ("evidence", "assertion failed at {{ line }}"),
        ("reason", "an advisory"),
        ("start_at", "src/list.rs"),
    ]);
    typed.into_iter().filter(|(name, _)| template.variable(name).is_some()).collect()
}

#[test]
fn the_shipped_templates_are_all_there_and_without_findings() {
    let all = shipped();
    let ids: Vec<&str> = all.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(ids, ["fix-flaky-test", "upgrade-dependency", "small-change"]);
    for template in &all {
        assert_eq!(lint(template), [], "{}", template.id);
        assert!(template.presets.len() >= 3 && template.create_pull_request, "{}", template.id);
        assert!(template.variables.iter().all(|v| !v.help.is_empty()), "{}", template.id);
    }
}

#[test]
fn the_shipped_templates_render_bare_and_with_every_preset() {
    for template in shipped() {
        let presets = template.presets.values().cloned().chain([Values::new()]);
        for preset in presets {
            let mut values = filled(&template);
            values.extend(preset);
            let prompt = render(&template, &values).unwrap_or_else(|f| panic!("{}: {f:?}", template.id)).prompt;
            assert!(lint::prompt(&prompt, true).is_empty(), "{}: {:?}", template.id, lint::prompt(&prompt, true));
            assert!(!prompt.contains("\n\n\n") && !prompt.contains("{%"), "{prompt}");
            assert!(prompt.contains("Stop and ask"));
            // Without what may be left out it stands as well.
            let mut bare = values.clone();
            bare.retain(|name, _| template.variable(name).is_some_and(|v| v.required));
            let prompt = render(&template, &bare).unwrap_or_else(|f| panic!("{}: {f:?}", template.id)).prompt;
            assert!(!prompt.contains("\n\n\n"), "{prompt}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_the_reader(text in ".{0,400}") {
        let _ = Template::parse("x.md", &text);
    }

    #[test]
    fn no_front_matter_and_no_body_break_reader_renderer_or_lint(
        head in proptest::collection::vec(
            prop_oneof![
                Just("[[variables]]"), Just("name = \"x\""), Just("name = \"y\""), Just("kind = \"choice\""),
                Just("kind = \"integer\""), Just("choices = [\"a\"]"), Just("default = 3"), Just("required = true"),
                Just("pattern = \"a+\""), Just("[presets.p]"), Just("x = 1"), Just("help = \"\\u202e\""),
            ],
            0..8,
        ),
        body in proptest::collection::vec(
            prop_oneof![
                Just("{{ x }}"), Just("{% if x %}"), Just("{% endif %}"), Just("{% for c in x %}"), Just("{{ c }}"),
                Just("{% endfor %}"), Just("{{ y|upper }}"), Just("{{ x"), Just("# Goal\n"), Just("\n"), Just("日本"),
                Just("{% raw %}"), Just("{{ x ~ x }}"), Just("{% set x = x ~ x %}"), Just("{{ 1/0 }}"), Just("```"),
            ],
            0..12,
        ),
        x in ".{0,20}",
    ) {
        let text = format!("+++\ntitle = \"T\"\n{}\n+++\n{}", head.join("\n"), body.concat());
        if let Ok(template) = Template::parse("x.md", &text) {
            let _ = lint(&template);
            let _ = preview(&template, &values(&[("x", &x)]));
            let _ = render(&template, &values(&[("x", &x), ("y", &x)]));
        }
    }

    #[test]
    fn a_value_is_printed_and_never_run(value in "[ -~\u{a0}-\u{2fff}\n]{0,60}") {
        let t = with("[[variables]]\nname = \"v\"\nkind = \"text\"\n[[variables]]\nname = \"w\"", "<{{ v }}>{{ w }}");
        for text in [value.clone(), format!("{{{{ w }}}}{value}"), format!("{{% for x in w %}}{value}")] {
            let expected = if text.trim().is_empty() { String::new() } else { text.clone() };
            prop_assert_eq!(rendered(&t, &[("v", &text), ("w", "hidden")]), format!("<{expected}>hidden"));
        }
    }
}
