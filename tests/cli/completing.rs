//! The completions of each shell, in the shell itself where it is there: verbs, repositories, templates and task ids, and
//! not one request.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::bench::World;
use crate::harness::ATC;

/// The first of these that is there.
#[expect(clippy::print_stdout, reason = "whoever runs the tests is to know what was not tried")]
fn shell(name: &str) -> Option<String> {
    let found = ["/usr/bin", "/bin", "/usr/local/bin"].iter().map(|folder| format!("{folder}/{name}"));
    let found = found.into_iter().find(|path| Path::new(path).exists());
    if found.is_none() {
        println!("{name} is not here: its completions were not tried");
    }
    found
}

/// What a script prints that is run by the shell, with `atc` on its path and the cache of this world.
fn said(world: &World, shell: &str, args: &[&str], script: &str) -> String {
    let bin = world.home.path().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let link = bin.join("atc");
    if !link.exists() {
        std::os::unix::fs::symlink(ATC, &link).unwrap();
    }
    let mut command = Command::new(shell);
    command.args(args).arg(script).env_clear().env("HOME", world.home.path()).current_dir(world.home.path());
    command.env("PATH", format!("{}:/usr/bin:/bin", bin.display())).envs(world.env()).env("TERM", "dumb");
    let out = command.stdin(Stdio::null()).output().unwrap();
    let err = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && err.trim().is_empty(), "{shell}: {err}");
    String::from_utf8(out.stdout).unwrap()
}

/// A world whose tasks an earlier run has read, and the beginning of one's id.
fn read_before() -> (World, String) {
    let world = World::at(0.001);
    let id = world.cast("acme/api", "Fix flaky retry test in scheduler");
    assert_eq!(world.run(&["watch", "--repo", "acme/api", "--once"]).code, 0);
    (world, id)
}

/// For each line that is typed, what must be offered.
fn cases(id: &str) -> Vec<(Vec<String>, String)> {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    vec![
        (words("atc led"), "ledger".to_owned()),
        (words("atc ledger rec"), "reconcile".to_owned()),
        (words("atc list --repo acme/a"), "acme/api".to_owned()),
        (words("atc start --template fix-fl"), "fix-flaky-test".to_owned()),
        (words(&format!("atc view {}", &id[..6])), id.to_owned()),
        (words("atc list stat"), "state:".to_owned()),
        (words("atc list is:active state:fai"), "state:failed".to_owned()),
        (words("atc watch repository:acme/a"), "repository:acme/api".to_owned()),
        (words("atc list -- -user:@"), "-user:@me".to_owned()),
        (words("atc list --repo=acme/a"), "--repo=acme/api".to_owned()),
        (words("atc automation list trigg"), "trigger:".to_owned()),
    ]
}

/// The words as bash cuts them, and what it keeps of the last one when it puts a completion in its place.
fn cut(words: &[String]) -> (Vec<String>, String) {
    let mut pieces = Vec::new();
    for word in words {
        let mut piece = String::new();
        for c in word.chars() {
            if "=:@".contains(c) {
                pieces.extend((!piece.is_empty()).then(|| std::mem::take(&mut piece)));
                pieces.push(c.to_string());
            } else {
                piece.push(c);
            }
        }
        pieces.extend((!piece.is_empty()).then_some(piece));
    }
    let last = words.last().unwrap();
    let kept = &last[..last.rfind(['=', ':', '@']).map_or(0, |at| at + 1)];
    (pieces, kept.trim_end_matches('@').to_owned())
}

#[test]
fn bash_completes_from_what_is_kept_without_a_request() {
    let Some(bash) = shell("bash") else { return };
    let (world, id) = read_before();
    let asked = world.asked();
    let completed = |words: &[String], pieces: &[String]| {
        let line = words.join(" ");
        let quoted = |word: &String| format!("'{}'", word.replace('\'', "'\\''"));
        let pieces: Vec<String> = pieces.iter().map(quoted).collect();
        let script = format!(
            "source <(atc completions bash); COMP_WORDS=({}); COMP_CWORD={}; COMP_LINE={}; COMP_POINT={}; _atc; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\"; complete -p atc",
            pieces.join(" "),
            pieces.len() - 1,
            quoted(&line),
            line.len(),
        );
        said(&world, &bash, &["--norc", "--noprofile", "-c"], &script)
    };
    for (words, wanted) in cases(&id) {
        let (pieces, kept) = cut(&words);
        let out = completed(&words, &pieces);
        let found = out.lines().any(|line| format!("{kept}{line}") == wanted);
        assert!(found, "{words:?}: {out}");
        assert!(out.contains("-F _atc"), "{out}");
    }
    // In quotes nothing is cut, and what a shell would act on may stand there.
    let words = ["atc", "list", "'state:failed updated:<1"].map(str::to_owned);
    let out = completed(&words, &words);
    assert!(out.lines().any(|line| line == "state:failed updated:<1d"), "{out}");
    assert_eq!(world.asked(), asked, "no request");
}

#[test]
fn zsh_completes_from_what_is_kept_without_a_request() {
    let Some(zsh) = shell("zsh") else { return };
    let (world, id) = read_before();
    let asked = world.asked();
    for (words, wanted) in cases(&id) {
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        // The shell's own way to add a completion is replaced by one that prints it; all else is the script.
        let script = format!(
            "autoload -Uz compinit && compinit -u -D; source <(atc completions zsh); \
             [[ $_comps[atc] == _atc ]] || exit 3; \
             compadd() {{ print -rl -- \"${{values[@]}}\" \"${{begun[@]}}\" }}; _files() {{ print files }}; \
             words=({}); CURRENT={}; _atc",
            quoted.join(" "),
            words.len()
        );
        let out = said(&world, &zsh, &["-f", "-c"], &script);
        assert!(out.lines().any(|line| line == wanted), "{words:?}: {out}");
    }
    assert_eq!(world.asked(), asked, "no request");
}

#[test]
fn fish_completes_from_what_is_kept_without_a_request() {
    let Some(fish) = shell("fish") else { return };
    let (world, id) = read_before();
    let asked = world.asked();
    for (words, wanted) in cases(&id) {
        let script = format!("atc completions fish | source; complete -C '{}'", words.join(" "));
        let out = said(&world, &fish, &["--no-config", "-c"], &script);
        let found = out.lines().any(|line| line.split('\t').next() == Some(&wanted));
        assert!(found, "{words:?}: {out}");
    }
    assert_eq!(world.asked(), asked, "no request");
}
