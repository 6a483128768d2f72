//! Automations: what is asked, what is made of the answers, and what is never kept or sent twice.

use atc::domain::automation::{Act, Definition, Listed, Offered, Pinned, RunOrder, Scope, Switch, total_spending};
use atc::domain::policy::{AutomationGrant, Facts, Policy, Stage};
use atc::domain::{Automation, AutomationId, AutomationOrder, AutomationRef, FaultKind};
use atc::provider::Provider;
use atc::provider::github::{GitHub, Options};
use atc::provider::port::{Acted, Automations, Fetched};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{Reply, Seen, Server, Step, answer, json as reply};
use crate::support::{fault, github, kind, options, repo};

pub fn at() -> AutomationRef {
    AutomationRef { repo: repo(), id: AutomationId::new("a/1") }
}

pub fn detail() -> Value {
    json!({
        "id": "a/1", "name": "Nightly deps", "enabled": true, "owner_type": "repository", "write_scope": "repository",
        "require_actor_write_permission": false, "disabled_state": null, "model": "gpt-5.4",
        "triggers": {
            "interval": {"cadence": ["weekly"], "hour_utc": 6, "day_of_week": 1, "minute_utc": 30},
            "moon_phase": {"phase": "full", "deep": {"x": [1, null]}},
        },
        "created_by": {"id": 7, "login": "mona"}, "created_at": "2026-10-01T00:00:00Z",
        "usage_limit_status": [{"period": "day", "limit": 50_000_000_000_u64, "used": 40_000_000, "reached": false}],
        "prompt": "Update the dependencies", "current_revision_id": 41,
        "usage": {"last_24_hours": 40_000_000, "last_7_days": "43380350000", "last_30_days": {"amount": 1e9}},
        "usage_limits": [{"period": "day", "limit": 50_000_000_000_u64}],
        "tools": ["edit"], "permissions": {"contents": "write"}, "github_mcp_toolsets": ["issues"],
        "allowed_custom_agents": ["gardener"], "surprise": {"kept": true},
    })
}

fn summary(id: &str) -> Value {
    json!({"id": id, "name": id, "enabled": true, "triggers": {}})
}

async fn always(status: u16, body: Value) -> Server {
    Server::start(move |_, _| reply(status, &body)).await
}

pub fn port(github: &GitHub) -> &dyn Automations {
    Provider::automations(github).unwrap()
}

async fn read(body: Value) -> Automation {
    let server = always(200, body).await;
    port(&github(&server)).one(&at()).await.unwrap()
}

pub fn granted(act: Act) -> AutomationGrant {
    let order = AutomationOrder::new(Uuid::nil(), repo(), act);
    let judged = Policy::unlimited().judge_automation(&order, &Facts::default(), Stage::Gate);
    judged.grant_automation(&order).unwrap()
}

pub async fn pinned() -> Pinned {
    Pinned::of(&read(detail()).await).unwrap()
}

#[tokio::test]
async fn a_list_is_an_object_or_bare_read_to_its_end_and_has_no_prompts() {
    for bare in [false, true] {
        let server = Server::start(move |seen: &Seen, _| {
            let base = format!("http://{}", seen.header("host").unwrap());
            let wrap = |list: Value| if bare { list } else { json!({"automations": list, "total_count": 3}) };
            if seen.query().contains(&("page".to_owned(), "2".to_owned())) {
                return reply(200, &wrap(json!([summary("b"), summary("c"), {"name": "no id"}])));
            }
            let next = format!("<{base}/agents/repos/acme/billing/automations?page=2>; rel=\"next\"");
            reply(200, &wrap(json!([summary("a"), summary("b"), null]))).with("link", next)
        })
        .await;
        let listed = port(&github(&server)).of_repo(&repo()).await.unwrap();
        let Listed::Here { automations, unreadable, more } = &listed else { panic!("{listed:?}") };
        let ids: Vec<&str> = automations.iter().map(|one| one.at.id.raw()).collect();
        assert_eq!(
            (ids, *unreadable, *more),
            (vec!["a", "b", "c"], 2, false),
            "one that moved between pages is there once"
        );
        // W-36
        assert!(automations.iter().all(|one| one.prompt().is_none() && one.detail.is_none()));
        assert_eq!(server.seen()[0].path(), "/agents/repos/acme/billing/automations");
    }
}

