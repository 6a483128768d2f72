//! Values into the prompt.
//!
//! Values are data: what looks like template syntax in one is printed as it is. An undefined name is an error, the
//! amount of work is bounded, and so is the size of what comes out.

use std::collections::BTreeMap;
use std::io::{self, Write};

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

use super::{Template, value};

/// A variable's name and its value as typed.
pub type Values = BTreeMap<String, String>;

/// A prompt ready to be sent, as far as the template is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Without white space at the end.
    pub prompt: String,
}

/// Why a template and its values make no prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The variable at fault; `None`: the template's body itself.
    pub field: Option<String>,
    /// Read after the variable's name.
    pub what: String,
}

/// Instructions a render may take: some hundred times what a long prompt needs.
const FUEL: u64 = 200_000;
/// Bytes a render may write.
const MAX_OUT: usize = 512 * 1024;
/// Characters of a ticket: an address, not a text.
const MAX_TICKET: usize = 300;

/// The prompt of these values. A variable that is not among them has its default.
pub fn render(template: &Template, values: &Values) -> Result<Rendered, Vec<FieldFault>> {
    let (context, faults) = checked(template, values);
    if !faults.is_empty() {
        return Err(faults);
    }
    fill(template, context).map(|prompt| Rendered { prompt }).map_err(|fault| vec![fault])
}

/// The prompt as far as it is known, for a form that is being filled: a value that is missing or wrong stands as
/// its [`placeholder`]. The faults are those of [`render`]; `None` when not even that much can be shown.
pub fn preview(template: &Template, values: &Values) -> (Option<String>, Vec<FieldFault>) {
    let (mut context, mut faults) = checked(template, values);
    for name in faults.iter().filter_map(|fault| fault.field.as_ref()) {
        context.insert(name.clone(), Value::from(placeholder(name)));
    }
    match fill(template, context) {
        Ok(prompt) => (Some(prompt), faults),
        Err(fault) => {
            faults.push(fault);
            (None, faults)
        }
    }
}

/// What stands in a preview for a value that is still to come.
pub fn placeholder(name: &str) -> String {
    format!("‹{name}›")
}

/// What the work is for in another system. `None`: the template names nothing, or a value it needs is empty.
pub fn ticket(template: &Template, values: &Values) -> Result<Option<String>, Vec<FieldFault>> {
    let Some(text) = &template.ticket else { return Ok(None) };
    let (context, faults) = checked(template, values);
    if !faults.is_empty() {
        return Err(faults);
    }
    let wrong = |what: String| vec![FieldFault { field: None, what: format!("`ticket` {what}") }];
    let ticket = run(text, context).map_err(|error| wrong(why(&error)))?;
    let ticket = ticket.trim();
    if ticket.chars().count() > MAX_TICKET || ticket.chars().any(char::is_control) {
        return Err(wrong(format!("must be one line of at most {MAX_TICKET} characters")));
    }
    Ok(Some(ticket.to_owned()).filter(|ticket| !ticket.is_empty()))
}

fn checked(template: &Template, values: &Values) -> (BTreeMap<String, Value>, Vec<FieldFault>) {
    let mut faults = Vec::new();
    let mut context = BTreeMap::new();
    for variable in &template.variables {
        let text = values.get(&variable.name).or(variable.default.as_ref()).map_or("", String::as_str);
        match value::check(variable, text) {
            Ok(value) => {
                context.insert(variable.name.clone(), value);
            }
            Err(what) => faults.push(FieldFault { field: Some(variable.name.clone()), what }),
        }
    }
    for name in values.keys().filter(|name| template.variable(name).is_none()) {
        faults.push(FieldFault { field: Some(name.clone()), what: "is no variable of this template".to_owned() });
    }
    (context, faults)
}

fn fill(template: &Template, context: BTreeMap<String, Value>) -> Result<String, FieldFault> {
    let fault = |error: &Error| {
        let line = error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(1);
        let line = template.body_line.saturating_add(line.saturating_sub(1));
        FieldFault { field: None, what: format!("the template's line {line}: {}", why(error)) }
    };
    let text = run(&template.body, context).map_err(|error| fault(&error))?;
    Ok(text.trim_start_matches('\n').trim_end().to_owned())
}

fn run(text: &str, context: BTreeMap<String, Value>) -> Result<String, Error> {
    let environment = environment();
    let mut out = Bounded(Vec::new());
    environment.template_from_str(text)?.render_captured_to(Value::from(context), &mut out)?;
    Ok(String::from_utf8_lossy(&out.0).into_owned())
}

/// Is the body a template at all? Line in the body and reason, if not.
pub(super) fn syntax(body: &str) -> Result<(), (u32, String)> {
    match environment().template_from_str(body) {
        Ok(_) => Ok(()),
        Err(error) => {
            let line = error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(1);
            Err((line, why(&error)))
        }
    }
}

/// Names the body uses and does not define.
pub(super) fn names_used(body: &str) -> Vec<String> {
    let environment = environment();
    let Ok(parsed) = environment.template_from_str(body) else { return Vec::new() };
    let mut names: Vec<String> = parsed.undeclared_variables(false).into_iter().collect();
    names.sort_unstable();
    names
}

fn environment<'a>() -> Environment<'a> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    // A condition on a line of its own leaves no empty line behind.
    if let Ok(syntax) = environment.syntax().to_builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    // A prompt needs conditions and loops over its values, not machinery.
    for name in ["debug", "namespace", "range", "dict"] {
        environment.remove_global(name);
    }
    environment
}

fn why(error: &Error) -> String {
    match error.kind() {
        ErrorKind::OutOfFuel => "it takes too much work to render".to_owned(),
        ErrorKind::WriteFailure => "it renders to far too much text".to_owned(),
        ErrorKind::UndefinedError => "it uses a name that is not defined".to_owned(),
        kind => error.detail().map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}")),
    }
}

/// Takes so many bytes and then fails.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUT {
            return Err(io::Error::other("too much"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
