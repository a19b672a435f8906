package completion

import (
	"fmt"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// zsh can be sourced after compinit, or be a file _stopctl in a folder of fpath.
func zsh(commands []terminal.Outline) string {
	var names, cases strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&names, "    %s\n", quoted(c.Name+":"+c.Short))
		fmt.Fprintf(&cases, "    %s) _arguments", c.Name)
		for _, f := range c.Flags {
			fmt.Fprintf(&cases, " \\\n      %s", quoted(zshFlag(f)))
		}
		if len(c.Words) > 0 {
			fmt.Fprintf(&cases, " \\\n      %s", quoted("1:word:("+strings.Join(c.Words, " ")+")"))
		}
		if c.Name != "help" {
			fmt.Fprintf(&cases, " \\\n      '*:file:_files'")
		}
		cases.WriteString(" ;;\n")
	}
	return fmt.Sprintf(`#compdef stopctl
# zsh completion of stopctl: source <(stopctl completion zsh), after compinit
_stopctl() {
  local -a commands
  commands=(
%s  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
%s  esac
}
if [[ $funcstack[1] == _stopctl ]]; then
  _stopctl "$@"
else
  compdef _stopctl stopctl
fi
`, names.String(), cases.String())
}

// zshFlag is a flag as _arguments reads it.
func zshFlag(f terminal.Flag) string {
	spec := "*-" + f.Name + "[" + strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`).Replace(f.Short) + "]"
	switch {
	case f.Switch:
		return spec
	case len(f.Choices) > 0:
		return spec + ":value:(" + strings.Join(f.Choices, " ") + ")"
	}
	return spec + ":value:_files"
}
