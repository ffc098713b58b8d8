/** Each script passes every word unchanged to `kitty autocomplete words`: none evaluates or re-splits user input. */

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
    [[ $line == @files* ]] && { compset -P '--[a-z-]#='; _files; return }
    [[ -n $line ]] && candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#candidates )) && _describe kitty candidates
}
compdef _kitty_complete kitty`

const FISH = `function __kitty_complete
  set -l words (commandline -opc)
  set -e words[1]
  set -l current (commandline -ct)
  for line in (kitty autocomplete words -- $words "$current" 2>/dev/null)
    if string match -q '@files*' -- $line
      set -l flag (string match -r -- '^--[a-z-]+=' $current)
      for path in (__fish_complete_path (string replace -r -- '^--[a-z-]+=' '' $current))
        printf '%s%s\\n' "$flag" $path
      end
      return
    end
    printf '%s\\n' $line
  end
end
complete -c kitty -f -a '(__kitty_complete)'`

/**
 * With no candidates PowerShell offers the names of files by itself. Before 7.3 it drops an argument that is empty. It
 * keeps `--` from a script, such as the one that npm installs, unless it is quoted.
 */
const POWERSHELL = `Register-ArgumentCompleter -Native -CommandName kitty -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $empty = if ($PSVersionTable.PSVersion -ge [version]'7.3') { '' } else { '""' }
  $words = @($commandAst.CommandElements |
    Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
    Select-Object -Skip 1 |
    ForEach-Object {
      if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
      else { $_.Extent.Text }
    })
  if ($wordToComplete -eq '') { $words += $empty }
  kitty autocomplete words '--' @words 2>$null | ForEach-Object {
    $value, $text = $_ -split "\`t", 2
    if ($value -and $value -ne '@files') {
      if (-not $text) { $text = $value }
      [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
    }
  }
}`

export const SHELL_SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL } as const

export type Shell = keyof typeof SHELL_SCRIPTS
