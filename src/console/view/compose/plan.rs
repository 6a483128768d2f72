//! The table of a plan: each row with what is said of it, then with what became of it; below, the selected row in full.

use ratatui::buffer::Buffer;

use super::super::rule;
use super::super::safe::put;
use super::super::theme::{Theme, Tone};
use super::words::{marker, put_cut};
use crate::console::state::Model;
use crate::console::state::compose::plan::{PlanPane, Row, Stage, Standing};
use crate::console::state::compose::{layout, wrap};
use crate::console::state::layout::Area;
use crate::console::state::trust::clock;
use crate::domain::policy::Verdict;
use crate::domain::{age, cause_first, plan::Turn};
use crate::text::{Safe, width};

/// Marker, mark and the spaces round them.
const BEFORE: u16 = 3;
/// Columns of a repository's name and of a branch, at most.
const REPO: usize = 40;
const BASE: usize = 20;

pub(super) fn draw(model: &Model, plan: &PlanPane, theme: Theme, area: Area, focused: bool, buffer: &mut Buffer) {
    let (table, below) = layout::plan(area);
    let words = words(model, plan);
    // The counts are worth more than the template's name.
    let room = rule::room_for_title(usize::from(table.width), &words).max("Plan".len());
    let title = Safe::new(width::cut_end(&Safe::new(format!("Plan · {}", plan.title)), room));
    let title = if width::width(&title) < 10 { Safe::new("Plan") } else { title };
    rule::draw(buffer, &theme, table, &title, focused, &words);
    let repo = plan.rows.iter().map(|row| row.repo.as_str().len()).max().unwrap_or_default().clamp(10, REPO);
    let base = plan.rows.iter().map(|row| width::width(&plan.base_of(row))).max().unwrap_or_default().clamp(4, BASE);
    // On a narrow screen the verdict has at least half of the row.
    let repo = repo.min(usize::from(area.width) / 3);
    let base = base.min(usize::from(area.width) / 7);
    let columns = Columns { repo, base };
    let heading = table.y + 1;
    if table.height > 1 {
        let last = if plan.is_running() || plan.id.is_some() { "what became of it" } else { "verdict" };
        let text = ["repository", "base", last];
        for (x, text) in columns.places(table).into_iter().zip(text) {
            put_cut(buffer, theme, table, x, heading, Tone::Dim, text);
        }
    }
    let ys = heading + 1..table.bottom();
    for ((index, row), y) in plan.rows.iter().enumerate().skip(plan.top).zip(ys) {
        draw_row(model, plan, (row, index == plan.cursor && focused), theme, (table, y, columns), buffer);
    }
    if let Some(row) = plan.selected().filter(|_| below.height > 0) {
        rule::draw(buffer, &theme, below, &Safe::new(row.repo.as_str()), false, &[]);
        let room = usize::from(below.width.saturating_sub(2));
        let lines = about(model, plan, row).into_iter().flat_map(|(tone, text)| {
            wrapped(&text, room).into_iter().map(move |line| (tone, line)).collect::<Vec<_>>()
        });
        for ((tone, line), y) in lines.zip(below.y + 1..below.bottom()) {
            put_cut(buffer, theme, below, below.x + 1, y, tone, &line);
        }
    }
}

#[derive(Clone, Copy)]
struct Columns {
    repo: usize,
    base: usize,
}

impl Columns {
    fn places(self, area: Area) -> [u16; 3] {
        let repo = area.x.saturating_add(BEFORE);
        let after = |x: u16, columns: usize| x.saturating_add(u16::try_from(columns + 2).unwrap_or(u16::MAX));
        let base = after(repo, self.repo);
        [repo, base, after(base, self.base)]
    }
}

