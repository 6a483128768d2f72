//! Checks requests and answers against GitHub's `OpenAPI` description (`github-openapi-slice.json`).
//!
//! `OpenAPI` 3.0 schemas are not quite JSON Schema: `nullable` is translated, `$ref`s are kept and resolved inside the slice.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

pub struct Spec {
    document: Value,
    components: Value,
    compiled: Mutex<BTreeMap<String, Arc<Validator>>>,
}

/// What is wrong, one line each.
pub type Faults = Vec<String>;

/// Body fields that are documented in prose but not in the description.
const UNDESCRIBED: &[&str] = &["agent_assignment"];

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(include_str!("github-openapi-slice.json")).expect("the slice is JSON");
    let components = translate(&document["components"]);
    Spec { document, components, compiled: Mutex::new(BTreeMap::new()) }
});

pub fn spec() -> &'static Spec {
    &SPEC
}

/// A request as a server sees it.
#[derive(Debug)]
pub struct Sent<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a [(String, String)],
    pub body: &'a str,
}

impl Spec {
    /// Whether the slice describes this operation.
    pub fn covers(&self, method: &str, path: &str) -> bool {
        self.operation(method, path).is_some()
    }

    /// The template, the operation, and the values of the path's parameters.
    fn operation(&self, method: &str, path: &str) -> Option<(&str, &Value, BTreeMap<String, String>)> {
        let paths = self.document["paths"].as_object()?;
        // A literal part beats a parameter: `/user` is not `/{x}`.
        let mut fits: Vec<_> =
            paths.iter().filter_map(|(template, item)| Some((template, item, fit(template, path)?))).collect();
        fits.sort_by_key(|(template, ..)| template.matches('{').count());
        fits.into_iter().find_map(|(template, item, values)| {
            item.get(method.to_lowercase()).map(|operation| (template.as_str(), operation, values))
        })
    }

    pub fn check_response(&self, method: &str, path: &str, status: u16, body: &[u8]) -> Result<(), Faults> {
        let Some((template, operation, _)) = self.operation(method, path) else {
            return Err(vec![format!("{method} {path} is not in the slice")]);
        };
        let described = &operation["responses"][status.to_string()];
        if described.is_null() {
            return Err(vec![format!("{method} {template}: status {status} is not described")]);
        }
        let described = self.resolve(described);
        let schema = &described["content"]["application/json"]["schema"];
        if schema.is_null() {
            return if body.is_empty() {
                Ok(())
            } else {
                Err(vec![format!("{method} {template} {status}: a body where none belongs")])
            };
        }
        let value: Value =
            serde_json::from_slice(body).map_err(|fault| vec![format!("{method} {template} {status}: {fault}")])?;
        self.validate(&format!("{method} {template} {status}"), schema, &value)
    }

