//! Which task a word means: what is asked for it, and that nothing is guessed.

use std::sync::Arc;

use atc::cli::Desk;
use atc::cli::desk::{Remembered, Stop};
use atc::cli::voice::{Form, Voice};
use atc::cli::which::Lookup;
use atc::config::{Config, Paths};
use atc::domain::policy::{InForce, Policy};
use atc::domain::{FaultKind, PullId, RepoName, State, TaskId, TaskRef};
use atc::ledger::memory::Memory;
use atc::ops::{self, Gate};

use crate::fake::{Fake, clock, page, repo, task};

/// What an earlier run knew.
struct Known(Vec<&'static str>);

impl Remembered for Known {
    fn diagnosed(&self, _: &TaskRef) -> Option<atc::domain::Diagnosed> {
        None
    }

    fn tasks(&self, beginning: &str) -> Vec<TaskRef> {
        let of = |id: &&'static str| TaskRef { repo: "acme/other".parse().unwrap(), id: TaskId::new(*id) };
        self.0.iter().filter(|id| id.starts_with(beginning)).map(of).collect()
    }

    fn pull(&self, _: &RepoName, _: u64) -> Option<PullId> {
        None
    }
}

/// A desk at a service that has these tasks.
fn desk(tasks: &[&'static str], known: Vec<&'static str>) -> (Desk, Arc<Fake>) {
    let now = clock();
    let fake = Arc::new(Fake::new(now.clone()));
    let (all, at) = (tasks.to_vec(), now());
    *fake.on_list.lock().unwrap() =
        Box::new(move |_| Ok(page(all.iter().map(|id| task(id, State::InProgress, at)).collect())));
    let gate = Gate::holding(InForce::of(Policy::unlimited()));
    let (_, heard) = tokio::sync::watch::channel(false);
    let home = std::path::PathBuf::from("/nonexistent");
    let paths = Paths {
        home: home.clone(),
        config_dir: home.clone(),
        state_dir: home.clone(),
        data_dir: home.clone(),
        cache_dir: home,
    };
    let plain =
        |form| Voice { form, out_is_terminal: false, err_is_terminal: false, in_is_terminal: false, brush: None };
    let desk = Desk {
        context: ops::Context { provider: fake.clone(), ledger: Arc::new(Memory::new()), now, who: "op".into(), gate },
        config: Config::default(),
        paths,
        voice: plain(Form::Text),
        repos: vec![repo()],
        typed: Vec::new(),
        web: "github.com".into(),
        zone: atc::domain::Zone::utc(),
        remembered: Arc::new(Known(known)),
        patience: ops::cancel::Patience::default(),
        edit: Arc::new(|_| panic!("nothing is edited")),
        stop: Stop::new(heard),
    };
    (desk, fake)
}

#[tokio::test(start_paused = true)]
async fn what_may_be_two_tasks_is_neither_and_both_are_named() {
    let (desk, fake) = desk(&["1a2b-one", "1a2b-two", "9f00-x"], Vec::new());
    let mut lookup = Lookup::new(&desk);
    let fault = lookup.find("1a2b").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid, "a wrong use: {fault}");
    assert!(fault.what.contains("1a2b-one") && fault.what.contains("1a2b-two"), "{fault}");
    assert_eq!(lookup.find("1a2b-o").await.unwrap().id.raw(), "1a2b-one");
    assert_eq!(lookup.find("9f00").await.unwrap().id.raw(), "9f00-x");
    assert_eq!(lookup.find("beef").await.unwrap_err().kind, FaultKind::NotFound);
    assert_eq!(fake.calls("list"), 1, "one list for all of them");
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_run_knew_proves_a_whole_id_and_only_adds_to_a_beginning() {
    let (desk, fake) = desk(&["1a2b-one"], vec!["1a2b-old", "77aa-whole"]);
    let mut lookup = Lookup::new(&desk);
    let whole = lookup.find("77aa-whole").await.unwrap();
    assert_eq!((whole.repo.as_str(), fake.calls("list")), ("acme/other", 0), "nobody was asked");
    let fault = lookup.find("1a2b").await.unwrap_err();
    assert!(fault.what.contains("1a2b-old") && fault.what.contains("1a2b-one"), "{fault}");
}
