//! The pieces of a form: from what the automation says, and what the service offers where it offers something.
//!
//! What an automation has and the service does not offer stands there as well: by the looks of its values where they are
//! texts, lists of texts or whole numbers, else as it came.

use serde_json::Value;

use super::piece::{Part, Piece, Shape};
use super::{AutomationForm, Purpose, credits};
use crate::console::automations::Offers;
use crate::console::state::compose::editor::Editor;
use crate::console::state::compose::{Control, Field};
use crate::domain::RepoName;
use crate::domain::automation::{Offered, OfferedField, OfferedTrigger, ToolGroup, Trigger, show_value, triggers_of};
use crate::text::Untrusted;

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const PERIODS: [&str; 3] = ["day", "week", "month"];
const CONCLUSIONS: [&str; 5] = ["success", "failure", "cancelled", "timed_out", "action_required"];
const MANUAL: &str = "manual";

/// `before`: the pieces there were, for what was chosen.
pub(super) fn pieces(form: &AutomationForm, offers: Option<&Offers>, before: &[Piece]) -> Vec<Piece> {
    if let Purpose::Run(_, triggers) = &form.purpose {
        return run(triggers, offers, before);
    }
    let is_new = form.purpose == Purpose::Create;
    let mut all = Vec::new();
    if is_new {
        all.extend(origin(form));
    }
    all.push(text(form, "name", "name").required(true).help("what it is called, and known by"));
    all.push(text(form, "description", "description").empty("none").help("what it is for"));
    all.extend(triggers(form, offers));
    all.extend(reach(form, is_new));
    all.extend(limits(form));
    all.extend(tools(form, offers));
    all.extend(beside(form));
    all
}

fn line(value: &str) -> Control {
    if value.contains('\n') { Control::Area(Editor::prompt(value)) } else { Control::Line(Editor::line(value)) }
}

fn choice(choices: &[&str], value: &str) -> Control {
    let mut choices: Vec<String> = choices.iter().map(|&choice| choice.to_owned()).collect();
    if !value.is_empty() && !choices.iter().any(|choice| choice == value) {
        choices.push(value.to_owned());
    }
    let at = choices.iter().position(|choice| choice == value);
    Control::Choice { choices, at }
}

fn shown(label: &str, value: &Value) -> Piece {
    let control = Control::Fixed(show_value(value).to_string());
    let help = "this form has no way to change it: it stays as it is";
    Piece::new(Part::Shown(label.to_owned()), label, Shape::Text, control).help(help)
}

/// Where a new one is made, and from which template.
fn origin(form: &AutomationForm) -> Vec<Piece> {
    let repos: Vec<&str> = form.repos.iter().map(RepoName::as_str).collect();
    let repo = Piece::new(Part::Repo, "repository", Shape::Text, choice(&repos, form.repo.as_str()));
    let repo = repo.required(true).kind("repo").help("left and right, or its first letter");
    let ids: Vec<&str> = form.templates.iter().map(|template| template.id.as_str()).collect();
    let id = form.template.as_ref().map_or("", |template| template.id.as_str());
    let template = Piece::new(Part::Template, "template", Shape::Text, choice(&ids, id)).kind("template");
    let variables = form.template.iter().flat_map(|template| &template.variables);
    let variables = variables.map(|one| Piece::of(Part::Variable(one.name.clone()), Field::of_variable(one)));
    let template = template.help("what its prompt is made from: left and right, none is one of them");
    [repo, template].into_iter().chain(variables).collect()
}

/// A text the automation says. Anything else that stands there is shown as it came.
fn text(form: &AutomationForm, name: &'static str, label: &str) -> Piece {
    match form.base.get(name) {
        None => Piece::new(Part::Said(name), label, Shape::Text, line("")),
        Some(Value::String(value)) => Piece::new(Part::Said(name), label, Shape::Text, line(value)),
        Some(other) => shown(label, other),
    }
}

fn one_of(form: &AutomationForm, name: &'static str, label: &str, choices: &[&str]) -> Piece {
    let value = match form.base.get(name) {
        None => "",
        Some(Value::String(value)) => value,
        Some(other) => return shown(label, other),
    };
    // What is said cannot be unsaid.
    Piece::new(Part::Said(name), label, Shape::Text, choice(choices, value)).required(!value.is_empty())
}

