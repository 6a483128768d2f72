//! What holds of any configuration, file and environment.

use super::*;
use proptest::prelude::*;

fn any_config() -> impl Strategy<Value = Config> {
    let name = "[a-z][a-z0-9-]{0,8}/[a-zA-Z0-9_][a-zA-Z0-9._-]{0,8}";
    let path = || proptest::option::of("/[^\0/]{1,12}");
    let switch = || prop_oneof![Just(Switch::Auto), Just(Switch::On), Just(Switch::Off)];
    let minutes = || proptest::option::of(1..=10_080_u32);
    let level = prop_oneof![Just(LogLevel::Off), Just(LogLevel::Trace), Just(LogLevel::Warn)];
    (
        proptest::collection::hash_set(name, 0..5),
        (path(), path(), path()),
        (switch(), any::<bool>(), any::<bool>()),
        (2..=3600_u32, 2..=86_400_u32, 0.000_001..=1.0_f64, 1..=10_080_u32),
        (switch(), switch(), level),
        proptest::collection::btree_map("[a-z*]{1,4}/[a-z*-]{1,5}", (minutes(), minutes(), minutes()), 0..4),
    )
        .prop_map(|(repos, paths, flags, numbers, words, by_repo)| {
            let mut config = Config { read_only: flags.0, log_level: words.2, ..Config::default() };
            config.repos = repos.iter().filter_map(|repo| repo.parse().ok()).collect();
            (config.token_file, config.templates_dir, config.ledger) =
                (paths.0.map(PathBuf::from), paths.1.map(PathBuf::from), paths.2.map(PathBuf::from));
            config.copilot_api = if flags.1 { CopilotApi::Off } else { CopilotApi::Auto };
            config.ui.mouse = flags.2;
            (config.ui.ascii, config.ui.colour) = (words.0, words.1);
            (config.poll.active_seconds, config.poll.idle_seconds, config.poll.budget_share) =
                (numbers.0, numbers.1, numbers.2);
            config.stuck.silent_minutes = numbers.3;
            for (repos, (queued, silent, session_limit)) in by_repo {
                let limits = Each { queued, silent, waiting: numbers.3.into(), session_limit };
                config.stuck.repos.insert(repos.parse().unwrap(), limits);
            }
            config
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_reads_back_the_same(config in any_config()) {
        let mut file = String::new();
        for option in OPTIONS {
            if let Some(value) = (option.show)(&config) {
                file.push_str(&format!("{} = {value}\n", option.key));
            }
        }
        for section in REPO_SECTIONS {
            for repos in (section.set)(&config) {
                for option in section.options {
                    if let Some(value) = (option.show)(&config, repos) {
                        file.push_str(&format!("{}.\"{repos}\".{} = {value}\n", section.name, option.name));
                    }
                }
            }
        }
        prop_assert_eq!(Desk::new(&file).config(), config);
    }

    #[test]
    fn any_file_gives_a_config_or_problems_at_real_places(text in "(?s)(.{0,60}|(\\[{0,2}(repos|ui|views|name|query|poll|extra_headers|host)\\]?|[.=\n'\"{}\\[\\]]|true|7|[a-z\u{1b}\u{202e}]){0,12})") {
        let desk = Desk::new(&text);
        if let Err(invalid) = desk.load() {
            let lines = text.matches('\n').count() + 1;
            for problem in invalid.all() {
                let shown = problem.to_string();
                prop_assert!(!shown.chars().any(char::is_control), "{:?}", shown);
                let place = problem.place.rsplit("config.toml:").next().unwrap();
                let line: usize = place.split(':').next().unwrap().parse().unwrap();
                prop_assert!((1..=lines).contains(&line), "{}", shown);
            }
        }
    }

    #[test]
    fn any_environment_is_read_without_a_panic(name in "ATC_[A-Z_]{0,20}", value in "(?s).{0,40}", pick in any::<prop::sample::Index>()) {
        let option = pick.get(OPTIONS);
        let mut desk = Desk::empty().variable(&option.variable(), &value);
        desk.sources.environment.push((OsString::from(name), OsString::from(value)));
        desk.sources.environment.retain(|(name, _)| name.to_str() != Some("ATC_CONFIG"));
        let _ = desk.load();
    }
}
