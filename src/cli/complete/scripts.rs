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

// `compgen -W` would evaluate what it is given: each value is put into the answer as it is. An empty line says that
// nothing fits, and that no file does either. What ends with a colon goes on.
const BASH: &str = r#"# bash completion of atc
_atc() {
    local line="${COMP_LINE:0:COMP_POINT}" word value rest cut= i
    local -a words=()
    COMPREPLY=()
    # Bash ends a word at : and = too. What stands together in the line is one.
    for ((i = 0; i < COMP_CWORD; i++)); do
        word="${COMP_WORDS[i]}"
        if ((i)) && [[ $line != [[:blank:]]* ]]; then
            words[${#words[@]}-1]+="$word"
        else
            line="${line#"${line%%[![:blank:]]*}"}"
            words+=("$word")
        fi
        line="${line#"$word"}"
    done
    if [[ $line == [[:blank:]]* ]]; then
        words+=("${line#"${line%%[![:blank:]]*}"}")
    else
        words[${#words[@]}-1]+="$line"
    fi
    # It replaces only what stands behind the last of these, and an @ with it, unless the word is quoted.
    word="${words[${#words[@]}-1]}"
    [[ $word == [\"\']* ]] || cut="${word%"${word##*["$COMP_WORDBREAKS"]}"}"
    cut="${cut%@}"
    while IFS=$'\t' read -r value rest; do
        if [[ -z $value ]]; then
            compopt +o default 2>/dev/null
            continue
        fi
        [[ $value == *: ]] && compopt -o nospace 2>/dev/null
        COMPREPLY+=("${value#"$cut"}")
    done < <("${words[0]}" complete -- "${words[@]}" 2>/dev/null)
}
complete -o default -F _atc atc
"#;

const ZSH: &str = r#"#compdef atc
# zsh completion of atc
_atc() {
    local value rest none
    local -a values shown begun begun_shown
    while IFS=$'\t' read -r value rest; do
        if [[ -z $value ]]; then
            none=1
        elif [[ $value == *: ]]; then
            begun+=("$value")
            begun_shown+=("$value${rest:+  -- $rest}")
        else
            values+=("$value")
            shown+=("$value${rest:+  -- $rest}")
        fi
    done < <("${words[1]}" complete -- "${(@)words[1,CURRENT]}" 2>/dev/null)
    (( ${#begun} )) && compadd -S '' -l -d begun_shown -a begun
    (( ${#values} )) && compadd -l -d shown -a values
    [[ -n $none ]] || (( ${#begun} + ${#values} )) || _files
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
        string match -v '' -- $found
    end
end
complete -c atc -f -a '(__atc_complete)'
";
