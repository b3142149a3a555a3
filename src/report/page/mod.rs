//! A report as one page that a browser opens from anywhere: no network, no server.
//!
//! Owns what stands where ([`view`]) and what the page may do ([`policy`]). The files are `templates/report/`: the page,
//! its style and its script. Whatever comes from a [`Report`] is escaped by the template, except for what [`prose`] and
//! [`super::chart`] made, which escape it themselves. Without its script the page reads the same; searching and
//! filtering is what the script adds.

mod cards;
mod policy;
mod prose;
mod sections;
mod view;

use super::Report;
use anyhow::{Context as _, Result};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior, context};

/// The template's name: by its ending everything in it is escaped.
const PAGE: &str = "page.html";

const TEMPLATE: &str = include_str!("../../../templates/report/page.html");
const STYLE: &str = include_str!("../../../templates/report/style.css");
const SCRIPT: &str = include_str!("../../../templates/report/script.js");

/// The report as an HTML document.
///
/// Errors: the page's template cannot be filled, which is a fault of the program.
pub fn of(report: &Report) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_template(PAGE, TEMPLATE).context("the page's template cannot be parsed")?;
    let page = environment.get_template(PAGE)?.render(context! {
        page => Value::from(Serde(&view::of(report))),
        policy => policy::of(STYLE, SCRIPT),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
    });
    page.context("the page's template cannot be filled")
}
