/**
 * Both scripts pass every word unchanged to `kitty autocomplete words`: they do not evaluate or re-split user input.
 */

/** Supports bash 3.2, which macOS ships: avoids `mapfile`, and uses `compopt` only where it exists. */
const BASH = `_kitty_complete() {
  local value rest
  COMPREPLY=()
  while IFS=$'\\t' read -r value rest; do
    if [ "$value" = @files ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
    else
      COMPREPLY+=("$value")
    fi
  done < <(kitty autocomplete words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _kitty_complete kitty`

const ZSH = `(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
_kitty_complete() {
  local line
  local -a candidates
  for line in "\${(@f)$(kitty autocomplete words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ $line == @files* ]] && { _files; return }
    [[ -n $line ]] && candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#candidates )) && _describe kitty candidates
}
compdef _kitty_complete kitty`

export const SHELL_SCRIPTS = { bash: BASH, zsh: ZSH } as const

export type Shell = keyof typeof SHELL_SCRIPTS