/// What the title's rule says at the right.
fn words(model: &Model, plan: &PlanPane) -> Vec<(Tone, Safe)> {
    let (over, all) = plan.progress();
    let rows = plan.rows.len();
    let first = match plan.stage {
        Stage::Running { .. } => (Tone::Accent, format!("plan {over}/{all}: {}", plan.counts())),
        Stage::Looking => (Tone::Dim, "reading what was sent".to_owned()),
        _ => (Tone::Plain, format!("{rows} row{}: {}", if rows == 1 { "" } else { "s" }, plan.counts())),
    };
    let urgent = match (plan.stage, &plan.holds) {
        (Stage::Running { stopping: true }, _) => Some("stops after this row".to_owned()),
        (_, Some((until, _))) => Some(format!("pauses until {}", clock(&model.settings, *until))),
        _ => None,
    };
    let old = plan.oldest_verdict(model.now).map(|at| format!("verdicts {} old", age::short(model.now - at)));
    // The first is the last to be left out where room is short.
    let urgent = urgent.map(|text| (Tone::Warn, text));
    let words = urgent.into_iter().chain([first]).chain(old.map(|text| (Tone::Dim, text)));
    words.map(|(tone, text)| (tone, Safe::new(text))).collect()
}

/// Glyph, tone and word of how a row stands.
fn look(standing: Standing) -> (&'static str, Tone, &'static str) {
    match standing {
        Standing::Asking => ("◌", Tone::Dim, "asked about"),
        Standing::Allowed => ("✓", Tone::Good, "allowed"),
        Standing::NeedsReason => ("◆", Tone::Warn, "needs a reason"),
        Standing::Duplicate => ("≠", Tone::Warn, "duplicate"),
        Standing::Refused => ("✗", Tone::Bad, "refused"),
        Standing::Waiting => ("◌", Tone::Dim, "waits for its turn"),
        Standing::Sending => ("●", Tone::Accent, "being judged and sent"),
        Standing::Started => ("✓", Tone::Good, "started"),
        Standing::Stopped => ("✗", Tone::Bad, "refused at its turn"),
        Standing::Rejected => ("✗", Tone::Bad, "rejected"),
        Standing::Unknown => ("⚠", Tone::WarnStrong, "may have started"),
        Standing::NotSent => ("○", Tone::Warn, "not sent"),
    }
}

fn draw_row(
    model: &Model,
    plan: &PlanPane,
    (row, selected): (&Row, bool),
    theme: Theme,
    (area, y, columns): (Area, u16, Columns),
    buffer: &mut Buffer,
) {
    if selected {
        put(buffer, area, area.x, y, marker(theme), theme.style(Tone::Accent));
    }
    let [repo, base, rest] = columns.places(area);
    if !plan.is_running() && row.is_in() {
        let mark = if theme.ascii { "o" } else { "•" };
        put(buffer, area, area.x + 1, y, mark, theme.style(Tone::Accent));
    }
    let name = if selected { Tone::Strong } else { Tone::Plain };
    put(buffer, area, repo, y, Safe::new(width::cut_middle(row.repo.as_str(), columns.repo)), theme.style(name));
    let branch = Safe::new(width::cut_end(&plan.base_of(row), columns.base));
    put(buffer, area, base, y, branch, theme.style(Tone::Dim));
    let standing = row.standing(plan.is_running());
    let (glyph, tone, word) = look(standing);
    let glyph = if theme.ascii { crate::text::signs::ascii(glyph).unwrap_or(glyph) } else { glyph };
    let x = put(buffer, area, rest, y, glyph, theme.style(tone)).saturating_add(1);
    let x = put_cut(buffer, theme, area, x, y, tone, word).saturating_add(2);
    if x < area.right() {
        put_cut(buffer, theme, area, x, y, Tone::Plain, &beside(model, row, (standing, word)));
    }
}

/// What stands behind the word.
fn beside(model: &Model, row: &Row, (standing, word): (Standing, &str)) -> String {
    let waits = standing == Standing::Waiting;
    match &row.turn {
        Some(Turn::Started(task)) => {
            let known = model.world.tasks.get(&task.id);
            let name = known.map(|known| known.task.name.show_line()).filter(|name| !name.is_empty());
            name.unwrap_or_else(|| task.id.show()).to_string()
        }
        Some(turn) => turn.why().map(|why| shortest_first(&without(why, word))).unwrap_or_default(),
        // What was said of it before is judged anew in a moment.
        None if waits => String::new(),
        None => said(row, word),
    }
}

