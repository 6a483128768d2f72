//! What each shell needs: a function that asks `atc complete`. Where that offers nothing, files are.

use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// `source <(atc completions bash)`
    Bash,
    /// `atc completions zsh > "${fpath[1]}/_atc"`
    Zsh,
    /// `atc completions fish > ~/.config/fish/completions/atc.fish`
    Fish,
}

pub fn script(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => BASH,
        Shell::Zsh => ZSH,
        Shell::Fish => FISH,
    }
}

// `compgen -W` would evaluate what it is given: each value is put into the answer as it is.
const BASH: &str = r#"# bash completion of atc
_atc() {
    local value rest
    COMPREPLY=()
    while IFS=$'\t' read -r value rest; do
        COMPREPLY+=("$value")
    done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
}
complete -o default -F _atc atc
"#;

const ZSH: &str = r#"#compdef atc
# zsh completion of atc
_atc() {
    local value rest
    local -a values shown
    while IFS=$'\t' read -r value rest; do
        values+=("$value")
        shown+=("$value${rest:+  -- $rest}")
    done < <("${words[1]}" complete -- "${(@)words[1,CURRENT]}" 2>/dev/null)
    if (( ${#values} )); then
        compadd -l -d shown -a values
    else
        _files
    fi
}
if [ "$funcstack[1]" = "_atc" ]; then
    _atc "$@"
else
    compdef _atc atc
fi
"#;

const FISH: &str = r"# fish completion of atc
function __atc_complete
    set -l words (commandline -opc)
    set -l found (command $words[1] complete -- $words (commandline -ct) 2>/dev/null)
    if test (count $found) -eq 0
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $found
    end
end
complete -c atc -f -a '(__atc_complete)'
";