fn flag(form: &AutomationForm, name: &'static str, label: &str) -> Piece {
    let value = match form.base.get(name) {
        None => "",
        Some(Value::Bool(yes)) => {
            if *yes {
                "yes"
            } else {
                "no"
            }
        }
        Some(other) => return shown(label, other),
    };
    Piece::new(Part::Said(name), label, Shape::Flag, choice(&["yes", "no"], value)).required(!value.is_empty())
}

fn names(form: &AutomationForm, name: &'static str, label: &str) -> Piece {
    match form.base.get(name).map_or(Some(String::new()), lines_of) {
        Some(lines) => Piece::new(Part::Said(name), label, Shape::List, Control::Area(Editor::prompt(&lines)))
            .empty("none")
            .help("one a line"),
        None => shown(label, form.base.get(name).unwrap_or(&Value::Null)),
    }
}

/// A list of texts, each on a line of its own.
fn lines_of(value: &Value) -> Option<String> {
    let one = |value: &Value| value.as_str().filter(|text| !text.contains('\n')).map(str::to_owned);
    match value {
        Value::Array(items) => Some(items.iter().map(one).collect::<Option<Vec<_>>>()?.join("\n")),
        // One text alone counts as a list.
        Value::String(_) => one(value),
        _ => None,
    }
}

fn offered_triggers(offers: Option<&Offers>) -> &[OfferedTrigger] {
    match offers.map(|offers| &offers.triggers) {
        Some(Offered::Here(triggers)) => triggers,
        _ => &[],
    }
}

fn triggers(form: &AutomationForm, offers: Option<&Offers>) -> Vec<Piece> {
    let offered = offered_triggers(offers);
    let said = form.base.get("triggers");
    let Some(there) = said.map_or(Some(Vec::new()), triggers_of) else {
        return vec![shown("triggers", said.unwrap_or(&Value::Null)).under("Set off by")];
    };
    let mut all = Vec::new();
    for trigger in &there {
        let id = trigger.id.raw_for_match();
        let known = offered.iter().find(|one| one.id == trigger.id);
        // The schedule goes by an older name too.
        let known = known.or_else(|| {
            offered
                .iter()
                .find(|one| trigger.is_schedule() && matches!(one.id.raw_for_match(), "interval" | "schedule"))
        });
        all.push(toggle(id, known, true));
        all.extend(fields(id, Some(trigger), known));
    }
    for one in offered.iter().filter(|one| !there.iter().any(|trigger| trigger.id == one.id)) {
        let older = one.id.raw_for_match() == "interval" && there.iter().any(Trigger::is_schedule);
        if !older {
            all.push(toggle(one.id.raw_for_match(), Some(one), false));
            all.extend(fields(one.id.raw_for_match(), None, Some(one)));
        }
    }
    if all.is_empty() {
        all.push(shown("triggers", &"none: it is run by hand only".into()));
    }
    if let Some(first) = all.first_mut() {
        first.heading = Some(crate::text::Safe::new("Set off by"));
    }
    all
}

fn toggle(id: &str, known: Option<&OfferedTrigger>, on: bool) -> Piece {
    let title = known.and_then(|known| known.title.as_ref()).map_or_else(|| Untrusted::from(id), Clone::clone);
    let piece = Piece::new(Part::Trigger(id.to_owned()), title.show_line(), Shape::Flag, Control::Toggle(on));
    let id = Untrusted::from(id).show_line();
    match known {
        Some(known) => {
            let about = known.description.as_ref().map(Untrusted::show_line).unwrap_or_default();
            piece.kind("trigger").help(format!("{id}: {about}"))
        }
        None => piece.kind("not offered").help(format!("{id}: the service does not offer it now; it stays as it is")),
    }
}

