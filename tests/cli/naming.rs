//! The ways to say which task is meant.

use crate::bench::{World, objects};

fn requests(world: &World, args: &[&str]) -> (i32, String, usize) {
    let before = world.asked();
    let run = world.run(args);
    (run.code, run.out + &run.err, world.asked() - before)
}

/// A dry run says which task it would follow, and its branch proves it.
fn branch(world: &World, args: &[&str]) -> String {
    let run = world.run(&[&["follow-up", "--dry-run", "--json"][..], args, &["go on"]].concat());
    let row = objects(&run.out).into_iter().next().unwrap_or_else(|| panic!("{args:?}: {}", run.err));
    row["request"]["body"]["head_ref"].as_str().unwrap().to_owned()
}

#[test]
fn an_id_a_beginning_a_pull_request_and_its_addresses_are_the_same_task() {
    let world = World::at(200.0);
    let run = world.run(&["start", "--repo", "acme/api", "--wait=pr", "--timeout", "60s", "--json", "Fix the parser"]);
    let row = objects(&run.out).remove(0);
    let (id, number) = (row["task"].as_str().unwrap(), row["pull_request"]["number"].as_u64().unwrap());
    let task = world.task(id);
    let expected = task["sessions"][0]["head_ref"].as_str().unwrap();
    for words in [
        vec!["--repo", "acme/api", id],
        vec!["--repo", "acme/api", &id[..8]],
        vec!["--repo", "acme/api", "--repo", "acme/web", &id[..9]],
        vec![&id[..8]],
        vec![&format!("acme/api#{number}")],
        vec!["--repo", "acme/api", &format!("#{number}")],
        vec![&format!("https://github.com/acme/api/pull/{number}/files#diff-1")],
        vec![&format!("https://github.com/acme/api/copilot/tasks/{id}")],
        vec![&format!("https://github.com/acme/api/agents/tasks/{id}?session=x")],
        vec![task["html_url"].as_str().unwrap()],
    ] {
        assert_eq!(branch(&world, &words), expected, "{words:?}");
    }
}

#[test]
fn an_issue_is_the_task_that_was_started_for_it_from_here() {
    let world = World::at(200.0);
    world.file("t.md", "+++\ntitle = \"T\"\nticket = \"acme/api#41\"\n+++\nMend it\n");
    let args = ["start", "--repo", "acme/api", "--template", "t.md", "--wait=pr", "--timeout", "60s", "--json"];
    let id = objects(&world.run(&args).out)[0]["task"].as_str().unwrap().to_owned();
    let expected = world.task(&id)["sessions"][0]["head_ref"].as_str().unwrap().to_owned();
    assert_eq!(branch(&world, &["https://github.com/acme/api/issues/41"]), expected);
    let (code, said, _) = requests(&world, &["cancel", "https://github.com/acme/api/issues/42"]);
    assert_eq!(code, 1);
    assert!(said.contains("acme/api#42"), "{said}");
}

#[test]
fn a_whole_id_or_address_takes_one_request() {
    let world = World::at(1.0);
    let id = world.started("Fix the parser");
    let address = format!("https://github.com/acme/api/copilot/tasks/{id}");
    for args in [&["retry", "--repo", "acme/api", &id][..], &["retry", &address]] {
        let (code, said, asked) = requests(&world, args);
        assert_eq!((code, asked), (5, 1), "it has not ended: {said}");
    }
    let (_, _, asked) = requests(&world, &["retry", "--repo", "acme/api", &id[..8]]);
    assert!((2..=4).contains(&asked), "the list and the task: {asked}");
}

#[test]
fn what_names_nothing_stops_everything_before_anything_is_sent() {
    let world = World::at(1.0);
    let id = world.started("Fix the parser");
    for (word, said) in [
        ("1", "too short"),
        ("https://gitlab.com/acme/api/pull/1", "no address of github.com"),
        ("acme/api#x", "names no pull request"),
        ("a b c d e", "no task's id"),
    ] {
        let run = world.run(&["cancel", "--repo", "acme/api", &id, word]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{word}: {}", run.err);
        assert!(run.err.contains(said), "{word}: {}", run.err);
    }
    assert_eq!(world.written().len(), 1);
}
