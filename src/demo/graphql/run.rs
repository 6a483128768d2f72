//! Carries out a checked query: walks its selections over the graph's objects.

use serde_json::{Map, Value, json};

use super::ast::{Argument, Directive, Document, Field, Input, Operation, Selection};
use super::graph::Graph;
use super::schema::Schema;

/// The most items one connection gives.
const MOST: i64 = 100;

pub struct Runner<'a, 'w> {
    pub schema: &'a Schema,
    pub document: &'a Document,
    pub variables: &'a Map<String, Value>,
    pub graph: &'a mut Graph<'w>,
    pub errors: Vec<Value>,
}

/// The arguments of one field, with the variables filled in.
pub type Arguments = Map<String, Value>;

/// What fields are picked from. A page and its edges only point at what they list: a copy would be as large as the list.
#[derive(Clone, Copy)]
enum Source<'v> {
    Object(&'v Value),
    Page(&'v Page<'v>),
    /// A listed object and its place in the whole list.
    Edge(&'v Value, usize),
}

/// A part of a connection.
struct Page<'v> {
    shown: &'v [Value],
    /// Objects before it.
    from: usize,
    /// All its fields but the objects.
    about: Value,
}

impl Runner<'_, '_> {
    pub fn run(&mut self, root: &str, operation: &Operation) -> Value {
        let mut path = Vec::new();
        self.object(root, Source::Object(&json!({ "__typename": root })), &operation.selections, &mut path)
    }

    fn object(&mut self, kind: &str, source: Source<'_>, selections: &[Selection], path: &mut Vec<Value>) -> Value {
        let mut out = Map::new();
        let mut fields: Vec<&Field> = Vec::new();
        self.collect(kind, selections, &mut fields);
        for field in fields {
            path.push(field.key().into());
            let value = self.field(kind, source, field, path);
            path.pop();
            match out.get_mut(field.key()) {
                Some(earlier) => melt(earlier, value),
                None => {
                    out.insert(field.key().to_owned(), value);
                }
            }
        }
        Value::Object(out)
    }

    /// The fields that apply to an object of this type, fragments opened.
    fn collect<'s>(&self, kind: &str, selections: &'s [Selection], out: &mut Vec<&'s Field>)
    where
        Self: 's,
    {
        let document: &Document = self.document;
        for selection in selections {
            match selection {
                Selection::Field(field) if self.wanted(&field.directives) => out.push(field),
                Selection::Inline { on, directives, selections, .. }
                    if self.wanted(directives) && on.as_ref().is_none_or(|on| self.schema.is_a(kind, on)) =>
                {
                    self.collect(kind, selections, out);
                }
                Selection::Spread { name, directives, .. } if self.wanted(directives) => {
                    let fragment = document.fragments.iter().find(|fragment| fragment.name == *name);
                    if let Some(fragment) = fragment.filter(|fragment| self.schema.is_a(kind, &fragment.on)) {
                        self.collect(kind, &fragment.selections, out);
                    }
                }
                _ => {}
            }
        }
    }

    fn wanted(&self, directives: &[Directive]) -> bool {
        directives.iter().all(|directive| {
            let told = self.arguments(&directive.arguments).get("if").and_then(Value::as_bool).unwrap_or(true);
            match directive.name.as_str() {
                "skip" => !told,
                "include" => told,
                _ => true,
            }
        })
    }

    fn arguments(&self, arguments: &[Argument]) -> Arguments {
        arguments.iter().map(|argument| (argument.name.clone(), self.value(&argument.value))).collect()
    }

    fn value(&self, input: &Input) -> Value {
        match input {
            Input::Variable(name) => self.variables.get(name).cloned().unwrap_or(Value::Null),
            Input::Int(number) => (*number).into(),
            Input::Float(number) => (*number).into(),
            Input::Text(text) | Input::Enum(text) => text.as_str().into(),
            Input::Bool(yes) => (*yes).into(),
            Input::Null => Value::Null,
            Input::List(items) => items.iter().map(|item| self.value(item)).collect(),
            Input::Object(pairs) => {
                Value::Object(pairs.iter().map(|(name, value)| (name.clone(), self.value(value))).collect())
            }
        }
    }

    fn field(&mut self, parent: &str, source: Source<'_>, field: &Field, path: &mut Vec<Value>) -> Value {
        if field.name == "__typename" {
            return parent.into();
        }
        let schema = self.schema;
        let Some(kind) = schema.find(parent).and_then(|parent| parent.fields.get(&field.name)) else {
            return Value::Null;
        };
        let name = kind.kind.base();
        let source = match (source, field.name.as_str()) {
            (Source::Page(page), "nodes") => {
                return self.list(page.shown, path, |runner, _, node, path| {
                    if runner.graph.hides(node) {
                        return runner.hidden(field, path);
                    }
                    runner.shape(name, node, field, path)
                });
            }
            (Source::Page(page), "edges") => {
                return self.list(page.shown, path, |runner, index, node, path| {
                    runner.object(name, Source::Edge(node, page.from + index), &field.selections, path)
                });
            }
            (Source::Edge(node, _), "node") => return self.shape(name, node, field, path),
            (Source::Edge(_, index), _) => return cursor(index).into(),
            (Source::Object(value) | Source::Page(Page { about: value, .. }), _) => value,
        };
        let arguments = self.arguments(&field.arguments);
        let answer = self.graph.resolve(parent, source, &field.name, &arguments, path);
        for mut fault in answer.faults {
            if let Some(fault) = fault.as_object_mut() {
                fault.insert("locations".to_owned(), json!([{ "line": field.spot.line, "column": field.spot.column }]));
            }
            self.errors.push(fault);
        }
        if name.ends_with("Connection") {
            return self.connection(name, &answer.value, field, &arguments, path);
        }
        self.shape(name, &answer.value, field, path)
    }