fn fields(id: &str, there: Option<&Trigger>, known: Option<&OfferedTrigger>) -> Vec<Piece> {
    let empty = crate::domain::automation::Fields::new();
    let said = there.map_or(&empty, |trigger| &trigger.fields);
    let offered = known.map_or(&[][..], |known| &known.fields);
    let mut keys = Vec::new();
    let mut all = Vec::new();
    for field in offered {
        let key = field.id.raw_for_match();
        // The cadence goes by an older name too.
        let key = if key == "cadence" && !said.contains_key(key) && said.contains_key("types") { "types" } else { key };
        keys.push(key);
        all.push(offered_field(id, key, said.get(key), field));
    }
    for (key, value) in said.iter().filter(|(key, _)| !keys.contains(&key.as_str())) {
        let label = if key.is_empty() { "value" } else { key };
        all.push(if let Some((shape, control)) = by_its_looks(value).filter(|_| !key.is_empty()) {
            Piece::new(part(id, key), indented(label), shape, control).help("one a line where it is a list")
        } else {
            let mut piece = shown(&indented(label), value);
            // It comes and goes with its trigger.
            piece.part = part(id, key);
            piece
        });
    }
    all
}

fn part(id: &str, key: &str) -> Part {
    Part::OfTrigger(id.to_owned(), key.to_owned())
}

fn indented(label: &str) -> String {
    format!("  {}", Untrusted::from(label).show_line())
}

fn by_its_looks(value: &Value) -> Option<(Shape, Control)> {
    match value {
        Value::String(text) => Some((Shape::Text, line(text))),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some((Shape::Whole, line(&number.to_string()))),
        Value::Array(_) => Some((Shape::List, Control::Area(Editor::prompt(&lines_of(value)?)))),
        _ => None,
    }
}

fn offered_field(id: &str, key: &str, value: Option<&Value>, field: &OfferedField) -> Piece {
    let options: Vec<&str> = field.options.iter().map(Untrusted::raw_for_wire).collect();
    let made = match (field.kind.raw_for_match(), value) {
        ("string", None) if options.is_empty() => Some((Shape::Text, line(""), "text")),
        ("string", Some(Value::String(text))) if options.is_empty() => Some((Shape::Text, line(text), "text")),
        ("string", None) => Some((Shape::Text, choice(&options, ""), "choice")),
        ("string", Some(Value::String(text))) => Some((Shape::Text, choice(&options, text), "choice")),
        ("string_array", value) => {
            value.map_or(Some(String::new()), lines_of).map(|lines| (Shape::List, list(&options, &lines), "list"))
        }
        ("integer", None) => Some((Shape::Whole, whole(key, &options, None), "number")),
        ("integer", Some(value)) => value.as_i64().map(|n| (Shape::Whole, whole(key, &options, Some(n)), "number")),
        // A kind of field this program does not know.
        (_, Some(value)) => by_its_looks(value).map(|(shape, control)| (shape, control, "")),
        (_, None) => None,
    };
    let label = indented(key);
    let Some((shape, control, kind)) = made else {
        let kind = field.kind.show_line();
        let nothing = Value::from(format!("not said; this program does not know the kind {kind}"));
        let mut piece = shown(&label, value.unwrap_or(&nothing));
        piece.part = part(id, key);
        return piece;
    };
    let title = field.label.as_ref().map(Untrusted::show_line).unwrap_or_default();
    let about = field.description.as_ref().map(|text| format!(": {}", text.show_line())).unwrap_or_default();
    let how = if shape == Shape::List && options.is_empty() { " · one a line" } else { "" };
    let piece = Piece::new(part(id, key), label, shape, control).kind(kind).empty("any");
    piece.required(field.required).help(format!("{title}{about}{how}"))
}

fn list(options: &[&str], lines: &str) -> Control {
    if options.is_empty() {
        return Control::Area(Editor::prompt(lines));
    }
    let mut choices: Vec<(String, bool)> = options.iter().map(|&option| (option.to_owned(), false)).collect();
    for line in lines.lines() {
        match choices.iter_mut().find(|(name, _)| name == line) {
            Some((_, on)) => *on = true,
            None => choices.push((line.to_owned(), true)),
        }
    }
    Control::Several { choices, at: 0 }
}