#[tokio::test]
async fn a_list_without_its_list_is_a_fault_and_404_is_not_an_empty_list() {
    let server = always(200, json!({"total_count": 0})).await;
    assert_eq!(kind(port(&github(&server)).of_repo(&repo()).await), FaultKind::Unreadable);
    let server = always(200, json!({"automations": []})).await;
    let empty = port(&github(&server)).of_repo(&repo()).await.unwrap();
    // W-39
    let server = always(404, json!({"message": "Not Found"})).await;
    let github = github(&server);
    let absent = port(&github).of_repo(&repo()).await.unwrap();
    assert_eq!(absent, Listed::NotHere);
    assert_ne!(absent, empty);
    assert_eq!(port(&github).mine().await.unwrap(), Listed::NotHere);
    assert_eq!(port(&github).tools(&repo()).await.unwrap(), Offered::NotHere);
    assert_eq!(port(&github).triggers(&repo()).await.unwrap(), Offered::NotHere);
    assert_eq!(kind(port(&github).one(&at()).await), FaultKind::NotFound);
    for status in [401, 403, 500] {
        let server = always(status, json!({"message": "no"})).await;
        assert!(port(&crate::support::github(&server)).of_repo(&repo()).await.is_err(), "{status} is a fault");
    }
}

#[tokio::test]
async fn the_viewers_own_are_told_with_their_repositories() {
    let own = |repo: Value| json!({"id": "x", "name": "n", "repository": repo});
    let server = always(
        200,
        json!([own(json!({"full_name": "acme/web"})), own(json!("acme/api")), own(json!({"id": 4})), {"id": "y"}]),
    )
    .await;
    let Listed::Here { automations, unreadable, .. } = port(&github(&server)).mine().await.unwrap() else { panic!() };
    let repos: Vec<&str> = automations.iter().map(|one| one.at.repo.as_str()).collect();
    assert_eq!((repos, unreadable), (vec!["acme/web", "acme/api"], 2));
    assert_eq!(server.only().path(), "/agents/automations");
}

