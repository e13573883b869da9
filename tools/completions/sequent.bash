# Completion of the sequent command for bash. It asks the command itself for subcommands and options, so that it offers
# what this version has.

# _sequent_listed <command> <word>...: what stands first in the lines of what these words print, indented by two.
_sequent_listed() { "$@" 2>/dev/null | sed -n 's/^  \([a-z][a-z0-9.-]*\)\( .*\)\{0,1\}$/\1/p'; }

# _sequent_options <command> [<subcommand>]: the options that its help names.
_sequent_options() { "$@" --help 2>/dev/null | sed -n 's/^  \(-[^ ]*\).*/\1/p' | tr ',' '\n'; }

# _sequent_positionals <command> <subcommand>: the words that it takes beside options.
_sequent_positionals() { "$@" --help 2>/dev/null | sed -n '/^Positionals:/,/^$/s/^  \([a-z]*\) .*/\1/p'; }

_sequent() {
  local command=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local subcommand= i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    if [[ ${COMP_WORDS[i]} != -* ]]; then
      subcommand=${COMP_WORDS[i]}
      break
    fi
  done
  COMPREPLY=()
  if [[ -z $subcommand ]]; then
    local subcommands
    subcommands=$("$command" --help 2>/dev/null | sed -n '/^Subcommands:/,$s/^  \([a-z]*\) .*/\1/p')
    COMPREPLY=($(compgen -W "$subcommands $(_sequent_options "$command")" -- "$word"))
    return
  fi
  case $previous in
    --only) COMPREPLY=($(compgen -W "$("$command" scenarios 2>/dev/null | sed 's/ .*//')" -- "$word")); return ;;
    --scheme) COMPREPLY=($(compgen -W "auto light dark" -- "$word")); return ;;
    --json | --html | --svg | --pcapng) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --traces) COMPREPLY=($(compgen -d -- "$word")); return ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$(_sequent_options "$command" "$subcommand")" -- "$word"))
    return
  fi
  case $(_sequent_positionals "$command" "$subcommand") in
    topic) COMPREPLY=($(compgen -W "$(_sequent_listed "$command" "$subcommand")" -- "$word")) ;;
    file) COMPREPLY=($(compgen -f -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "$(_sequent_options "$command" "$subcommand")" -- "$word")) ;;
  esac
}
complete -o filenames -F _sequent sequent