/// A day of the week by its name.
fn whole(key: &str, options: &[&str], value: Option<i64>) -> Control {
    let named = |number: &str| match number.parse::<usize>().ok().and_then(|day| DAYS.get(day)) {
        Some(day) if key == "day_of_week" => format!("{number} {day}"),
        _ => number.to_owned(),
    };
    let value = value.map(|number| named(&number.to_string())).unwrap_or_default();
    if options.is_empty() {
        return line(&value);
    }
    let options: Vec<String> = options.iter().map(|option| named(option)).collect();
    choice(&options.iter().map(String::as_str).collect::<Vec<_>>(), &value)
}

/// What it may do, and with what.
fn reach(form: &AutomationForm, is_new: bool) -> Vec<Piece> {
    let mut all = vec![
        one_of(form, "write_scope", "write scope", &["trigger", "repository"])
            .help("what it may change: what set it off, or the whole repository")
            .under("What it may do"),
        flag(form, "require_actor_write_permission", "actor must write")
            .help("only who may write to the repository sets it off"),
        text(form, "model", "model")
            .empty("automatic")
            .help("next and previous choice suggest; any other is sent as it is"),
        text(form, "reasoning_effort", "reasoning").empty("automatic").help("how long it is to think"),
    ];
    if is_new {
        all.push(flag(form, "enabled", "switched on").help("whether it is on from the start"));
        let owner = one_of(form, "owner_type", "owner", &["user", "repository"]);
        all.push(owner.help("whose it is; it never changes"));
    }
    all
}

fn limits(form: &AutomationForm) -> Vec<Piece> {
    let said = form.base.get("usage_limits");
    let heading = "What it may spend, in AI credits";
    let Some(there) = said.map_or(Some(&[][..]), |said| said.as_array().map(Vec::as_slice)) else {
        return vec![shown("limits", said.unwrap_or(&Value::Null)).under(heading)];
    };
    let mut all = Vec::new();
    for period in PERIODS {
        let of_it = there.iter().find(|entry| entry.get("period").and_then(Value::as_str) == Some(period));
        let limit = of_it.map(|entry| entry.get("limit").and_then(Value::as_u64));
        let label = format!("a {period}");
        all.push(if limit == Some(None) {
            // Something is there, and it is no number.
            shown(&label, of_it.unwrap_or(&Value::Null))
        } else {
            let typed = limit.flatten().map(credits::typed).unwrap_or_default();
            Piece::new(Part::Limit(period.to_owned()), label, Shape::Text, line(&typed))
                .kind("credits")
                .empty("no limit")
                .help("a run under way may pass it")
        });
    }
    let known =
        |entry: &&Value| entry.get("period").and_then(Value::as_str).is_some_and(|word| PERIODS.contains(&word));
    all.extend(there.iter().filter(|entry| !known(entry)).map(|entry| shown("another limit", entry)));
    if let Some(first) = all.first_mut() {
        first.heading = Some(crate::text::Safe::new(heading));
    }
    all
}

fn tools(form: &AutomationForm, offers: Option<&Offers>) -> Vec<Piece> {
    let said = form.base.get("tools");
    let Some(there) = said.map_or(Some(&[][..]), |said| said.as_array().map(Vec::as_slice)) else {
        return vec![shown("tools", said.unwrap_or(&Value::Null)).under("Tools")];
    };
    let groups: &[ToolGroup] = match offers.map(|offers| &offers.tools) {
        Some(Offered::Here(groups)) => groups,
        _ => &[],
    };
    let has = |id: &str| there.iter().any(|tool| tool.as_str() == Some(id));
    let mut all: Vec<Piece> = Vec::new();
    for group in groups {
        let title = group.title.as_ref().unwrap_or(&group.id).show_line();
        for (nth, tool) in group.tools.iter().enumerate() {
            let id = tool.id.raw_for_wire();
            if all.iter().any(|piece| matches!(&piece.part, Part::Tool(known) if known == id)) {
                continue;
            }
            let kind = match tool.writes {
                Some(true) => "writes",
                Some(false) => "reads",
                None => "",
            };
            let name = tool.title.as_ref().unwrap_or(&tool.id).show_line();
            let about = tool.description.as_ref().map(|text| format!(": {}", text.show_line())).unwrap_or_default();
            let mut piece = Piece::new(Part::Tool(id.to_owned()), name, Shape::Flag, Control::Toggle(has(id)))
                .kind(kind)
                .help(format!("{}{about}", tool.id.show_line()));
            piece.heading = (nth == 0).then(|| crate::text::Safe::new(format!("Tools · {title}")));
            all.push(piece);
        }
    }
    let mut beside = Vec::new();
    for tool in there {
        match tool.as_str() {
            Some(id)
                if all
                    .iter()
                    .chain(&beside)
                    .any(|one: &Piece| matches!(&one.part, Part::Tool(known) if known == id)) => {}
            Some(id) => {
                let name = Untrusted::from(id).show_line();
                let piece = Piece::new(Part::Tool(id.to_owned()), name, Shape::Flag, Control::Toggle(true));
                beside.push(piece.help("the service does not offer it now").kind("not offered"));
            }
            None => beside.push(shown("a tool", tool)),
        }
    }
    if let Some(first) = beside.first_mut() {
        let heading = if groups.is_empty() { "Tools" } else { "Tools · not offered now" };
        first.heading = Some(crate::text::Safe::new(heading));
    }
    all.extend(beside);
    all
}

