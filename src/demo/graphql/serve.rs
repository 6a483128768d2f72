//! `POST /graphql`. Faults in the query are answered with 200 and `errors`, as GitHub does.

use serde_json::{Map, Value, json};

use super::super::budget::Left;
use super::super::gate::{Site, refuse_write};
use super::super::grants::hides_checks;
use super::super::http::{Reply, Request};
use super::super::world::World;
use super::ast::{Document, Input, Kind, Operation};
use super::check::check;
use super::graph::Graph;
use super::parse::document;
use super::run::Runner;
use super::schema::Schema;

pub fn answer(site: &Site, world: &mut World, request: &Request, left: Left) -> Reply {
    if request.method != axum::http::Method::POST {
        return Reply::not_found();
    }
    let body = match request.json() {
        Ok(body) => body,
        Err(reply) => return reply,
    };
    let Some(text) = body.get("query").and_then(Value::as_str) else {
        return Reply::message(400, "A query attribute must be specified and must be a string.");
    };
    let read = document(text);
    let read = match read {
        Ok(read) => read,
        Err(fault) => {
            let spot = json!([{ "line": fault.spot.line, "column": fault.spot.column }]);
            return faults(&[json!({ "locations": spot, "message": fault.message })]);
        }
    };
    let Some(operation) = choose(&read, body.get("operationName").and_then(Value::as_str)) else {
        return faults(&[json!({ "message": "An operation name is required" })]);
    };
    let schema = Schema::get();
    let wrong = check(schema, &read, operation);
    if !wrong.is_empty() {
        return faults(&wrong);
    }
    let variables = match variables(operation, body.get("variables")) {
        Ok(variables) => variables,
        Err(fault) => return faults(&[fault]),
    };
    let may_write = refuse_write(request).is_none();
    let mut graph = Graph { site, world, left, may_write, hides_checks: hides_checks(request) };
    let root = if operation.kind == Kind::Query { "Query" } else { "Mutation" };
    let mut runner = Runner { schema, document: &read, variables: &variables, graph: &mut graph, errors: Vec::new() };
    let data = runner.run(root, operation);
    let errors = runner.errors;
    let mut out = json!({ "data": data });
    if let (false, Some(out)) = (errors.is_empty(), out.as_object_mut()) {
        out.insert("errors".to_owned(), errors.into());
    }
    let mut reply = Reply::ok(&out);
    reply.conditional = false;
    reply
}

fn faults(errors: &[Value]) -> Reply {
    let mut reply = Reply::ok(&json!({ "errors": errors }));
    reply.conditional = false;
    reply
}

fn choose<'a>(document: &'a Document, name: Option<&str>) -> Option<&'a Operation> {
    match (name.filter(|name| !name.is_empty()), document.operations.as_slice()) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(_), operations) => operations.iter().find(|operation| operation.name.as_deref() == name),
    }
}

fn variables(operation: &Operation, given: Option<&Value>) -> Result<Map<String, Value>, Value> {
    let mut out = Map::new();
    for variable in &operation.variables {
        let value = given.and_then(|given| given.get(&variable.name)).filter(|value| !value.is_null()).cloned();
        let value = value.or_else(|| variable.default.as_ref().map(constant));
        let listed = variable.kind.to_string().trim_end_matches('!').starts_with('[');
        let value = match value {
            // One value stands for a list of one.
            Some(value) if listed && !value.is_array() => Some(json!([value])),
            other => other,
        };
        if value.is_none() && variable.kind.is_required() {
            return Err(json!({
                "extensions": { "value": null, "problems": [{ "path": [], "explanation": "Expected value to not be null" }] },
                "locations": [{ "line": variable.spot.line, "column": variable.spot.column }],
                "message": format!("Variable ${} of type {} was provided invalid value", variable.name, variable.kind),
            }));
        }
        out.insert(variable.name.clone(), value.unwrap_or(Value::Null));
    }
    Ok(out)
}

/// A default holds no variables.
fn constant(input: &Input) -> Value {
    match input {
        Input::Int(number) => (*number).into(),
        Input::Float(number) => (*number).into(),
        Input::Text(text) | Input::Enum(text) => text.as_str().into(),
        Input::Bool(yes) => (*yes).into(),
        Input::List(items) => items.iter().map(constant).collect(),
        Input::Object(pairs) => {
            Value::Object(pairs.iter().map(|(name, value)| (name.clone(), constant(value))).collect())
        }
        Input::Null | Input::Variable(_) => Value::Null,
    }
}
