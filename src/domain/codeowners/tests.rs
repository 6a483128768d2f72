#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;

use super::*;

fn matches(pattern: &str, path: &str) -> bool {
    Codeowners::parse(&format!("{pattern} @x")).owners_of(path).is_some()
}

#[test]
fn each_pattern_is_for_what_it_is_documented_to_be_for() {
    let table: &[(&str, &[&str], &[&str])] = &[
        ("*", &["a", "a/b.c", ".github/x"], &[]),
        ("*.js", &["a.js", "x/y/a.js"], &["a.jsx", "js"]),
        ("/build/logs/", &["build/logs/a", "build/logs/x/y"], &["build/logs", "x/build/logs/a"]),
        ("docs/*", &["docs/getting-started.md"], &["docs/build-app/troubleshooting.md", "x/docs/a.md"]),
        ("apps/", &["apps/a", "x/apps/y/z"], &["apps", "x/apps"]),
        ("/docs/", &["docs/a", "docs/x/y"], &["x/docs/a", "docs"]),
        ("/scripts/", &["scripts/run.sh"], &["x/scripts/run.sh"]),
        ("**/logs", &["logs/a", "build/logs/a", "x/y/logs/z", "deploy/logs"], &["logs2/a"]),
        ("docs/**", &["docs/a", "docs/x/y"], &["docs", "x/docs/a"]),
        ("a/**/b", &["a/b", "a/x/b", "a/x/y/b/c"], &["b", "x/a/b"]),
        ("docs/readme.md", &["docs/readme.md"], &["x/docs/readme.md", "docs/README.md"]),
        ("readme.md", &["readme.md", "x/readme.md", "readme.md/x"], &["readme.mdx"]),
        ("/apps/github", &["apps/github", "apps/github/x"], &["apps/github2"]),
        (r"with\ space/a", &["with space/a"], &["with/a"]),
        ("fil?.rs", &["file.rs", "x/fil1.rs"], &["fil.rs", "files.rs"]),
        ("src/*.rs", &["src/a.rs"], &["src/x/a.rs"]),
        ("/*", &["a"], &["a/b"]),
        ("/**", &["a", "a/b"], &[]),
        ("src/*/gen", &["src/x/gen", "src/x/gen/y"], &["src/gen", "src/x/y/gen"]),
        (r"a\*b", &["a*b"], &["axb"]),
        ("日本/*", &["日本/語.md"], &["日/本"]),
    ];
    for (pattern, yes, no) in table {
        for path in *yes {
            assert!(matches(pattern, path), "{pattern} is for {path}");
        }
        for path in *no {
            assert!(!matches(pattern, path), "{pattern} is not for {path}");
        }
    }
}

#[test]
fn the_last_rule_that_matches_decides_even_where_it_names_nobody() {
    let rules = Codeowners::parse("* @all\n/apps/ @octocat\n/apps/github # nobody's\n*.go docs@example.com @acme/go\n");
    let names = |path: &str| -> Option<Vec<String>> {
        Some(rules.owners_of(path)?.iter().map(|owner| owner.raw_for_match().to_owned()).collect())
    };
    assert_eq!(names("readme"), Some(vec!["@all".to_owned()]));
    assert_eq!(names("apps/x"), Some(vec!["@octocat".to_owned()]));
    assert_eq!(names("apps/github/x"), Some(Vec::new()));
    assert_eq!(names("apps/github/x.go"), Some(vec!["docs@example.com".to_owned(), "@acme/go".to_owned()]));
    let shares = rules.ownership(["a", "apps/x", "apps/github/x", "b"].into_iter());
    assert_eq!(shares.owners, [("@all".into(), 2), ("@octocat".into(), 1)]);
    assert_eq!(shares.nobodys, 1);
}

#[test]
fn a_line_that_is_no_rule_is_left_out_and_counted_and_the_others_hold() {
    let text = "# a comment\n\n!x @a\n[ab].rs @a\n\\#x @a\n*.md mona\n*.txt @a @b/ # half\n*.rs @a @a #inline @b\n";
    let rules = Codeowners::parse(text);
    assert_eq!((rules.skipped, rules.rules.len()), (5, 1));
    assert_eq!(rules.owners_of("x.rs").unwrap(), ["@a".into()]);
    assert_eq!(rules.owners_of("x.md"), None);
    assert_eq!(Codeowners::parse("\u{feff}* @a").owners_of("x").map(<[_]>::len), Some(1));
}

/// The same by regular expressions, written independently.
fn by_regex(pattern: &str, path: &str) -> bool {
    let folder = pattern.ends_with('/');
    let body = pattern.strip_suffix('/').unwrap_or(pattern);
    let tied = body.contains('/');
    let words: Vec<&str> = body.trim_start_matches('/').split('/').collect();
    let mut out = String::from(if tied { "^" } else { "^(?:.*/)?" });
    for (at, word) in words.iter().enumerate() {
        let last = at + 1 == words.len();
        if *word == "**" {
            out.push_str(if last { ".+" } else { "(?:.*/)?" });
            continue;
        }
        for c in word.chars() {
            match c {
                '*' => out.push_str("[^/]*"),
                '?' => out.push_str("[^/]"),
                c => out.push_str(&regex::escape(&c.to_string())),
            }
        }
        if !last {
            out.push('/');
        }
    }
    let only = tied && words.last() == Some(&"*") && !folder;
    out.push_str(if folder {
        "/.+$"
    } else if only {
        "$"
    } else {
        "(?:/.+)?$"
    });
    regex::Regex::new(&out).unwrap().is_match(path)
}

proptest! {
    #[test]
    fn the_matcher_agrees_with_regular_expressions(
        top in any::<bool>(),
        words in proptest::collection::vec(prop_oneof![Just("**".to_owned()), "[ab?*]{1,3}".prop_filter("no **", |w| !w.contains("**"))], 1..4),
        folder in any::<bool>(),
        path in proptest::collection::vec("[abc]{1,3}", 1..5),
    ) {
        let pattern = format!("{}{}{}", if top { "/" } else { "" }, words.join("/"), if folder { "/" } else { "" });
        // A name that a `*` could make empty does not exist between slashes.
        let path = path.join("/");
        prop_assert_eq!(matches(&pattern, &path), by_regex(&pattern, &path), "{} {}", pattern, path);
    }

    #[test]
    fn any_text_at_all_is_read_without_a_panic(text in "\\PC{0,200}", path in "\\PC{0,60}") {
        let _ = Codeowners::parse(&text).owners_of(&path);
    }

    #[test]
    fn a_rule_added_at_the_end_decides_for_what_it_matches(path in "[a-c]{1,2}(/[a-c]{1,2}){0,3}") {
        let rules = Codeowners::parse(&format!("* @first\n/{path} @last\n"));
        prop_assert_eq!(rules.owners_of(&path).unwrap()[0].raw_for_match(), "@last");
    }
}