    pub fn check_request(&self, sent: &Sent<'_>) -> Result<(), Faults> {
        let Some((template, operation, values)) = self.operation(sent.method, sent.path) else {
            return Err(vec![format!("{} {} is not in the slice", sent.method, sent.path)]);
        };
        let name = format!("{} {template}", sent.method);
        let mut faults = header_faults(sent);
        let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let parameters: Vec<&Value> = parameters.iter().map(|one| self.resolve(one)).collect();
        let of =
            |place: &str, key: &str| parameters.iter().find(|one| one["in"] == place && one["name"] == key).copied();
        for (key, text) in &values {
            match of("path", key) {
                Some(parameter) => faults.extend(self.parameter_faults(&name, parameter, std::slice::from_ref(text))),
                None => faults.push(format!("{name}: {key} is not a described path parameter")),
            }
        }
        for (key, texts) in pairs(sent.query) {
            match of("query", &key) {
                Some(parameter) => faults.extend(self.parameter_faults(&name, parameter, &texts)),
                None => faults.push(format!("{name}: {key} is not a described query parameter")),
            }
        }
        faults.extend(self.body_faults(&name, operation, sent.body));
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn body_faults(&self, name: &str, operation: &Value, body: &str) -> Faults {
        let described = &operation["requestBody"];
        let schema = &described["content"]["application/json"]["schema"];
        if body.is_empty() {
            let wanted = described["required"] == true;
            return if wanted { vec![format!("{name}: a body is required")] } else { Vec::new() };
        }
        if schema.is_null() {
            return if body == "{}" { Vec::new() } else { vec![format!("{name}: a body where none belongs")] };
        }
        let value: Value = match serde_json::from_str(body) {
            Ok(value) => value,
            Err(fault) => return vec![format!("{name}: {fault}")],
        };
        let mut faults = self.validate(&format!("{name} body"), schema, &value).err().unwrap_or_default();
        let known = self.resolve(schema)["properties"].as_object().cloned().unwrap_or_default();
        let keys = value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        let unknown = keys.iter().filter(|key| !known.contains_key(*key) && !UNDESCRIBED.contains(&key.as_str()));
        faults.extend(unknown.map(|key| format!("{name}: {key} is not a described body field")));
        faults
    }

    fn parameter_faults(&self, name: &str, parameter: &Value, texts: &[String]) -> Faults {
        let schema = self.resolve(&parameter["schema"]);
        let value = if schema["type"] == "array" {
            Value::Array(texts.iter().map(|text| typed(self.resolve(&schema["items"]), text)).collect())
        } else {
            if texts.len() > 1 {
                return vec![format!("{name}: {} is given {} times", parameter["name"], texts.len())];
            }
            typed(schema, &texts[0])
        };
        self.validate(&format!("{name} {}", parameter["name"]), schema, &value).err().unwrap_or_default()
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(target) => {
                self.resolve(self.document.pointer(target.trim_start_matches('#')).expect("a target in the slice"))
            }
            None => value,
        }
    }

    fn validate(&self, name: &str, schema: &Value, value: &Value) -> Result<(), Faults> {
        let validator = self.compiled(schema);
        let faults: Faults = validator
            .iter_errors(value)
            .map(|fault| format!("{name} at {}: {}", fault.instance_path(), shorten(&fault.to_string())))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn compiled(&self, schema: &Value) -> Arc<Validator> {
        let key = schema.to_string();
        let mut compiled = self.compiled.lock().unwrap();
        let validator = compiled.entry(key).or_insert_with(|| {
            let root = json!({ "components": self.components, "allOf": [translate(schema)] });
            let options = jsonschema::options();
            let options = options.should_validate_formats(true).should_ignore_unknown_formats(true);
            Arc::new(options.build(&root).expect("the slice's schemas compile"))
        });
        Arc::clone(validator)
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() > 300 {
        format!("…{}", text.chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect::<String>())
    } else {
        text.to_owned()
    }
}

/// The values of a template's parameters; the last one of `/contents/{path}` may hold slashes.
fn fit(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    let mut parts = path.trim_start_matches('/').split('/').peekable();
    let wanted: Vec<&str> = template.trim_start_matches('/').split('/').collect();
    for (index, want) in wanted.iter().enumerate() {
        let part = parts.next()?;
        let Some(name) = want.strip_prefix('{').and_then(|want| want.strip_suffix('}')) else {
            if *want == part {
                continue;
            }
            return None;
        };
        let mut value = part.to_owned();
        // A branch in a path may be written with its slashes.
        let tail = wanted.len() - index - 1;
        if ["path", "ref"].contains(&name) {
            while parts.clone().count() > tail {
                value = format!("{value}/{}", parts.next()?);
            }
        }
        values.insert(name.to_owned(), value);
    }
    parts.next().is_none().then_some(values)
}

fn pairs(query: &str) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        out.entry(decode(key)).or_default().push(decode(value));
    }
    out
}

fn decode(text: &str) -> String {
    let mut out = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(byte) = escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
            at += 1;
        }
    }
    String::from_utf8(out).expect("a query is UTF-8")
}

/// A parameter's text as the value its schema speaks of.
fn typed(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        _ => text.into(),
    }
}

