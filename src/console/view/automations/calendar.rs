//! The calendar: how many would be at work at once, hour by hour, and under it the coming runs.

use ratatui::buffer::Buffer;

use super::columns::one_owner;
use crate::console::state::Model;
use crate::console::state::automations::calendar::{Bar, Calendar, HOURS, Meets, Of, Row, bar_rows};
use crate::console::state::automations::page::ahead;
use crate::console::state::automations::pane::AutomationsPane;
use crate::console::state::detail::took;
use crate::console::state::layout::Area;
use crate::console::state::tone::Words;
use crate::console::view::safe::{put, put_words};
use crate::console::view::theme::{Theme, Tone};
use crate::console::view::{empty, rule};
use crate::domain::automation::Coming;
use crate::text::{Safe, width};

/// Columns of what a bar is of, and where the hours need them.
const OF: u16 = 14;
const OF_LEAST: u16 = 10;
/// Below this width a run does not say how long it takes.
const NARROW: u16 = 70;
/// From this width on a run says its repository, and an hour has room for two digits.
const WIDE: u16 = 100;

pub fn draw(
    model: &Model,
    pane: &AutomationsPane,
    calendar: &Calendar,
    theme: &Theme,
    body: Area,
    buffer: &mut Buffer,
) {
    let span = if pane.habits.week { "next 7 days" } else { "next 24 hours" };
    let title = Safe::new(format!("Calendar · {span} · computed"));
    rule::draw(buffer, theme, body, &title, model.dialog.is_none(), &words(model, calendar));
    if calendar.runs.is_empty() {
        return empty::paragraphs(&why_empty(model, pane.habits.week), theme, body, buffer);
    }
    let bars = bar_rows(calendar, body);
    for (y, (n, bar)) in (body.y + 2..).zip(calendar.bars.iter().take(bars.saturating_sub(1)).enumerate()) {
        if n == 0 {
            scale(model, bar, theme, Area { y: body.y + 1, height: 1, ..body }, buffer);
        }
        draw_bar(model, bar, theme, Area { y, height: 1, ..body }, buffer);
    }
    let from = body.y + 1 + u16::try_from(bars).unwrap_or(0);
    for (y, (at, row)) in (from..body.bottom()).zip(calendar.rows.iter().enumerate().skip(calendar.top)) {
        let line = Area { y, height: 1, ..body };
        match row {
            Row::Day { day, runs, most } => {
                let s = if *runs == 1 { "" } else { "s" };
                let words = Words::one(Tone::Strong, format!(" {} UTC", day.format("%A %Y-%m-%d")))
                    .with(Tone::Dim, format!("  {runs} run{s}, at most {most} at once"));
                put_words(buffer, line, line.x, y, &words, theme);
            }
            Row::Run(run) => {
                let Some(run) = calendar.runs.get(*run) else { continue };
                draw_run(model, run, calendar.meets(run), theme, (at == calendar.index, line), buffer);
            }
        }
    }
}

/// Why no run comes, and what to do about it.
fn why_empty(model: &Model, week: bool) -> [(Tone, String); 2] {
    let (first, next) = match week {
        false => (
            "Nothing runs by the clock within 24 hours.",
            "Look further ahead: {calendar.next-view} shows the next 7 days. What waits for an event has no time and is never \
             in here.",
        ),
        true if model.settings.read_only => (
            "Nothing runs by the clock within 7 days.",
            "Only an automation that is on and has a schedule stands in here; what waits for an event has no time.",
        ),
        true => (
            "Nothing runs by the clock within 7 days.",
            "Give an automation a schedule, or switch one on that has it: {calendar.back} leads to the list, where \
             {automations.edit} edits one and {automations.switch} switches it. What waits for an event has no time.",
        ),
    };
    [(Tone::Plain, first.to_owned()), (Tone::Dim, model.filled(next))]
}

