package lab

// systemNote says what run cannot do on a system; empty: it does all.
func systemNote(system string) string {
	switch system {
	case "linux":
		return ""
	case "windows":
		return "On Windows, end stopctl with Ctrl-C: if it is ended in another way, the function that it started runs on.\n" +
			"The lines to paste of -serve are for a POSIX shell, such as that of WSL or of Git for Windows."
	}
	return "On this system, end stopctl with Ctrl-C or kill, not kill -9: after that the function that it started runs on."
}
