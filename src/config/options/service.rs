//! Which repositories, at which service, with which token, and what may be sent there.

use super::table::Opt;
use crate::config::given::{Wrong, clip};
use crate::config::schema::{CopilotApi, Headers};
use crate::config::text::quote;
use crate::config::url;
use crate::domain::RepoName;

pub(super) const REPOS: Opt = Opt {
    key: "repos",
    values: "a list of `owner/name`",
    example: Some(r#"["acme/billing", "acme/api"]"#),
    doc: "The repositories to watch. With none, the repository of the current directory's `origin` remote; \
          outside of a checkout, your own tasks in all repositories.",
    set: |config, given| {
        let repo = |text: &str| {
            let wrong = |error| format!("`{}` is no repository: {error}", clip(text));
            text.parse::<RepoName>().map_err(wrong)
        };
        let mut repos = Vec::new();
        for repo in given.list("a list of owner/name")?.into_iter().map(repo) {
            let repo = repo?;
            if !repos.contains(&repo) {
                repos.push(repo);
            }
        }
        config.repos = repos;
        Ok(())
    },
    show: |config| {
        let all: Vec<_> = config.repos.iter().map(|repo| quote(repo.as_str())).collect();
        Some(format!("[{}]", all.join(", ")))
    },
};

pub(super) const OWN_TASKS: Opt = Opt {
    key: "own_tasks",
    values: r#"`"auto"`, `true` or `false`"#,
    example: None,
    doc: "Your own tasks in all repositories, which GitHub lists in one request. \"auto\": they are the queue where no \
          repository is named; where some are, the request only saves others and nothing else is shown. `true`: show \
          them all, whatever else is watched. `false`: never ask for them.",
    set: |config, given| {
        config.own_tasks = given.switch()?;
        Ok(())
    },
    show: |config| Some(config.own_tasks.shown()),
};

pub(super) const AUTOMATIONS: Opt = Opt {
    key: "automations",
    values: "`true` or `false`",
    example: None,
    doc: "Ask GitHub for the automations of the watched repositories: their list once an hour, more while you look at \
          them. `false`: never; what `atc automation` asks for is asked all the same.",
    set: |config, given| {
        config.automations = given.flag()?;
        Ok(())
    },
    show: |config| Some(config.automations.to_string()),
};

pub(super) const HOST: Opt = Opt {
    key: "host",
    values: "`github.com` or `SUBDOMAIN.ghe.com`",
    example: None,
    doc: "Where the repositories are. GitHub Enterprise Server has no agent tasks and is refused.",
    set: |config, given| {
        config.host = url::host(given.text("a host name")?)?;
        Ok(())
    },
    show: |config| Some(quote(&config.host)),
};

pub(super) const API_URL: Opt = Opt {
    key: "api_url",
    values: "an `https://` address, or `http://` to a loopback address",
    example: Some(r#""http://127.0.0.1:4010""#),
    doc: "The address of the API, if it is not the host's own. Meant for tests and for `atc demo --serve`.",
    set: |config, given| {
        config.api_url = Some(url::api(given.text("an address")?)?);
        Ok(())
    },
    show: |config| config.api_url.as_deref().map(quote),
};

pub(super) const TOKEN_FILE: Opt = Opt {
    key: "token_file",
    values: "a path",
    example: Some(r#""~/.config/atc/token""#),
    doc: "A file that holds the token and nothing else, readable by you alone. Asked before every other source.",
    set: |config, given| {
        let text = given.text("a path")?;
        if ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"].iter().any(|prefix| text.starts_with(prefix)) {
            return Err("must be the path of a file that holds the token, not the token itself".to_owned());
        }
        config.token_file = Some(given.path()?);
        Ok(())
    },
    show: |config| config.token_file.as_ref().map(|path| quote(&path.to_string_lossy())),
};

pub(super) const CA_FILE: Opt = Opt {
    key: "ca_file",
    values: "a path",
    example: Some(r#""/etc/ssl/our-proxy.pem""#),
    doc: "A file of PEM certificates to trust besides the system's: behind a proxy that looks into TLS, its own.",
    set: |config, given| {
        config.ca_file = Some(given.path()?);
        Ok(())
    },
    show: |config| config.ca_file.as_ref().map(|path| quote(&path.to_string_lossy())),
};

pub(super) const COPILOT_API: Opt = Opt {
    key: "copilot_api",
    values: r#"`"auto"` or `"off"`"#,
    example: None,
    doc: "Live session logs come from the Copilot API, which GitHub does not document. \"auto\" tries it with tokens \
          that can work and stops for good when it is refused; \"off\" never sends a request there.",
    set: |config, given| {
        config.copilot_api = given.word(CopilotApi::WORDS)?;
        Ok(())
    },
    show: |config| Some(quote(config.copilot_api.word())),
};

pub(super) const EXTRA_HEADERS: Opt = Opt {
    key: "extra_headers",
    values: "a table of header names and values",
    example: Some(r#"{ "X-Example" = "value" }"#),
    doc: "Headers to add to requests to the Copilot API, and to nothing else. In the environment: one `Name: value` \
          per line.",
    set: |config, given| {
        let headers = given.table()?;
        for (name, value) in &headers {
            header(name, value)?;
        }
        config.extra_headers = Headers(headers);
        Ok(())
    },
    show: |config| {
        let hidden = |name: &String| format!("{} = \"(hidden)\"", quote(name));
        let all: Vec<_> = config.extra_headers.0.keys().map(hidden).collect();
        Some(if all.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", all.join(", ")) })
    },
};

pub(super) const READ_ONLY: Opt = Opt {
    key: "read_only",
    values: r#"`"auto"`, `true` or `false`"#,
    example: None,
    doc: "Look, never touch: nothing that could change anything is sent, and the keys for it are gone. \"auto\": with an \
          `api_url` that is neither GitHub's nor this machine; `false` says that changes may be sent there. A token \
          whose scopes can change nothing makes it so in any case.",
    set: |config, given| {
        config.read_only = given.switch()?;
        Ok(())
    },
    show: |config| Some(config.read_only.shown()),
};

/// Names and values that can stand in a request, and none that the program itself must decide.
fn header(name: &str, value: &str) -> Result<(), Wrong> {
    const OURS: [&str; 9] = [
        "accept",
        "authorization",
        "connection",
        "content-length",
        "cookie",
        "host",
        "proxy-authorization",
        "transfer-encoding",
        "user-agent",
    ];
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || name.len() > 100 || !name.chars().all(token) {
        return Err(format!("`{}` is no header name", clip(name)));
    }
    if OURS.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(format!("`{name}` is set by atc itself"));
    }
    if value.len() > 4096 || !value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return Err(format!("the value of `{name}` must be plain ASCII on one line"));
    }
    Ok(())
}