/// Where it would be too many comes first.
fn words(model: &Model, calendar: &Calendar) -> Vec<(Tone, Safe)> {
    let mut words = Vec::new();
    let times = calendar.over().count();
    if times > 0 {
        let s = if times == 1 { "" } else { "s" };
        words.push((Tone::BadStrong, Safe::new(format!("over the policy's limit {times} time{s}"))));
    }
    let most = calendar.loads.first().map_or(0, crate::domain::automation::Load::peak);
    let cap = calendar.loads.first().and_then(|load| load.cap);
    let cap = limit(model, cap);
    words.push((Tone::Plain, Safe::new(format!("{} runs, {most} at once, {cap}", calendar.runs.len()))));
    if calendar.unclear > 0 {
        words.push((Tone::Warn, Safe::new(format!("{} with a schedule that tells too little", calendar.unclear))));
    }
    words
}

/// What the policy allows at once, where it is known.
fn limit(model: &Model, cap: Option<u32>) -> String {
    match (cap, &model.world.automations.policy) {
        (Some(cap), _) => format!("limit {cap}"),
        (None, Some(in_force)) if in_force.policy.is_ok() => "no limit".to_owned(),
        (None, Some(_)) => "the policy cannot be read".to_owned(),
        (None, None) => "limit not read yet".to_owned(),
    }
}

/// Columns of what a bar is of, and of an hour: all hours of a day are seen, however narrow the screen is.
fn shape(line: Area) -> (u16, u16) {
    // A blank before, and the last column stays free.
    let room = line.width.saturating_sub(2);
    let hours = u16::try_from(HOURS).unwrap_or(24);
    match () {
        () if line.width >= WIDE => (OF, 3),
        () if OF + 2 * hours <= room => (OF, 2),
        // Of the last hour the blank behind it is not needed.
        () if OF_LEAST + 2 * hours <= room + 1 => (OF_LEAST, 2),
        () => (OF_LEAST, 1),
    }
}

/// The hours above the bars, every third one: in UTC, as the schedules are.
fn scale(model: &Model, bar: &Bar, theme: &Theme, line: Area, buffer: &mut Buffer) {
    let dim = theme.style(Tone::Dim);
    put(buffer, line, line.x + 1, line.y, if line.width >= NARROW { "at once, UTC" } else { "UTC" }, dim);
    let (of, hour) = shape(line);
    let first = line.x + 1 + of;
    for n in (0..bar.hours.len()).step_by(3) {
        let at = bar.from + chrono::TimeDelta::hours(i64::try_from(n).unwrap_or(0));
        let x = first + hour * u16::try_from(n).unwrap_or(0);
        put(buffer, line, x, line.y, Safe::new(at.format("%H").to_string()), dim);
    }
    let offset = model.settings.zone.at(bar.from).offset().local_minus_utc() / 60;
    if offset != 0 {
        let sign = if offset < 0 { '−' } else { '+' };
        let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
        let text = Safe::new(format!("here UTC{sign}{hours}:{minutes:02}"));
        let x = first + hour * u16::try_from(bar.hours.len()).unwrap_or(0) + 1;
        // Each run says its time here, too: half a sentence would say nothing.
        if usize::from(line.right().saturating_sub(x + 1)) >= width::width(&text) {
            put(buffer, line, x, line.y, &text, dim);
        }
    }
}

