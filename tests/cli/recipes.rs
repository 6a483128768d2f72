//! The recipes of the README, each run as it stands there.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::bench::World;
use crate::harness::ATC;

/// The shell blocks of the section, with the heading each stands under.
fn recipes() -> Vec<(String, String)> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let section = readme.split("\n## Recipes\n").nth(1).expect("a section `Recipes`").split("\n## ").next().unwrap();
    let mut found = Vec::new();
    for part in section.split("\n### ").skip(1) {
        let title = part.lines().next().unwrap().to_owned();
        let code =
            part.split("```sh\n").nth(1).unwrap_or_else(|| panic!("{title}: no block")).split("```").next().unwrap();
        found.push((title, code.to_owned()));
    }
    found
}

#[test]
fn every_recipe_of_the_readme_does_what_it_says() {
    let recipes = recipes();
    assert!(recipes.len() >= 4, "{}", recipes.len());
    let world = World::at(200.0);
    let bin = world.home.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    symlink(ATC, bin.join("atc")).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let ids: Vec<String> = (0..2).map(|number| world.started(&format!("To be stopped {number}"))).collect();
    world.file("stuck.txt", &ids.join("\n"));
    world.file("fix.md", "Mend the build.\n");
    world.file("notes.md", "Write the release notes.\n");
    for (title, code) in recipes {
        let mut command = Command::new("/bin/sh");
        command.args(["-euc", &code]).current_dir(world.home.path()).env_clear().envs(world.env());
        let out = command.env("HOME", world.home.path()).env("PATH", &path).output().unwrap();
        let (said, wrong) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success(), "{title}: {:?}\n{code}\n{said}\n{wrong}", out.status);
    }
}
