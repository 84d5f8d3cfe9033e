/** The shells that a completion script can be printed for. */
export const COMPLETED_SHELLS = ['bash', 'zsh', 'fish'] as const;
export type CompletedShell = (typeof COMPLETED_SHELLS)[number];

// Each script calls the command itself, with the words up to the cursor. It prints a candidate on
// each line, with a description after a tab. Where it prints none, the shell completes files.

const BASH = `_stepdown() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    [ -n "$line" ] && COMPREPLY+=("$(printf '%q' "\${line%%$'\\t'*}")")
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _stepdown stepdown
`;

const ZSH = `#compdef stepdown
_stepdown() {
  local line
  local -a values descriptions
  while IFS= read -r line; do
    [[ -n "$line" ]] || continue
    values+=("\${line%%$'\\t'*}")
    descriptions+=("\${line/$'\\t'/  }")
  done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#values} )); then compadd -l -d descriptions -a values; else _files; fi
}
if [[ "\${funcstack[1]}" == _stepdown ]]; then _stepdown "$@"; else compdef _stepdown stepdown; fi
`;

const FISH = `function __stepdown_complete
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    test (count $last) -eq 0; and set last ''
    $words[1] complete -- $words[2..-1] $last 2>/dev/null
end
complete -c stepdown -a '(__stepdown_complete)'
`;

export const COMPLETION_SCRIPTS: Readonly<Record<CompletedShell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
