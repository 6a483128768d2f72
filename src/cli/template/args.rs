//! What can be asked of templates.

use std::path::PathBuf;

use clap::Subcommand;

use super::var;

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum TemplateVerb {
    /// List the templates, where each comes from, and the files that cannot be used
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what is wrong with templates, line by line; an error makes the exit code 1
    Lint {
        /// Ids, files, or folders of files; without: all that the console reads
        #[arg(value_name = "TEMPLATE")]
        files: Vec<PathBuf>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the prompt that a template and its values make
    Render {
        /// The template's id, or its file
        #[arg(value_name = "TEMPLATE")]
        template: String,
        /// A value; can be repeated, and beats the preset's
        #[arg(long = "var", value_name = "NAME=VALUE", value_parser = var)]
        vars: Vec<(String, String)>,
        /// A named set of values of the template
        #[arg(long, value_name = "NAME")]
        preset: Option<String>,
        /// As JSON, with what else the template says of the request
        #[arg(long)]
        json: bool,
    },
    /// Write a template to begin from; a file that is there is never written over
    New {
        /// Its id and the name of its file
        #[arg(value_name = "ID")]
        id: String,
        /// Its title; without: made from the id
        #[arg(long, value_name = "TEXT")]
        title: Option<String>,
        /// Into `.atc/templates` of this checkout instead of your own folder
        #[arg(long)]
        here: bool,
    },
}