#[tokio::test]
async fn a_detail_tells_everything_and_keeps_what_nobody_here_knows() {
    let server = always(200, detail()).await;
    let one = port(&github(&server)).one(&at()).await.unwrap();
    assert_eq!(server.only().path(), "/agents/repos/acme/billing/automations/a%2F1");
    assert_eq!(
        (one.switch.is_on(), one.write_scope.clone(), one.actor_must_write),
        (true, Some(Scope::Repository), Some(false))
    );
    assert_eq!(one.prompt().unwrap().raw_for_match(), "Update the dependencies");
    assert_eq!(one.other.get("surprise"), Some(&json!({"kept": true})));
    // W-40
    let [day, week, month] = total_spending([one.spending().unwrap(), one.spending().unwrap()]);
    let shown = [day, week, month].map(|cost| cost.unwrap().to_string());
    assert_eq!(shown, ["0.1 cr", "86.8 cr", "2.0 cr"]);
    // W-42
    let next = one.next_run("2026-11-21T09:00:00Z".parse().unwrap());
    assert_eq!(next, Some("2026-11-23T06:30:00Z".parse().unwrap()));
    // W-41
    let words: Vec<String> = one.trigger_list().iter().map(|one| one.words().to_string()).collect();
    assert_eq!(words, ["weekly, Monday 06:30 UTC", r#"moon_phase phase full deep {"x":[1,null]}"#]);
}

#[tokio::test]
async fn it_is_off_when_any_of_the_three_ways_to_say_so_says_so() {
    // W-37
    let state = json!({"reason": "usage_limit_reached", "disabled_at": "2026-11-01T00:00:00Z"});
    for (enabled, disabled, state, words) in [
        (json!(true), json!(false), json!(null), "on"),
        (json!(true), json!(true), json!(null), "off"),
        (json!(false), json!(false), json!(null), "off"),
        (json!(true), json!(null), state.clone(), "off: usage limit reached"),
        (json!(null), json!(true), state, "off: usage limit reached"),
        (json!(null), json!(null), json!(null), "not told"),
        (json!("yes"), json!(3), json!([]), "not told"),
    ] {
        let mut body = detail();
        (body["enabled"], body["disabled"], body["disabled_state"]) = (enabled, disabled, state);
        let one = read(body.clone()).await;
        assert_eq!(&*one.switch.words(), words, "{body}");
        assert_eq!(
            one.definition().unwrap().flag("enabled"),
            match one.switch {
                Switch::On => Some(true),
                Switch::Off(_) => Some(false),
                Switch::Untold => None,
            }
        );
    }
}

#[tokio::test]
async fn everything_but_the_id_may_be_missing_null_or_of_another_kind() {
    for odd in [json!(null), json!(7), json!({}), json!([]), json!("x"), json!([{"x": null}])] {
        let mut body = detail();
        for (key, value) in body.as_object_mut().unwrap() {
            if key != "id" {
                *value = odd.clone();
            }
        }
        assert_eq!(read(body).await.at, at());
    }
    assert_eq!(read(json!({"id": "a/1"})).await.prompt().map(atc::text::Untrusted::is_empty), Some(true));
}

#[tokio::test]
async fn the_address_of_a_server_that_may_hold_credentials_is_never_kept() {
    const SECRET: &str = "https://user:hunter2@mcp.example";
    let mut body = detail();
    body["tools"] = json!([{"id": "edit"}, {"mcp_servers": [{"name": "m", "url": SECRET}]}]);
    body["mcp_servers"] = json!([{"name": "m", "url": SECRET, "headers": {"Authorization": SECRET}}]);
    body["surprise"] = json!({"mcp_servers": {"m": {"url": SECRET}}});
    let one = read(body).await;
    assert!(!format!("{one:?}").contains("hunter2"));
    let pinned = Pinned::of(&one).unwrap();
    let mut wanted = pinned.seen.clone();
    wanted.set("name", "new".into());
    let order = AutomationOrder::new(Uuid::nil(), repo(), Act::Edit(pinned, wanted));
    assert!(!order.body_text().contains("tools"), "what cannot be sent back whole is not sent: {}", order.body_text());
    let tools = json!({"tool_groups": [{"id": "g", "title": "G", "tools": [{"id": "t", "scope": "write"}, "u"]}],
        "mcp_servers": [{"name": "m", "url": SECRET, "tools": [{"name": "v", "scope": "read"}]}]});
    let server = always(200, tools).await;
    let Offered::Here(groups) = port(&github(&server)).tools(&repo()).await.unwrap() else { panic!() };
    assert!(!format!("{groups:?}").contains("hunter2"));
    let writes: Vec<Option<bool>> =
        groups.iter().flat_map(|group| group.tools.iter().map(|tool| tool.writes)).collect();
    assert_eq!(writes, [Some(true), None, Some(false)]);
}

#[tokio::test]
async fn what_is_offered_is_a_bare_list_or_one_by_name() {
    let trigger = json!({"id": "issues", "title": "Issues", "supports_run_now": true,
        "fields": [{"id": "labels", "label": "Labels", "type": "string_array", "required": false, "options": ["a", 2]}, 7]});
    for body in [json!([trigger.clone(), {"title": "no id"}]), json!({"triggers": [trigger]})] {
        let server = always(200, body).await;
        let Offered::Here(offered) = port(&github(&server)).triggers(&repo()).await.unwrap() else { panic!() };
        let [one] = &offered[..] else { panic!("{offered:?}") };
        assert_eq!((one.can_run_now, one.fields.len(), one.fields[0].options.len()), (Some(true), 1, 2));
        assert_eq!(server.only().path(), "/agents/repos/acme/billing/automations/available-triggers");
    }
    let server = always(200, json!({"message": "?"})).await;
    assert_eq!(kind(port(&github(&server)).tools(&repo()).await), FaultKind::Unreadable);
}

#[tokio::test]
async fn its_tasks_name_it_whether_the_service_says_so_or_not() {
    let task = |more: Value| {
        let mut task = json!({"id": more.to_string(), "state": "completed", "created_at": "2026-11-01T00:00:00Z"});
        task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        task
    };
    let server = always(200, json!({"tasks": [task(json!({})), task(json!({"automation_id": "other"}))]})).await;
    let Fetched::New { value, .. } = port(&github(&server)).tasks_of(&at(), None).await.unwrap() else { panic!() };
    let of: Vec<&str> = value.tasks.iter().map(|task| task.automation.as_ref().unwrap().raw()).collect();
    assert_eq!(of, ["a/1", "other"]);
    let server = always(200, json!({"nothing": 1})).await;
    assert_eq!(kind(port(&github(&server)).tasks_of(&at(), None).await), FaultKind::Unreadable);
}

/// Pages of a list that is another one with each look at it. `look`: which look at which page it is, both from 0.
async fn pages(name: &'static str, answer: impl Fn(usize, usize) -> Option<Value> + Send + Sync + 'static) -> Server {
    let looks = std::sync::Mutex::new([0_usize; 20]);
    Server::start(move |seen: &Seen, _| {
        let page = seen.query().iter().find(|(key, _)| key == "page").map_or(0, |(_, n)| n.parse().unwrap());
        let look = {
            let mut looks = looks.lock().unwrap();
            looks[page] += 1;
            looks[page] - 1
        };
        let Some(body) = answer(look, page) else { return reply(500, &json!({"message": "no"})) };
        let base = format!("http://{}{}", seen.header("host").unwrap(), seen.path());
        let body = if name.is_empty() { body } else { json!({name: body, "total_count": 3}) };
        reply(200, &body).with("link", format!("<{base}?page={}>; rel=\"next\"", page + 1))
    })
    .await
}

fn ids(listed: &Listed) -> Vec<&str> {
    listed.automations().iter().map(|one| one.at.id.raw()).collect()
}

#[tokio::test]
async fn what_slides_from_one_page_to_another_while_a_list_is_read_is_there_once_and_not_lost() {
    // “a” is deleted after the first page was read: “c” slides onto it, and the second page begins with “d”.
    let server = Server::start(|seen: &Seen, nth| {
        let base = format!("http://{}{}", seen.header("host").unwrap(), seen.path());
        let page = |names: &[&str], total: u64| {
            let all: Vec<Value> = names.iter().map(|name| summary(name)).collect();
            json!({"automations": all, "total_count": total})
        };
        let next = format!("<{base}?page=2>; rel=\"next\"");
        match nth {
            0 => reply(200, &page(&["a", "b"], 4)).with("link", next),
            1 => reply(200, &page(&["d"], 3)),
            2 => reply(200, &page(&["b", "c"], 3)).with("link", next),
            _ => reply(200, &page(&["d"], 3)),
        }
    })
    .await;
    let listed = port(&github(&server)).of_repo(&repo()).await.unwrap();
    assert_eq!((ids(&listed), server.count()), (vec!["b", "c", "d"], 4), "the second look was calm");

    // A bare list says nothing of how many there are: what either look saw is there.
    let own = |name: &str| json!({"id": name, "name": name, "repository": {"full_name": "acme/web"}});
    let server = Server::start(move |seen: &Seen, nth| {
        let base = format!("http://{}{}", seen.header("host").unwrap(), seen.path());
        let next = format!("<{base}?page=2>; rel=\"next\"");
        match nth {
            0 => reply(200, &json!([own("a"), own("b")])).with("link", next),
            1 => reply(200, &json!([own("d")])),
            2 => reply(200, &json!([own("b"), own("c")])).with("link", next),
            _ => reply(200, &json!([own("c"), own("d")])),
        }
    })
    .await;
    let listed = port(&github(&server)).mine().await.unwrap();
    let Listed::Here { unreadable, more, .. } = &listed else { panic!() };
    assert_eq!((ids(&listed), *unreadable, *more), (vec!["b", "c", "d", "a"], 0, false));
}

#[tokio::test]
async fn a_list_that_stands_still_is_read_once_and_one_without_end_is_cut_and_says_so() {
    let server = Server::start(|seen: &Seen, nth| {
        let base = format!("http://{}{}", seen.header("host").unwrap(), seen.path());
        let page = json!({"automations": [summary(&nth.to_string())], "total_count": 3});
        let next = (nth < 2).then(|| format!("<{base}?page={}>; rel=\"next\"", nth + 2));
        next.into_iter().fold(reply(200, &page), |answer, next| answer.with("link", next))
    })
    .await;
    let listed = port(&github(&server)).of_repo(&repo()).await.unwrap();
    assert_eq!((ids(&listed), server.count()), (vec!["0", "1", "2"], 3));

    let endless = pages("", |_, page| Some(json!([summary(&format!("p{page}"))]))).await;
    let listed = port(&github(&endless)).of_repo(&repo()).await.unwrap();
    let Listed::Here { automations, more, .. } = &listed else { panic!() };
    assert_eq!((automations.len(), *more), (10, true));

    let torn = pages("automations", |_, page| (page == 0).then(|| json!([summary("a")]))).await;
    assert!(port(&github(&torn)).of_repo(&repo()).await.is_err(), "half a list is no list");
}

#[tokio::test]
async fn its_tasks_are_read_to_the_bound_by_a_time_that_never_changes_each_once() {
    let task = |id: String| json!({"id": id, "state": "completed", "created_at": "2026-11-01T00:00:00Z"});
    // Each page begins with the last task of the one before: a run began meanwhile.
    let server =
        pages("tasks", move |_, page| Some(json!([task(page.to_string()), task((page + 1).to_string())]))).await;
    let Fetched::New { value, .. } = port(&github(&server)).tasks_of(&at(), None).await.unwrap() else { panic!() };
    let found: Vec<&str> = value.tasks.iter().map(|task| task.at.id.raw()).collect();
    assert_eq!((found, value.next.is_some()), (vec!["0", "1", "2", "3"], true), "there are more than are read");
    assert!(value.tasks.iter().all(|task| task.automation == Some(at().id)));
    let asked = server.seen();
    assert_eq!(asked.len(), 5, "one stood on two pages: those before the last are looked at once more");
    let first = asked[0].query();
    for (key, value) in [("per_page", "100"), ("sort", "created_at")] {
        assert!(first.contains(&(key.to_owned(), value.to_owned())), "{first:?}");
    }
}

#[tokio::test]
async fn a_run_that_slides_over_a_page_that_was_read_is_not_lost_and_a_list_that_stands_still_is_read_once() {
    // `deleted`: “a” goes after the first page was read, and “c” slides onto it before the second is.
    let server = |deleted: bool, tagged: bool| {
        Server::start(move |seen: &Seen, nth| {
            let base = format!("http://{}{}", seen.header("host").unwrap(), seen.path());
            let page = |ids: &[&str], all: u64| {
                let at = |id: &str| format!("2026-11-01T00:00:{:02}Z", 30 - id.as_bytes()[0] % 30);
                let task = |id: &&str| json!({"id": id, "state": "completed", "created_at": at(id)});
                let tasks: Vec<Value> = ids.iter().map(task).collect();
                let body = json!({"tasks": tasks, "total_active_count": 1, "total_archived_count": all - 1});
                if tagged { body } else { json!({"tasks": tasks}) }
            };
            let next = format!("<{base}?page=2>; rel=\"next\"");
            let is_first = seen.query().iter().all(|(key, _)| key != "page");
            match (deleted, nth, is_first) {
                (false, 2.., true) => answer(304, ""),
                (false, _, true) | (true, 0, _) => {
                    reply(200, &page(&["a", "b"], 4)).with("link", next).with("etag", "\"one\"")
                }
                (false, ..) => reply(200, &page(&["c", "d"], 4)),
                (true, _, true) => reply(200, &page(&["b", "c"], 3)).with("link", next).with("etag", "\"two\""),
                (true, ..) => reply(200, &page(&["d"], 3)),
            }
        })
    };
    for (deleted, tagged, requests, found) in [
        (true, true, 3, "a b c d"),
        (true, false, 3, "a b c d"),
        // Where the service tells no totals a look at the page before the last is needed; it costs nothing.
        (false, false, 3, "a b c d"),
        (false, true, 2, "a b c d"),
    ] {
        let server = server(deleted, tagged).await;
        let Fetched::New { value, validator } = port(&github(&server)).tasks_of(&at(), None).await.unwrap() else {
            panic!()
        };
        let mut ids: Vec<&str> = value.tasks.iter().map(|task| task.at.id.raw()).collect();
        ids.sort_unstable();
        assert_eq!(
            (ids.join(" "), server.count(), value.next),
            (found.to_owned(), requests, None),
            "{deleted} {tagged}"
        );
        let tag = validator.unwrap().tag().unwrap().raw_for_match().to_owned();
        assert_eq!(tag.contains("two"), deleted, "the newest first page is the one that is asked about next: {tag}");
        if !deleted && !tagged {
            assert_eq!(server.seen()[2].header("if-none-match"), Some("\"one\""));
        }
    }
}

#[tokio::test]
async fn an_edit_is_a_merge_patch_of_what_differs_guarded_by_the_revision() {
    let pinned = pinned().await;
    let mut wanted = pinned.seen.clone();
    let mut weekly = wanted.triggers().unwrap().remove(0);
    weekly.fields.insert("hour_utc".into(), 9.into());
    wanted.set_trigger(&weekly);
    let server = always(200, detail()).await;
    let acted = port(&github(&server)).act(&granted(Act::Edit(pinned, wanted))).await.unwrap();
    assert!(matches!(acted, Acted::Stands(one) if one.at == at()));
    let sent = server.only();
    assert_eq!((sent.method.as_str(), sent.path()), ("PATCH", "/agents/repos/acme/billing/automations/a%2F1"));
    assert_eq!(sent.header("content-type"), Some("application/merge-patch+json"));
    // W-41: the trigger nobody here knows goes out as it came, with its `null` inside.
    let expected = json!({
        "triggers": {
            "interval": {"cadence": ["weekly"], "hour_utc": 9, "day_of_week": 1, "minute_utc": 30},
            "moon_phase": {"phase": "full", "deep": {"x": [1, null]}},
        },
        "expected_revision_id": 41,
    });
    assert_eq!(sent.json(), expected);
}

#[tokio::test]
async fn each_act_is_one_request_of_its_own_kind() {
    let definition =
        Definition::take_from(&mut json!({"name": "n", "prompt": "p", "triggers": {}}).as_object().unwrap().clone());
    let pinned = pinned().await;
    let run = RunOrder {
        event: "issues".into(),
        kind: Some("opened".into()),
        conclusion: None,
        resource: Some("https://github.com/acme/billing/issues/1".into()),
    };
    let acts = [
        (Act::Create(definition), 201, "POST", "", json!({"name": "n", "prompt": "p", "triggers": {}})),
        (
            Act::Switch(pinned.clone(), false),
            200,
            "PATCH",
            "/a%2F1",
            json!({"enabled": false, "expected_revision_id": 41}),
        ),
        (Act::Run(pinned.clone(), RunOrder::default()), 202, "POST", "/a%2F1/tasks", json!({"event": "manual"})),
        (
            Act::Run(pinned.clone(), run),
            202,
            "POST",
            "/a%2F1/tasks",
            json!({
                "event": "issues", "type": "opened", "resource_url": "https://github.com/acme/billing/issues/1"
            }),
        ),
        (Act::Delete(pinned), 204, "DELETE", "/a%2F1", Value::Null),
    ];
    for (act, status, method, path, body) in acts {
        let server =
            Server::start(move |_, _| if status == 204 { answer(204, "") } else { reply(status, &detail()) }).await;
        let acted = port(&github(&server)).act(&granted(act.clone())).await.unwrap();
        let sent = server.only();
        assert_eq!(
            (sent.method.as_str(), sent.path()),
            (method, format!("/agents/repos/acme/billing/automations{path}").as_str())
        );
        if body.is_null() {
            assert_eq!(sent.body, "");
        } else {
            assert_eq!(sent.json(), body);
        }
        // W-38: what comes of a run is no task, whatever its answer looks like.
        match act {
            Act::Run(..) => assert!(matches!(acted, Acted::Accepted(_)), "{acted:?}"),
            Act::Delete(_) => assert_eq!(acted, Acted::Deleted),
            _ => assert!(matches!(acted, Acted::Stands(_)), "{acted:?}"),
        }
    }
}

#[tokio::test]
async fn an_empty_answer_to_a_run_is_an_acceptance_too() {
    let server = Server::start(|_, _| answer(202, "")).await;
    let acted = port(&github(&server)).act(&granted(Act::Run(pinned().await, RunOrder::default()))).await.unwrap();
    assert!(matches!(acted, Acted::Accepted(accepted) if accepted.said.is_none()));
}

#[tokio::test]
async fn a_write_goes_once_and_an_answer_that_was_lost_is_not_known() {
    use FaultKind::{Conflict, Invalid, NotFound, Permission, UnknownOutcome};
    let scripts: Vec<(Reply, FaultKind)> = vec![
        (reply(409, &json!({"message": "stale"})).into(), Conflict),
        (reply(422, &json!({"message": "bad"})).into(), Invalid),
        (reply(403, &json!({"message": "no"})).into(), Permission),
        (reply(404, &json!({"message": "gone"})).into(), NotFound),
        (reply(500, &json!({})).into(), UnknownOutcome),
        (reply(200, &json!({"hello": 1})).into(), UnknownOutcome),
        (reply(200, &json!({"id": "another"})).into(), UnknownOutcome),
        (Reply(vec![Step::Reset]), UnknownOutcome),
    ];
    for (script, expected) in scripts {
        let words = format!("{script:?}");
        let server = Server::start(move |_, _| script.clone()).await;
        let found = fault(port(&github(&server)).act(&granted(Act::Switch(pinned().await, true))).await);
        assert_eq!((found.kind, server.count()), (expected, 1), "{words}");
    }
}

#[tokio::test]
async fn a_door_that_is_read_only_lets_reads_through_and_nothing_else() {
    let server = always(200, detail()).await;
    let github = GitHub::new(Options { read_only: true, ..options(&server.base()) }).unwrap();
    port(&github).one(&at()).await.unwrap();
    let pinned = pinned().await;
    let acts = [
        Act::Create(pinned.seen.clone()),
        Act::Switch(pinned.clone(), true),
        Act::Run(pinned.clone(), RunOrder::default()),
        Act::Delete(pinned),
    ];
    for act in acts {
        assert_eq!(kind(port(&github).act(&granted(act)).await), FaultKind::Refused);
    }
    assert_eq!(server.count(), 1, "only the read went out");
}

#[tokio::test]
async fn a_host_that_wants_the_older_version_is_not_one_without_automations() {
    let server = Server::start(|seen: &Seen, _| match seen.header("x-github-api-version") {
        Some("2022-11-28") => reply(200, &json!([summary("a")])),
        _ => reply(404, &json!({"message": "Not Found"})),
    })
    .await;
    let listed = port(&github(&server)).of_repo(&repo()).await.unwrap();
    assert_eq!((listed.automations().len(), server.count()), (1, 2));
}
