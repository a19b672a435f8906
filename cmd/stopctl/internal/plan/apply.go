package plan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/events"
	"stopdesktops/internal/loopback"
	"stopdesktops/internal/report"
)

const applyUsage = `Usage: stopctl apply REQUEST

Sends a request that stopctl approve wrote to the function, and shows what became of each
desktop. REQUEST is a file.

If EDS_ENDPOINT is the address of stopctl run -serve (eval "$(curl -s …/_emulator/env)"), the
request goes to that function. For a deployed function, apply prints the command that sends it:
Function Compute takes it with the credentials of your deployment tool. The command waits for
the report, because an asynchronous event may have only 128 KB.

Applied twice, the request is a duplicate, and stops nothing again.

Example:

  stopctl apply approved.json

Exit codes: 0 the event went well, or the command is printed; 1 it did not go well, or the
function cannot be reached; 2 wrong usage or an unreadable request.
`

// Apply sends an approved request to the function.
func Apply(ctx context.Context, args []string, out terminal.Outside) error {
	flags := flag.NewFlagSet("apply", flag.ContinueOnError)
	if err := out.Parse(flags, args); errors.Is(err, flag.ErrHelp) {
		return out.Help(applyUsage)
	} else if err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return terminal.Usagef("apply: name one file that stopctl approve wrote. See stopctl apply -h.")
	}
	event, err := terminal.ReadInput("apply: the request", flags.Arg(0), out.In)
	if err != nil {
		return err
	}
	if err := checkApproved(event); err != nil {
		return terminal.Usagef("apply: %s: %v", flags.Arg(0), err)
	}
	s := terminal.NewScreen(out)
	endpoint, practice := practiceEndpoint(out.Getenv("EDS_ENDPOINT"))
	if !practice {
		s.Note("Send it to the deployed function with this command, and keep its response for stopctl replay and undo:")
		fmt.Fprintf(out.Out, "s invoke -f %s\n", shellQuoted(flags.Arg(0)))
		return nil
	}
	s.Note("Sending it to %s …", endpoint)
	var reports []report.Report
	err = s.Progress("Waiting for the report", nil, func() (err error) {
		reports, err = invoke(ctx, endpoint, event)
		return err
	})
	if err != nil {
		return err
	}
	return showApplied(s, reports)
}

// checkApproved refuses what is not one approved request, or a batch of them. Everything else is checked by the function.
func checkApproved(event []byte) error {
	var batch []json.RawMessage
	if json.Unmarshal(event, &batch) != nil {
		batch = []json.RawMessage{event}
	}
	for _, one := range batch {
		q, err := events.ParseRequest(one, "$")
		if err != nil {
			return err
		}
		if q.ApprovalToken == "" {
			return errors.New("has no ApprovalToken: write the request with stopctl approve")
		}
	}
	if len(batch) == 0 {
		return errors.New("holds no request")
	}
	return nil
}

// practiceEndpoint returns where stopctl run -serve takes events, if an EDS_ENDPOINT is its address.
func practiceEndpoint(edsEndpoint string) (string, bool) {
	u, err := url.Parse(edsEndpoint)
	if err != nil || u.Scheme != "http" || !loopback.Host(u.Hostname()) {
		return "", false
	}
	return strings.TrimSuffix(edsEndpoint, "/") + "/_emulator/invoke", true
}

// shellQuoted quotes a file's name, if a shell would read it otherwise.
func shellQuoted(name string) string {
	if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./") == "" {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// invoke the function, and return the reports of its response.
func invoke(ctx context.Context, endpoint string, event []byte) ([]report.Report, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(event))
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the function cannot be reached: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	var answer struct {
		report.Report
		Reports      []report.Report
		ErrorType    string `json:"errorType"`
		ErrorMessage string `json:"errorMessage"`
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("the response was cut off: %w", err)
	case response.StatusCode != http.StatusOK || json.Unmarshal(body, &answer) != nil:
		return nil, fmt.Errorf("the function answered %s", response.Status)
	case answer.ErrorType != "":
		return nil, fmt.Errorf("%s: %s", terminal.Visible(answer.ErrorType), terminal.Visible(answer.ErrorMessage))
	case answer.Reports != nil:
		return answer.Reports, nil
	}
	return []report.Report{answer.Report}, nil
}

// showApplied shows reports for people. Desktops that were stopped are counted, the others are named.
func showApplied(s *terminal.Screen, reports []report.Report) error {
	fine := true
	for _, rep := range reports {
		fine = fine && rep.Status.Succeeded()
		fmt.Fprintf(s.Out, "%s  %s  %s\n", s.Paint(terminal.Bold, "event "+rep.EventId), s.Paint(words.StatusStyle(rep.Status), string(rep.Status)), terminal.Counts(rep.Counts))
		if rep.ApprovedBy != "" {
			fmt.Fprintf(s.Out, "Planned by %s, approved by %s.\n", rep.PlannedBy, rep.ApprovedBy)
		}
		if rep.Error != nil {
			fmt.Fprintln(s.Out, s.Paint(terminal.Red, words.Problem(rep.Error)))
		}
		var rows [][]terminal.Cell
		for _, d := range rep.Desktops {
			if d.Outcome.Problem() || d.Outcome == report.Skipped {
				why := strings.Join(strings.Fields(d.Reason+" "+d.Code+" "+d.Message), " ")
				rows = append(rows, []terminal.Cell{terminal.Bold.Cell(d.DesktopId), words.OutcomeStyle(d.Outcome).Cell(string(d.Outcome)), terminal.Dim.Cell(why)})
			}
		}
		for _, line := range s.Table(rows) {
			fmt.Fprintln(s.Out, line)
		}
	}
	if !fine {
		return terminal.ErrUnexpected
	}
	return nil
}