/// What is said of it before it is sent.
fn said(row: &Row, word: &str) -> String {
    let Some((weighed, _)) = &row.weighed else { return String::new() };
    if weighed.is_duplicate() {
        return weighed.duplicates.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    }
    without(&weighed.line, word)
}

/// The cause before what stands in the row already: where it went, and what could not be done.
fn shortest_first(why: &str) -> String {
    match cause_first(why) {
        (cause, "") => cause.to_owned(),
        (cause, of_what) => format!("{cause} ({of_what})"),
    }
}

/// A line without the word that stands before it already.
fn without(line: &str, word: &str) -> String {
    line.strip_prefix(word).map_or(line, |rest| rest.trim_start_matches(':').trim_start()).to_owned()
}

/// The selected row, line by line, the most urgent first.
fn about(model: &Model, plan: &PlanPane, row: &Row) -> Vec<(Tone, String)> {
    let standing = row.standing(plan.is_running());
    let (_, tone, word) = look(standing);
    let mut lines = Vec::new();
    match &row.turn {
        Some(Turn::Started(_)) => lines.push((tone, format!("started: {}", beside(model, row, (standing, word))))),
        Some(turn) => {
            let why = turn.why().map(|why| format!(": {}", without(why, word))).unwrap_or_default();
            lines.push((tone, format!("{word}{why}")));
        }
        None => {}
    }
    if let (Some((until, why)), true) = (&plan.holds, plan.is_running()) {
        lines.push((Tone::Warn, format!("the next row waits until {}: {why}", clock(&model.settings, *until))));
    }
    if let Some(why) = plan.ended_by.as_ref().filter(|_| !plan.is_running()) {
        lines.push((Tone::Warn, format!("the plan ended before its last row: {why}")));
    }
    if row.task().is_none() && !plan.is_running() {
        lines.extend(verdict(model, row));
    }
    lines.extend(request(plan, row).into_iter().map(|text| (Tone::Dim, text)));
    lines
}

fn verdict(model: &Model, row: &Row) -> Vec<(Tone, String)> {
    let Some((weighed, _)) = &row.weighed else {
        return vec![(Tone::Dim, "its verdict is being asked for".to_owned())];
    };
    let mut lines: Vec<(Tone, String)> =
        weighed.duplicates.iter().map(|duplicate| (Tone::Warn, duplicate.to_string())).collect();
    if weighed.is_duplicate() {
        let text = if row.is_in() {
            "it is sent all the same"
        } else {
            "it is left out; {plan.mark} takes it in all the same"
        };
        lines.push((Tone::Warn, model.filled(text)));
    }
    let tone = match weighed.verdict {
        Verdict::Allowed => Tone::Good,
        Verdict::NeedsReason => Tone::Warn,
        Verdict::Refused => Tone::Bad,
    };
    lines.push((tone, weighed.line.to_string()));
    lines
}

/// What the row sends.
fn request(plan: &PlanPane, row: &Row) -> Vec<String> {
    let request = plan.order_of(row).request;
    let or = |value: Option<String>, none: &str| value.unwrap_or_else(|| none.to_owned());
    let pull = if request.create_pull_request { "a draft pull request" } else { "no pull request" };
    let opening = request.prompt.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    vec![
        format!(
            "base {} · model {} · agent {} · {pull}",
            or(request.base_ref, "default branch"),
            or(request.model, "automatic"),
            or(request.custom_agent, "none")
        ),
        format!("prompt, {} characters: {opening}", request.prompt.chars().count()),
    ]
}

fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let lines = [Safe::new(text).to_string()];
    let rows = wrap::rows(&lines, columns);
    rows.iter().filter_map(|row| wrap::text_of(Some(row), &lines)).map(|row| row.trim_end().to_owned()).collect()
}