fn header_faults(sent: &Sent<'_>) -> Faults {
    let header = |name: &str| {
        sent.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    };
    let mut faults = Vec::new();
    if header("user-agent").is_none_or(str::is_empty) {
        faults.push("no User-Agent".to_owned());
    }
    if !header("authorization").is_some_and(|value| value.starts_with("Bearer ")) {
        faults.push("no bearer".to_owned());
    }
    if !header("accept").is_some_and(|value| value.starts_with("application/vnd.github")) {
        faults.push("Accept is not one of GitHub's media types".to_owned());
    }
    if !header("x-github-api-version").is_some_and(|value| ["2026-03-10", "2022-11-28"].contains(&value)) {
        faults.push("no supported X-GitHub-Api-Version".to_owned());
    }
    if !sent.body.is_empty() && !header("content-type").is_some_and(|value| value.starts_with("application/json")) {
        faults.push("a body without Content-Type: application/json".to_owned());
    }
    faults
}

/// `OpenAPI` 3.0 to JSON Schema: `nullable` becomes a choice, words of the description alone go.
fn translate(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(translate).collect(),
        Value::Object(object) => {
            let mut out: Map<String, Value> = Map::new();
            for (key, value) in object {
                if !["nullable", "discriminator", "example", "examples", "xml", "deprecated"].contains(&key.as_str())
                    || !is_schema(object)
                {
                    out.insert(key.clone(), translate(value));
                }
            }
            if object.get("nullable") == Some(&Value::Bool(true)) {
                // An enum without null would refuse it even so.
                return json!({ "anyOf": [{ "type": "null" }, Value::Object(out)] });
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

/// A schema, and not a map of schemas whose names happen to be such words.
fn is_schema(object: &Map<String, Value>) -> bool {
    ["type", "$ref", "allOf", "anyOf", "oneOf", "properties", "enum", "items"]
        .iter()
        .any(|key| object.contains_key(*key))
}

#[test]
fn the_checker_finds_what_is_wrong_and_nothing_else() {
    assert!(spec().covers("get", "/user") && !spec().covers("GET", "/nothing"));
    let path = "/agents/repos/acme/api/tasks";
    let good = br#"{"tasks":[{"id":"x","state":"queued","created_at":"2026-11-20T12:00:00Z","archived_at":null}]}"#;
    assert_eq!(spec().check_response("GET", path, 200, good), Ok(()));
    for bad in [
        "{}",
        r#"{"tasks":[{"id":"x","state":"lost","created_at":"2026-11-20T12:00:00Z"}]}"#,
        r#"{"tasks":[{"id":1,"state":"queued","created_at":"2026-11-20T12:00:00Z"}]}"#,
        r#"{"tasks":[{"id":"x","state":"queued","created_at":"yesterday"}]}"#,
    ] {
        assert!(spec().check_response("GET", path, 200, bad.as_bytes()).is_err(), "{bad}");
    }
    assert!(spec().check_response("GET", path, 418, b"{}").is_err());
}

#[test]
fn a_request_is_checked_in_path_query_headers_and_body() {
    let headers: Vec<(String, String)> = [
        ("authorization", "Bearer x"),
        ("user-agent", "atc"),
        ("accept", "application/vnd.github+json"),
        ("x-github-api-version", "2026-03-10"),
        ("content-type", "application/json"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let check =
        |method, path, query, body| spec().check_request(&Sent { method, path, query, headers: &headers, body });
    let tasks = "/agents/repos/acme/api/tasks";
    assert_eq!(
        check("GET", tasks, "per_page=100&creator_id=1&creator_id=2&state=queued%2Cidle&is_archived=true", ""),
        Ok(())
    );
    assert!(check("GET", tasks, "per_page=500", "").is_err());
    assert!(check("GET", tasks, "sort=name", "").is_err());
    assert!(check("GET", tasks, "unheard_of=1", "").is_err());
    assert!(check("GET", "/repos/acme/api/actions/runs/soon", "", "").is_err());
    assert_eq!(check("POST", tasks, "", r#"{"prompt":"x","create_pull_request":true}"#), Ok(()));
    assert!(check("POST", tasks, "", r#"{"model":"x"}"#).is_err());
    assert!(check("POST", tasks, "", r#"{"prompt":"x","pull":true}"#).is_err());
    assert_eq!(check("GET", "/repos/acme/api/commits/copilot/fix/status", "", ""), Ok(()));
    let bare = Sent { method: "GET", path: tasks, query: "", headers: &[], body: "" };
    assert_eq!(spec().check_request(&bare).unwrap_err().len(), 4);
}