/// What else it says, and what nobody here knows.
fn beside(form: &AutomationForm) -> Vec<Piece> {
    let mut all = vec![
        names(form, "allowed_custom_agents", "custom agents").under("Beside"),
        names(form, "github_mcp_toolsets", "toolsets"),
    ];
    if let Some(permissions) = form.base.get("permissions") {
        all.push(shown("permissions", permissions));
    }
    if let (Some(owner), Purpose::Edit(_)) = (form.base.get("owner_type"), &form.purpose) {
        all.push(shown("owner", owner));
    }
    let others = form.other.iter().enumerate().map(|(nth, (key, value))| {
        let piece = shown(&Untrusted::from(key.as_str()).show_line(), value);
        if nth == 0 { piece.under("Told by the service and not known here: it stays as it is") } else { piece }
    });
    all.extend(others);
    all
}

/// The event one is run with. Of one that cannot be run by hand, the service has said so.
fn run(triggers: &[Trigger], offers: Option<&Offers>, before: &[Piece]) -> Vec<Piece> {
    let offered = offered_triggers(offers);
    let cannot = |trigger: &&Trigger| offered.iter().any(|one| one.id == trigger.id && one.can_run_now == Some(false));
    let can: Vec<&Trigger> = triggers.iter().filter(|trigger| !cannot(trigger)).collect();
    let mut events = vec![MANUAL];
    events.extend(can.iter().map(|trigger| trigger.id.raw_for_wire()).filter(|id| *id != MANUAL));
    let chosen = before.iter().find(|piece| piece.part == Part::Event).map(|piece| piece.field.value());
    let chosen = chosen.filter(|event| events.contains(&event.as_str())).unwrap_or_else(|| MANUAL.to_owned());
    let left_out = triggers.len() - can.len();
    let help = match left_out {
        0 => "by hand, or as if one of its triggers had happened".to_owned(),
        _ => format!("by hand, or as one of its triggers; {left_out} of them cannot be run by hand"),
    };
    let event = Piece::new(Part::Event, "event", Shape::Text, choice(&events, &chosen)).required(true).help(help);
    let mut all = vec![event];
    let Some(trigger) = can.iter().find(|trigger| trigger.id.raw_for_wire() == chosen) else { return all };
    if trigger.is_schedule() {
        return all;
    }
    let first = |list: &[&str]| if let [only] = list { (*only).to_owned() } else { String::new() };
    let types = trigger.list("types");
    let kind = if types.is_empty() { line("") } else { choice(&types, &first(&types)) };
    all.push(Piece::new(Part::Kind, "type", Shape::Text, kind).required(true).help("what happened"));
    if chosen == "workflow_run" {
        let conclusions = trigger.list("conclusions");
        let from = if conclusions.is_empty() { &CONCLUSIONS[..] } else { &conclusions };
        let conclusion = Piece::new(Part::Conclusion, "conclusion", Shape::Text, choice(from, &first(from)));
        all.push(conclusion.required(true).help("how the workflow run ended"));
    }
    let resource = Piece::new(Part::Resource, "resource", Shape::Text, line("")).required(true);
    all.push(resource.help("the address of the issue, pull request or run it is to work on"));
    all
}
