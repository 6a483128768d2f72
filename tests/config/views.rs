//! The saved views of the queue and of the automations.

use atc::domain::listing::Named as _;
use atc::domain::{Column, Group, Order, SavedView, automation};

use super::Desk;

#[test]
fn views_are_read_with_all_they_say() {
    let file = "[[views]]\nname = 'Mine'\nquery = 'user:@me -is:ended'\nsort = 'age reverse'\ngroup = 'repo'\n\
                columns = ['pull', 'cost']\nempty = 'Nothing.'\n[[views]]\nname = 'Everything'\n";
    let views = Desk::new(file).config().views;
    assert_eq!(views.len(), 2);
    let mine = &views[0];
    assert_eq!((mine.name.as_str(), mine.query.text()), ("Mine", "user:@me -is:ended"));
    assert_eq!(mine.order, Order { by: Column::Age, reversed: true });
    assert_eq!((mine.group, mine.columns.as_deref()), (Some(Group::Repo), Some(&[Column::Pull, Column::Cost][..])));
    assert_eq!(mine.empty.as_ref().map(atc::text::Safe::as_str), Some("Nothing."));
    let plain = &views[1];
    assert!(plain.query.is_empty() && plain.group.is_none() && plain.columns.is_none() && plain.empty.is_none());
    assert_eq!(Desk::new("views = [{ name = 'One' }]").config().views[0].name.as_str(), "One");
    assert_eq!(Desk::empty().config().views, SavedView::defaults());
}

#[test]
fn everything_that_is_wrong_with_views_is_named_at_its_place() {
    let columns = Column::ALL.map(Column::word).join(", ");
    let fields = "name, query, sort, group, columns, empty";
    let long = format!("[[views]]\nname = '{}'", "x".repeat(41));
    for (file, expected) in [
        ("[[views]]\nquery = ''", vec!["1:1: views.name: is missing: every view has one".to_owned()]),
        ("[[views]]\nname = ' '", vec!["2:8: views.name: must be a text, not blank".to_owned()]),
        (&long, vec!["2:8: views.name: must have at most 40 characters, not 41".to_owned()]),
        ("[[views]]\nname = 'a'\nquery = 7", vec!["3:9: views.query: must be a query, not 7".to_owned()]),
        (
            "[[views]]\nname = 'a'\ncolour = 'x'\nqueri = 'x'",
            vec![
                format!("3:1: views.colour: there is no such field; there are {fields}"),
                "4:1: views.queri: there is no such field; did you mean query?".to_owned(),
            ],
        ),
        (
            "[[views]]\nname = 'a'\nsort = 'size'\ngroup = 'x'\ncolumns = ['pull', 'x']",
            vec![
                format!(
                    "3:8: views.sort: must be a column, with ` reverse` behind it to turn it round, not `size`; \
                     there are {columns}"
                ),
                "4:9: views.group: must be \"repo\" or \"state\" or \"creator\" or \"agent\" or \"day\", not `x`"
                    .to_owned(),
                format!("5:11: views.columns: there is no column `x`; there are {columns}"),
            ],
        ),
        (
            "[[views]]\nname = 'Two words'\n[[views]]\nname = 'two  Words'",
            vec!["4:8: views.name: there is a view “Two words” already".to_owned()],
        ),
        ("views = 'x'", vec!["1:9: views: must be one table or more: write [[views]] before each".to_owned()]),
        ("views = []", vec!["1:9: views: must be one table or more: write [[views]] before each".to_owned()]),
        ("views = ['x']", vec!["1:9: views: must be tables only: write [[views]] before each".to_owned()]),
        ("[view]\nname = 'x'", vec!["1:2: view: there is no such option; did you mean views?".to_owned()]),
    ] {
        let expected: Vec<_> = expected.iter().map(|problem| format!("config/config.toml:{problem}")).collect();
        assert_eq!(Desk::new(file).problems(), expected, "{file}");
    }
    let many: Vec<_> = (0..22).map(|n| format!("[[views]]\nname = 'v{n}'\n")).collect();
    let many = many.concat();
    assert_eq!(Desk::new(&many).problems(), ["config/config.toml:42:8: views.name: there are more than 20 views"]);
}

