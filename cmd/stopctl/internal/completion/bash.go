package completion

import (
	"fmt"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// bash works in version 3.2, too, which is that of macOS. What it leaves empty, bash completes as files.
func bash(commands []terminal.Outline) string {
	var names []string
	var values, words strings.Builder
	for _, c := range commands {
		names = append(names, c.Name)
		for _, f := range c.Flags {
			if !f.Switch {
				fmt.Fprintf(&values, "    '%s -%s') list=%s; value=1 ;;\n", c.Name, f.Name, quoted(strings.Join(f.Choices, " ")))
			}
		}
		fmt.Fprintf(&words, "    %s) flags=%s; list=%s ;;\n", c.Name, quoted(flagWords(c)), quoted(strings.Join(c.Words, " ")))
	}
	return fmt.Sprintf(`# bash completion of stopctl: source <(stopctl completion bash)
_stopctl() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} list= flags= value=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W %s -- "$word"))
    return
  fi
  case "${COMP_WORDS[1]} $before" in
%s  esac
  if [ -n "$value" ]; then
    COMPREPLY=($(compgen -W "$list" -- "$word"))
    return
  fi
  case "${COMP_WORDS[1]}" in
%s  esac
  if [ "$COMP_CWORD" -gt 2 ]; then list=; fi
  case "$word" in
    -*) list=$flags ;;
  esac
  COMPREPLY=($(compgen -W "$list" -- "$word"))
}
complete -o default -F _stopctl stopctl
`, quoted(strings.Join(names, " ")), values.String(), words.String())
}