    fn hidden(&mut self, field: &Field, path: &[Value]) -> Value {
        let spot = json!([{ "line": field.spot.line, "column": field.spot.column }]);
        let message = "Resource not accessible by personal access token";
        self.errors.push(json!({ "type": "FORBIDDEN", "path": path, "locations": spot, "message": message }));
        Value::Null
    }

    fn list(
        &mut self,
        items: &[Value],
        path: &mut Vec<Value>,
        mut each: impl FnMut(&mut Self, usize, &Value, &mut Vec<Value>) -> Value,
    ) -> Value {
        let mut out = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            path.push(index.into());
            out.push(each(self, index, item, path));
            path.pop();
        }
        Value::Array(out)
    }

    /// A leaf as it is; objects and lists of them by their selections.
    fn shape(&mut self, kind: &str, value: &Value, field: &Field, path: &mut Vec<Value>) -> Value {
        match value {
            Value::Array(items) => {
                self.list(items, path, |runner, _, item, path| runner.shape(kind, item, field, path))
            }
            Value::Object(object) => {
                let own = object.get("__typename").and_then(Value::as_str).unwrap_or(kind);
                self.object(own, Source::Object(value), &field.selections, path)
            }
            // An object that was only named so far.
            Value::String(id) if kind == "Node" => {
                let node = self.graph.node(id);
                self.shape(kind, &node, field, path)
            }
            leaf => leaf.clone(),
        }
    }

    /// A part of a list, with its edges and its page.
    fn connection(
        &mut self,
        kind: &str,
        all: &Value,
        field: &Field,
        arguments: &Arguments,
        path: &mut Vec<Value>,
    ) -> Value {
        let Value::Array(all) = all else { return Value::Null };
        let number = |key: &str| arguments.get(key).and_then(Value::as_i64);
        let (first, last) = (number("first"), number("last"));
        let fault = match first.or(last) {
            None => Some((
                "MISSING_PAGINATION_BOUNDARIES",
                format!(
                    "You must provide a `first` or `last` value to properly paginate the `{}` connection.",
                    field.name
                ),
            )),
            Some(wanted) if wanted > MOST => Some((
                "EXCESSIVE_PAGINATION",
                format!(
                    "Requesting {wanted} records on the `{}` connection exceeds the `first` limit of {MOST} records.",
                    field.name
                ),
            )),
            Some(wanted) if wanted < 0 => Some((
                "INVALID_PAGINATION",
                format!("`first` on the `{}` connection cannot be less than zero.", field.name),
            )),
            Some(_) => None,
        };
        if let Some((kind, message)) = fault {
            let spot = json!([{ "line": field.spot.line, "column": field.spot.column }]);
            self.errors.push(json!({ "type": kind, "path": path, "locations": spot, "message": message }));
            return Value::Null;
        }
        let after =
            arguments.get("after").and_then(Value::as_str).and_then(|cursor| cursor.parse::<usize>().ok()).unwrap_or(0);
        let rest = all.get(after.min(all.len())..).unwrap_or_default();
        let count = usize::try_from(first.or(last).unwrap_or(0)).unwrap_or(0).min(rest.len());
        let skip = if first.is_some() { 0 } else { rest.len() - count };
        let shown = rest.get(skip..skip + count).unwrap_or_default();
        let from = after + skip;
        let checks = all.iter().filter(|item| item.get("__typename") == Some(&"CheckRun".into())).count();
        let about = json!({
            "__typename": kind,
            "totalCount": all.len(),
            "checkRunCount": checks,
            "statusContextCount": all.len() - checks,
            "pageInfo": {
                "startCursor": (!shown.is_empty()).then(|| cursor(from)),
                "endCursor": (!shown.is_empty()).then(|| cursor(from + shown.len() - 1)),
                "hasNextPage": from + shown.len() < all.len(),
                "hasPreviousPage": from > 0,
            },
        });
        let page = Page { shown, from, about };
        self.object(kind, Source::Page(&page), &field.selections, path)
    }
}

/// Where the list goes on behind this object.
fn cursor(index: usize) -> String {
    (index + 1).to_string()
}

/// Two selections of the same field are answered as one.
fn melt(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                match into.get_mut(&key) {
                    Some(earlier) => melt(earlier, value),
                    None => {
                        into.insert(key, value);
                    }
                }
            }
        }
        (Value::Array(into), Value::Array(from)) => into.iter_mut().zip(from).for_each(|(into, from)| melt(into, from)),
        _ => {}
    }
}
