//! Is a query allowed by the schema? Faults are worded as GitHub words them, and stop the whole query.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::ast::{Argument, Document, Field, Input, Kind, Operation, Selection, Spot};
use super::schema::{FieldType, Schema, Shape};

pub fn check(schema: &Schema, document: &Document, operation: &Operation) -> Vec<Value> {
    let root = if operation.kind == Kind::Query { "Query" } else { "Mutation" };
    let word = root.to_ascii_lowercase();
    let start = operation.name.as_ref().map_or_else(|| word.clone(), |name| format!("{word} {name}"));
    let mut checker = Checker {
        schema,
        document,
        faults: Vec::new(),
        path: vec![start.clone()],
        used: BTreeSet::new(),
        spreads: Vec::new(),
    };
    checker.selections(root, &operation.selections);
    let used = std::mem::take(&mut checker.used);
    for variable in operation.variables.iter().filter(|variable| !used.contains(&variable.name)) {
        let message = format!("Variable ${} is declared by {} but not used", variable.name, named(operation));
        checker.fault(&message, variable.spot, json!({ "code": "variableNotUsed", "variableName": variable.name }));
    }
    for name in used.iter().filter(|name| !operation.variables.iter().any(|variable| variable.name == **name)) {
        let message = format!("Variable ${name} is used by {} but not declared", named(operation));
        checker.fault(&message, operation.spot, json!({ "code": "variableNotDefined", "variableName": name }));
    }
    for variable in operation.variables.iter().filter(|variable| schema.find(variable.kind.base()).is_none()) {
        let message = format!("{} isn't a defined input type (on ${})", variable.kind.base(), variable.name);
        checker.fault(
            &message,
            variable.spot,
            json!({ "code": "variableRequiresValidType", "variableName": variable.name }),
        );
    }
    checker.faults
}

fn named(operation: &Operation) -> String {
    operation.name.clone().unwrap_or_else(|| "anonymous query".to_owned())
}

struct Checker<'a> {
    schema: &'a Schema,
    document: &'a Document,
    faults: Vec<Value>,
    path: Vec<String>,
    used: BTreeSet<String>,
    /// The fragments we are inside of: one that contains itself is not followed.
    spreads: Vec<String>,
}

impl Checker<'_> {
    fn fault(&mut self, message: &str, spot: Spot, extensions: Value) {
        self.faults.push(json!({
            "path": self.path,
            "extensions": extensions,
            "locations": [{ "line": spot.line, "column": spot.column }],
            "message": message,
        }));
    }

    fn selections(&mut self, parent: &str, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.path.push(field.key().to_owned());
                    self.field(parent, field);
                    self.path.pop();
                }
                Selection::Inline { on, directives, selections, spot } => {
                    directives.iter().for_each(|directive| self.inputs(&directive.arguments));
                    let on = on.as_deref().unwrap_or(parent);
                    self.path.push(format!("... on {on}"));
                    self.fragment(on, selections, *spot);
                    self.path.pop();
                }
                Selection::Spread { name, directives, spot } => {
                    directives.iter().for_each(|directive| self.inputs(&directive.arguments));
                    self.spread(name, *spot);
                }
            }
        }
    }

    fn spread(&mut self, name: &str, spot: Spot) {
        let document = self.document;
        let Some(fragment) = document.fragments.iter().find(|fragment| fragment.name == name) else {
            let message = format!("Fragment {name} was used, but not defined");
            return self.fault(&message, spot, json!({ "code": "useAndDefineFragment", "fragmentName": name }));
        };
        if self.spreads.iter().any(|inside| inside == name) {
            let message = format!("Fragment {name} contains an infinite loop");
            return self.fault(&message, spot, json!({ "code": "infiniteLoop", "fragmentName": name }));
        }
        self.spreads.push(name.to_owned());
        self.path.push(format!("fragment {name}"));
        self.fragment(&fragment.on, &fragment.selections, fragment.spot);
        self.path.pop();
        self.spreads.pop();
    }

    fn fragment(&mut self, on: &str, selections: &[Selection], spot: Spot) {
        if self.schema.find(on).is_none() {
            let message = format!("No such type {on}, so it can't be a fragment condition");
            return self.fault(&message, spot, json!({ "code": "undefinedType", "typeName": on }));
        }
        self.selections(on, selections);
    }

    fn field(&mut self, parent: &str, field: &Field) {
        field.directives.iter().for_each(|directive| self.inputs(&directive.arguments));
        self.inputs(&field.arguments);
        if field.name == "__typename" {
            return;
        }
        let schema = self.schema;
        let Some(kind) = schema.find(parent).and_then(|parent| parent.fields.get(&field.name)) else {
            let message = if schema.find(parent).is_some_and(|kind| kind.shape == Shape::Union) {
                format!("Selections can't be made directly on unions (see selections on {parent})")
            } else {
                format!("Field '{}' doesn't exist on type '{parent}'", field.name)
            };
            let extensions = json!({ "code": "undefinedField", "typeName": parent, "fieldName": field.name });
            return self.fault(&message, field.spot, extensions);
        };
        self.arguments(field, kind);
        let name = kind.kind.base();
        let is_leaf = schema.find(name).is_some_and(|kind| kind.shape == Shape::Leaf);
        if is_leaf && !field.selections.is_empty() {
            let message = format!(
                "Selections can't be made on scalars (field '{}' returns {name} but has selections)",
                field.name
            );
            self.fault(&message, field.spot, mismatch(field, name));
        } else if !is_leaf && field.selections.is_empty() {
            let message = format!(
                "Field must have selections (field '{0}' returns {name} but has no selections. Did you mean '{0} {{ ... }}'?)",
                field.name
            );
            self.fault(&message, field.spot, mismatch(field, name));
        } else {
            self.selections(name, &field.selections);
        }
    }

    fn arguments(&mut self, field: &Field, kind: &FieldType) {
        for argument in field.arguments.iter().filter(|argument| !kind.arguments.contains_key(&argument.name)) {
            let message = format!("Field '{}' doesn't accept argument '{}'", field.name, argument.name);
            let extensions =
                json!({ "code": "argumentNotAccepted", "name": field.name, "argumentName": argument.name });
            self.fault(&message, argument.spot, extensions);
        }
        let given = |name: &String| field.arguments.iter().any(|argument| argument.name == *name);
        let required = kind.arguments.iter().filter(|(_, kind)| kind.is_required());
        let missing: Vec<&str> =
            required.map(|(name, _)| name).filter(|name| !given(name)).map(String::as_str).collect();
        if !missing.is_empty() {
            let message = format!("Field '{}' is missing required arguments: {}", field.name, missing.join(", "));
            let extensions =
                json!({ "code": "missingRequiredArguments", "name": field.name, "arguments": missing.join(", ") });
            self.fault(&message, field.spot, extensions);
        }
    }

    fn inputs(&mut self, arguments: &[Argument]) {
        arguments.iter().for_each(|argument| self.input(&argument.value));
    }

    fn input(&mut self, value: &Input) {
        match value {
            Input::Variable(name) => {
                self.used.insert(name.clone());
            }
            Input::List(items) => items.iter().for_each(|item| self.input(item)),
            Input::Object(pairs) => pairs.iter().for_each(|(_, value)| self.input(value)),
            _ => {}
        }
    }
}

fn mismatch(field: &Field, kind: &str) -> Value {
    json!({ "code": "selectionMismatch", "nodeName": format!("field '{}'", field.name), "typeName": kind })
}