#[test]
fn a_wrong_query_is_named_at_its_column_in_file_and_query() {
    let place = |query: &str| {
        let problems = Desk::new(&format!("[[views]]\nname = 'a'\nquery = {query}")).problems();
        let short = |problem: &String| problem["config/config.toml:".len()..].split_inclusive(": ").take(3).collect();
        problems.iter().map(short).collect::<Vec<String>>()
    };
    assert_eq!(place("'flaky is:bogus'"), ["3:19: views.query: column 10: "]);
    assert_eq!(
        place("\"flaky is:bogus cost:x\""),
        ["3:19: views.query: column 10: ", "3:30: views.query: column 21: "]
    );
    assert_eq!(place("\"\"\"\nflaky\nis:bogus\"\"\""), ["5:4: views.query: column 10: "]);
    assert_eq!(place("\"agent:\\\"x\\\" is:bogus\""), ["3:9: views.query: column 14: "], "escaped: its beginning");
}

#[test]
fn views_of_the_automations_are_read_with_all_they_say() {
    let file = "[[automation_views]]\nname = 'Dear'\nquery = 'cost-week:>10 -owner:user'\nsort = 'cost-week reverse'\n\
                group = 'none'\ncolumns = ['owner', 'next']\nempty = 'Nothing.'\n[[automation_views]]\nname = 'Rest'\n\
                [[views]]\nname = 'Mine'\n";
    let config = Desk::new(file).config();
    let [dear, rest] = &config.automation_views[..] else { panic!("{:?}", config.automation_views) };
    assert_eq!((dear.name.as_str(), dear.query.text()), ("Dear", "cost-week:>10 -owner:user"));
    assert_eq!(dear.order, automation::Order { by: automation::Column::CostWeek, reversed: true });
    assert_eq!(dear.group, Some(automation::Group::None));
    assert_eq!(dear.columns.as_deref(), Some(&[automation::Column::Owner, automation::Column::Next][..]));
    assert_eq!(dear.empty.as_ref().map(atc::text::Safe::as_str), Some("Nothing."));
    assert!(rest.query.is_empty() && rest.group.is_none() && rest.columns.is_none() && rest.empty.is_none());
    assert_eq!(config.views.len(), 1, "the queue's are others");
    assert_eq!(Desk::empty().config().automation_views, automation::SavedView::defaults());
    let written = config.automation_views.iter().map(automation::SavedView::toml).collect::<Vec<_>>().join("\n");
    assert_eq!(Desk::new(&written).config().automation_views, config.automation_views, "and read as they are written");
}

#[test]
fn everything_that_is_wrong_with_a_view_of_the_automations_is_named_at_its_place() {
    let columns = automation::Column::all().iter().map(|column| column.word()).collect::<Vec<_>>().join(", ");
    let file = "[[automation_views]]\nname = 'a'\nquery = 'state:of is:stuck'\nsort = 'age'\ngroup = 'state'\n\
                columns = ['next', 'pull']\n[[automation_views]]\nname = 'A'\n[[automation_view]]\nname = 'b'";
    let problems = Desk::new(file).problems();
    let short: Vec<&str> = problems.iter().map(|problem| &problem["config/config.toml:".len()..]).collect();
    assert!(short[0].starts_with("3:16: automation_views.query: column 7: "), "{}", short[0]);
    assert!(short[1].starts_with("3:22: automation_views.query: column 13: "), "{}", short[1]);
    assert_eq!(
        short[2..],
        [
            format!(
                "4:8: automation_views.sort: must be a column, with ` reverse` behind it to turn it round, not `age`; \
                 there are {columns}"
            )
            .as_str(),
            "5:9: automation_views.group: must be \"repo\" or \"none\", not `state`",
            format!("6:11: automation_views.columns: there is no column `pull`; there are {columns}").as_str(),
            "8:8: automation_views.name: there is a view “a” already",
            "9:3: automation_view: there is no such option; did you mean automation_views?",
        ]
    );
    let query = "[[automation_views]]\nname = 'a'\nquery = \"\"\"\nstate:on\ncost:lots\"\"\"";
    let problems = Desk::new(query).problems();
    assert!(problems[0].starts_with("config/config.toml:5:6: automation_views.query: column 15: "), "{problems:?}");
}
