//! `create` and `edit`.

use serde_json::Value;
use uuid::Uuid;

use super::args::{Create, Edit, OwnedBy, Says};
use super::change::{self, Confirm};
use super::row::{Acted, Came};
use super::{act, which};
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::start::{Choice, With, prompt_of};
use crate::domain::automation::{Act, Definition, FIELDS, Trigger, file};
use crate::domain::{Automation, AutomationOrder, Fault, FaultKind, RepoName};
use crate::template::{Where, lint};
use crate::text::Untrusted;

fn usage(what: impl AsRef<str>, next: impl AsRef<str>) -> Fault {
    Fault::new(FaultKind::Invalid, what, next)
}

pub async fn create(args: &Create, desk: &Desk) -> Result<Exit, Fault> {
    let repo = one_repo(desk)?;
    if args.name.trim().is_empty() {
        return Err(usage("it has no name", "give --name NAME"));
    }
    // As a start of the same prompt would be made: its template, its checks, its limits.
    let choice = Choice { model: args.model.clone(), ..Choice::default() };
    let start = prompt_of(&args.from, &With { choice, ..With::default() }, desk, &repo)?;
    let mut definition = Definition::default();
    definition.set("name", args.name.as_str().into());
    definition.set("enabled", (!args.off).into());
    definition.set("prompt", start.request.prompt.as_str().into());
    if let Some(model) = &start.request.model {
        definition.set("model", model.as_str().into());
    }
    if let Some(agent) = &start.request.custom_agent {
        definition.set("allowed_custom_agents", Value::Array(vec![agent.as_str().into()]));
    }
    if let Some(owner) = args.owner {
        let word = if owner == OwnedBy::User { "user" } else { "repository" };
        definition.set("owner_type", word.into());
    }
    definition.set("triggers", Value::Object(serde_json::Map::new()));
    say(&mut definition, &args.says)?;
    let mut order = AutomationOrder::new(Uuid::new_v4(), repo, Act::Create(definition));
    order.template = start.template;
    order.template_hash = start.template_hash;
    let mut acted = Acted::new(order, Came::NotSent);
    let findings = lint::prompt(&start.request.prompt, true);
    // What an automation is told stays with the service and is sent again and again: no secret. The rest is advice, as
    // it is beside the console's form.
    if let Some(secret) = findings.iter().find(|finding| finding.code == lint::SECRET) {
        let place = if let Where::Line(line) = secret.at { format!("line {line}: ") } else { String::new() };
        let what = format!("{place}{}", secret.message);
        return Err(Fault::new(FaultKind::Refused, what, "take it out of the prompt; nothing was sent"));
    }
    acted.advice = findings.into_iter().map(|finding| finding.message).collect();
    change::all(desk, vec![acted], &args.how, (Confirm::Yes, false)).await
}

/// The only one there is.
fn one_repo(desk: &Desk) -> Result<RepoName, Fault> {
    match desk.repos.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(usage("there is no repository to create it in", "say which with --repo OWNER/NAME")),
        _ => Err(usage("several repositories are configured", "say which with --repo OWNER/NAME")),
    }
}

/// What was said field by field, over what is there.
fn say(definition: &mut Definition, says: &Says) -> Result<(), Fault> {
    for (field, value) in &says.set {
        if !FIELDS.contains(&field.as_str()) {
            return Err(usage(format!("there is no field {field}"), format!("there are {}", FIELDS.join(", "))));
        }
        let value: Value = serde_json::from_str(value).unwrap_or_else(|_| value.as_str().into());
        if value.is_null() {
            return Err(usage(format!("{field} cannot be emptied: the service refuses null"), "give it another value"));
        }
        definition.set(field, value);
    }
    for (id, fields) in &says.triggers {
        let fields = fields.as_object().cloned().unwrap_or_default();
        definition.set_trigger(&Trigger { id: id.as_str().into(), fields });
    }
    if !says.limits.is_empty() {
        let mut limits: Vec<Value> =
            definition.get("usage_limits").and_then(Value::as_array).cloned().unwrap_or_default();
        for (period, nano) in &says.limits {
            limits.retain(|limit| limit.get("period").and_then(Value::as_str) != Some(period));
            limits.push(serde_json::json!({ "period": period, "limit": nano }));
        }
        definition.set("usage_limits", Value::Array(limits));
    }
    Ok(())
}

pub async fn edit(args: &Edit, desk: &Desk) -> Result<Exit, Fault> {
    let one = which::find_one(desk, &args.which).await?;
    let Some(now) = one.definition() else { return Err(which::not_here()) };
    let said = !args.says.set.is_empty()
        || !args.says.triggers.is_empty()
        || !args.says.limits.is_empty()
        || !args.without.is_empty();
    let mut wanted = if said { now.clone() } else { in_editor(desk, &one, now).await? };
    say(&mut wanted, &args.says)?;
    for id in &args.without {
        let id = Untrusted::from(id.as_str());
        if !wanted.triggers().unwrap_or_default().iter().any(|trigger| trigger.id == id) {
            return Err(usage(format!("it has no trigger {}", id.show_line()), "`atc automation view` names them"));
        }
        wanted.remove_trigger(&id);
    }
    if let Some(emptied) = wanted.emptied_from(now) {
        let what = format!("{} was taken out: the service cannot be told to forget it", emptied.0);
        return Err(usage(what, "put it back, or give it another value"));
    }
    let acted = act::order(&one, |pinned| Act::Edit(pinned, wanted))?;
    change::all(desk, vec![acted], &args.how, (Confirm::Yes, false)).await
}

/// As the file that would be exported.
async fn in_editor(desk: &Desk, one: &Automation, now: &Definition) -> Result<Definition, Fault> {
    if !desk.voice.can_ask() {
        return Err(usage("nothing was said to change", "give --set, --trigger, --no-trigger or --limit"));
    }
    let mut text = file::write(&one.at, now);
    loop {
        let written = (desk.edit)(text).await?;
        let why = match file::read(written.raw_for_match()) {
            Ok(read) if read.repo == one.at.repo && read.id.as_ref() == Some(&one.at.id) => return Ok(read.definition),
            Ok(_) => "it says that it is another one; leave repo and id as they are".to_owned(),
            Err(why) => why,
        };
        let wrong =
            usage(format!("what you wrote is no such automation: {why}"), "nothing was sent; edit it once more");
        output::complain(&format!("atc: {}", wrong.what));
        // What was written is not thrown away for a slip.
        if !desk.yes("Open the editor on it once more?").await {
            return Err(wrong);
        }
        text = written.raw_for_match().into();
    }
}