fn draw_bar(model: &Model, bar: &Bar, theme: &Theme, line: Area, buffer: &mut Buffer) {
    let of = match &bar.of {
        Of::All => "all".to_owned(),
        Of::Repo(repo) if one_owner(model) => repo.name().to_owned(),
        Of::Repo(repo) => repo.to_string(),
        Of::Day(day) => day.format("%a %m-%d").to_string(),
    };
    let (columns, hour) = shape(line);
    let of = Safe::new(width::cut_middle(&of, usize::from(columns.saturating_sub(1))));
    put(buffer, line, line.x + 1, line.y, &of, theme.style(Tone::Plain));
    let mut x = line.x + 1 + columns;
    for most in &bar.hours {
        let tone = match (bar.cap, most) {
            (_, 0) => Tone::Dim,
            (Some(cap), most) if *most > cap => Tone::BadStrong,
            _ => Tone::Plain,
        };
        let text = match most {
            0 => "·".to_owned(),
            1..=9 => most.to_string(),
            10..=99 if line.width >= WIDE => most.to_string(),
            _ => "+".to_owned(),
        };
        put(buffer, line, x, line.y, Safe::new(text), theme.style(tone));
        x += hour;
    }
    let cap = limit(model, bar.cap);
    let most = bar.hours.iter().max().copied().unwrap_or(0);
    let over = bar.cap.is_some_and(|cap| most > cap);
    let (tone, sign) = if over { (Tone::BadStrong, "✗ ") } else { (Tone::Dim, "") };
    let room = usize::from(line.right().saturating_sub(x + 2));
    // Half a limit says nothing.
    let whole = format!("{sign}{cap}");
    let told = if width::width(&whole) <= room { &whole } else { sign.trim_end() };
    put(buffer, line, x + 1, line.y, Safe::new(told), theme.style(tone));
}

fn draw_run(
    model: &Model,
    run: &Coming,
    meets: Meets,
    theme: &Theme,
    (under, line): (bool, Area),
    buffer: &mut Buffer,
) {
    if under {
        let bar = theme.bar();
        put(buffer, line, line.x, line.y, bar, theme.style(Tone::Accent));
    }
    let local = model.settings.zone.at(run.at);
    // As wide whether the day is another one there or not: the names stand below each other.
    let here = if local.offset().local_minus_utc() == 0 {
        String::new()
    } else if local.date_naive() == run.at.date_naive() {
        local.format(" = %H:%M here    ").to_string()
    } else {
        local.format(" = %H:%M here %a").to_string()
    };
    let is_narrow = line.width < NARROW;
    let mut words = Words::one(Tone::Plain, format!("{} UTC", run.at.format("%H:%M")));
    words.push(Tone::Dim, if is_narrow { here.trim_end().to_owned() } else { here });
    if !is_narrow {
        words.push(Tone::Dim, format!("  {:>4}", ahead(run.at, model.now)));
    }
    let x = put_words(buffer, line, line.x + 1, line.y, &words, theme) + 2;
    let met = met(meets, line.width >= WIDE);
    let takes = took(run.takes);
    let mut right = Words::one(Tone::Dim, if is_narrow { String::new() } else { format!("{takes:>5}  ") });
    right.extend(met);
    let at = line.right().saturating_sub(u16::try_from(right.width() + 1).unwrap_or(u16::MAX));
    let free = usize::from(at.saturating_sub(x + 1));
    let repo_columns = if line.width >= WIDE { 22 } else { 12 };
    let named = free.saturating_sub(repo_columns + 1);
    let style = theme.style(if under { Tone::Strong } else { Tone::Plain });
    let (name, repo) = if named >= 14 { (named, repo_columns) } else { (free, 0) };
    put(buffer, line, x, line.y, Safe::new(width::cut_end(&run.name.show_line(), name)), style);
    if repo > 0 {
        let of = if one_owner(model) { run.automation.repo.name() } else { run.automation.repo.as_str() };
        let x = x + u16::try_from(name + 1).unwrap_or(0);
        put(buffer, line, x, line.y, Safe::new(width::cut_middle(of, repo)), theme.style(Tone::Dim));
    }
    put_words(buffer, line, at, line.y, &right, theme);
}

/// How many would be at work at once while it runs, against what the policy allows.
fn met(meets: Meets, wide: bool) -> Words {
    let tone = if meets.is_over() { Tone::BadStrong } else { Tone::Plain };
    let of = |n: u32, cap: Option<u32>| cap.map_or_else(|| n.to_string(), |cap| format!("{n} of {cap}"));
    let sign = if meets.is_over() { "✗ " } else { "" };
    let text = if wide {
        format!("{sign}{} here, {} in all", of(meets.here, meets.cap_here), of(meets.all, meets.cap_all))
    } else {
        format!("{sign}{}/{}", meets.here, meets.all)
    };
    let columns = if wide { 26 } else { 7 };
    Words::one(tone, width::pad_left(&text, columns))
}
