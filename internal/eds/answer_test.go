package eds_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/internal/stop"
)

const apiError = `{"RequestId":"REQ-1","HostId":"ecd.cn-hangzhou.aliyuncs.com","Code":"CODE","Message":"The reason.","Recommend":"https://api.aliyun.com/troubleshoot?requestId=REQ-1"}`

func coded(code string) string { return strings.Replace(apiError, "CODE", code, 1) }

// hijack is a server that reads the request, then does with the connection what it likes.
func hijack(f func(c net.Conn)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer c.Close()
		f(c)
	})
}

func say(text string) http.Handler {
	return hijack(func(c net.Conn) { _, _ = io.WriteString(c, text) })
}

// stall is a server that says so much and then nothing more until the client goes.
func stall(text string) http.Handler {
	return hijack(func(c net.Conn) {
		_, _ = io.WriteString(c, text)
		_, _ = io.Copy(io.Discard, c)
	})
}

// TestOddAnswers makes one StopDesktops call against everything that a service, a gateway or a
// network can answer. A success that was none, an error that lost its code, or a family that tries
// again what may have had its effect: each stops or spares the wrong desktop.
func TestOddAnswers(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
	for _, c := range []struct {
		name   string
		server http.Handler
		want   stop.CallError // without its message
		took   time.Duration  // by the clock
	}{
		{"an error of the API keeps its code and its request", answer(400, coded("IncorrectDesktopStatus")),
			stop.CallError{Family: stop.WrongState, Code: "IncorrectDesktopStatus", RequestID: "REQ-1"}, 0},
		{"no permission", answer(403, coded("NoPermission")),
			stop.CallError{Family: stop.Denied, Code: "NoPermission", Denial: stop.DenialPermission, RequestID: "REQ-1"}, 0},
		{"a fault inside the service may have had its effect", answer(500, coded("InternalError")),
			stop.CallError{Family: stop.Ambiguous, Code: "InternalError", RequestID: "REQ-1"}, 0},
		{"an error without a request ID", answer(400, `{"Code":"NoPermission","Message":"The reason."}`),
			stop.CallError{Family: stop.Denied, Code: "NoPermission", Denial: stop.DenialPermission}, 0},
		{"an error without a message", answer(400, `{"RequestId":"REQ-1","Code":"NoPermission"}`),
			stop.CallError{Family: stop.Denied, Code: "NoPermission", Denial: stop.DenialPermission, RequestID: "REQ-1"}, 0},
		{"an error with a code that is a number", answer(400, `{"RequestId":"REQ-1","Code":400,"Message":"x"}`),
			stop.CallError{Family: stop.Invalid, Code: "HTTP400", RequestID: "REQ-1"}, 0},

		{"throttled with 400", answer(400, coded("Throttling.User")),
			stop.CallError{Family: stop.Throttled, Code: "Throttling.User", RequestID: "REQ-1"}, 0},
		{"throttled with 429 and how long", answer(429, coded("Throttling.Api"), "x-ratelimit-user-api", "Limit:100,Remain:0,TimeLeft:1234,Reset:1"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling.Api", RequestID: "REQ-1", RetryAfter: 1234 * time.Millisecond}, 0},
		{"throttled with 400 and how long, for the whole account", answer(400, coded("Throttling"), "X-RateLimit-User", "Limit:5, TimeLeft:800"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1", RetryAfter: 800 * time.Millisecond}, 0},
		{"throttled with Retry-After", answer(429, coded("Throttling"), "Retry-After", "7"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1", RetryAfter: 7 * time.Second}, 0},
		{"throttled by something that is not the API", answer(429, "slow down", "Retry-After", "7"),
			stop.CallError{Family: stop.Throttled, Code: "HTTP429", RetryAfter: 7 * time.Second}, 0},
		{"throttled for longer than one limit says", answer(429, coded("Throttling"), "X-Ratelimit-User", "Limit:5,Remain:0,TimeLeft:800", "Retry-After", "40"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1", RetryAfter: 40 * time.Second}, 0},
		{"throttled by the other limit: of this one calls remain", answer(429, coded("Throttling"), "X-Ratelimit-User-Api", "Limit:1000,Remain:900,TimeLeft:50000", "X-Ratelimit-User", "limit: 5, remain: 0, timeleft: 800"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1", RetryAfter: 800 * time.Millisecond}, 0},
		{"throttled until a date, by the clock of the service", answer(429, coded("Throttling"), "Date", "Fri, 31 Dec 1999 23:59:00 GMT", "Retry-After", "Fri, 31 Dec 1999 23:59:40 GMT"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1", RetryAfter: 40 * time.Second}, 0},
		{"throttled until a date that is over", answer(429, coded("Throttling"), "Date", "Fri, 31 Dec 1999 23:59:00 GMT", "Retry-After", "Fri, 31 Dec 1999 23:58:40 GMT"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1"}, 0},
		{"throttled until next year", answer(429, coded("Throttling"), "Date", "Fri, 31 Dec 1999 23:59:00 GMT", "Retry-After", "Fri, 30 Dec 2000 23:58:40 GMT"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1", RetryAfter: time.Hour}, 0},
		{"throttled for a part of a second", answer(429, coded("Throttling"), "Retry-After", "0.5"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1", RetryAfter: 500 * time.Millisecond}, 0},
		{"throttled with the header of the draft standard", answer(429, coded("Throttling"), "RateLimit-Reset", "12"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1", RetryAfter: 12 * time.Second}, 0},
		{"throttled with a pause that is no number", answer(429, coded("Throttling"), "Retry-After", "NaN", "RateLimit-Reset", "-Inf"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1"}, 0},
		{"throttled with a header nobody can read", answer(429, coded("Throttling"), "x-ratelimit-user-api", "TimeLeft:soon", "Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1"}, 0},
		{"throttled with a negative pause", answer(429, coded("Throttling"), "x-ratelimit-user-api", "TimeLeft:-5", "Retry-After", "-1"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1"}, 0},
		{"throttled for a thousand years: not for a negative time", answer(429, coded("Throttling"), "x-ratelimit-user-api", "TimeLeft:9223372036854775807"),
			stop.CallError{Family: stop.Throttled, Code: "Throttling", RequestID: "REQ-1", RetryAfter: time.Hour}, 0},

		{"502 with a gateway's page", answer(502, "<html>nginx</html>"), stop.CallError{Family: stop.Ambiguous, Code: "HTTP502"}, 0},
		{"503 with a gateway's page: not served", answer(503, "<html>busy</html>"), stop.CallError{Family: stop.Temporary, Code: "HTTP503"}, 0},
		{"504 with a gateway's page", answer(504, "<html>late</html>"), stop.CallError{Family: stop.Ambiguous, Code: "HTTP504"}, 0},
		{"403 with a firewall's page", answer(403, "<html>no</html>"), stop.CallError{Family: stop.Denied, Code: "HTTP403"}, 0},
		{"414 with a gateway's page: no desktop is to blame", answer(414, "<html>long</html>"), stop.CallError{Family: stop.Invalid, Code: "HTTP414"}, 0},
		{"200 with a page to sign in", answer(200, "<html>Wi-Fi</html>"), stop.CallError{Family: stop.Ambiguous, Code: "UnreadableAnswer"}, 0},
		{"500 without a body", answer(500, ""), stop.CallError{Family: stop.Ambiguous, Code: "HTTP500"}, 0},
		{"200 without a body", answer(200, ""), stop.CallError{Family: stop.Ambiguous, Code: "UnreadableAnswer"}, 0},
		{"204", answer(204, ""), stop.CallError{Family: stop.Ambiguous, Code: "UnreadableAnswer"}, 0},
		{"200 {}", answer(200, "{}"), stop.CallError{Family: stop.Ambiguous, Code: "UnreadableAnswer"}, 0},
		{"200 null", answer(200, "null"), stop.CallError{Family: stop.Ambiguous, Code: "UnreadableAnswer"}, 0},
		{"200 []", answer(200, "[]"), stop.CallError{Family: stop.Ambiguous, Code: "UnreadableAnswer"}, 0},
		{"200 with an empty request ID", answer(200, `{"RequestId":""}`), stop.CallError{Family: stop.Ambiguous, Code: "UnreadableAnswer"}, 0},
		{"200 with a request ID nobody can see", answer(200, `{"RequestId":"\u200b\u0000"}`), stop.CallError{Family: stop.Ambiguous, Code: "UnreadableAnswer"}, 0},
		{"200 with an error inside", answer(200, coded("InternalError")),
			stop.CallError{Family: stop.Ambiguous, Code: "InternalError", RequestID: "REQ-1"}, 0},
		{"200 with a refusal inside", answer(200, coded("InvalidDesktopId.NotFound")),
			stop.CallError{Family: stop.NotFound, Code: "InvalidDesktopId.NotFound", RequestID: "REQ-1"}, 0},
		{"200 with a failure inside, without a code", answer(200, `{"RequestId":"REQ-1","Success":false}`),
			stop.CallError{Family: stop.Ambiguous, Code: "Unsuccessful", RequestID: "REQ-1"}, 0},
		{"200 with a failure inside, as text", answer(200, `{"RequestId":"REQ-1","Success":"false","HttpStatusCode":200}`),
			stop.CallError{Family: stop.Ambiguous, Code: "Unsuccessful", RequestID: "REQ-1"}, 0},
		{"200 with a failure inside that calls itself 200", answer(200, `{"RequestId":"REQ-1","Code":"200","Success":false}`),
			stop.CallError{Family: stop.Ambiguous, Code: "Unsuccessful", RequestID: "REQ-1"}, 0},
		{"200 with a failure and a code inside", answer(200, `{"RequestId":"REQ-1","Code":"IncorrectDesktopStatus","Success":false}`),
			stop.CallError{Family: stop.WrongState, Code: "IncorrectDesktopStatus", RequestID: "REQ-1"}, 0},
		{"200 with 403 inside", answer(200, `{"RequestId":"REQ-1","HttpStatusCode":403}`),
			stop.CallError{Family: stop.Denied, Code: "HTTP403", RequestID: "REQ-1"}, 0},
		{"200 with 400 inside, as text", answer(200, `{"RequestId":"REQ-1","Success":false,"HttpStatusCode":"400"}`),
			stop.CallError{Family: stop.Invalid, Code: "HTTP400", RequestID: "REQ-1"}, 0},
		{"200 with 500 inside that calls itself OK", answer(200, `{"RequestId":"REQ-1","Code":"OK","HttpStatusCode":500}`),
			stop.CallError{Family: stop.Ambiguous, Code: "HTTP500", RequestID: "REQ-1"}, 0},
		{"200 with 404 and a code of nobody inside", answer(200, `{"RequestId":"REQ-1","Code":"SomethingNew","HttpStatusCode":404}`),
			stop.CallError{Family: stop.WrongState, Code: "SomethingNew", RequestID: "REQ-1"}, 0},
		{"400 with the code of a success", answer(400, `{"RequestId":"REQ-1","Code":"OK","HttpStatusCode":200}`),
			stop.CallError{Family: stop.Invalid, Code: "HTTP400", RequestID: "REQ-1"}, 0},
		{"malformed, perhaps because of one desktop", answer(400, coded("InvalidParameter.DesktopId")),
			stop.CallError{Family: stop.Invalid, Code: "InvalidParameter.DesktopId", RequestID: "REQ-1", OneOfMany: true}, 0},
		{"200 and more behind the answer", answer(200, `{"RequestId":"REQ-1"} trailing`), stop.CallError{Family: stop.Ambiguous, Code: "UnreadableAnswer"}, 0},
		{"200 larger than anything the API sends", answer(200, `{"RequestId":"REQ-1","x":"`+strings.Repeat("x", 8<<20)+`"}`),
			stop.CallError{Family: stop.Ambiguous, Code: "UnreadableAnswer"}, 0},

		{"302 is not followed", answer(302, "", "Location", "http://elsewhere.example/"), stop.CallError{Family: stop.Ambiguous, Code: "Redirected"}, 0},
		{"307 is not followed", answer(307, "", "Location", "http://elsewhere.example/"), stop.CallError{Family: stop.Ambiguous, Code: "Redirected"}, 0},
		{"307 within the host is not followed", answer(307, "", "Location", "/elsewhere"), stop.CallError{Family: stop.Ambiguous, Code: "Redirected"}, 0},
		{"302 without a place to go", answer(302, ""), stop.CallError{Family: stop.Ambiguous, Code: "Redirected"}, 0},

		{"the answer is cut", say(head + `{"RequestId":"REQ-1"`), stop.CallError{Family: stop.Ambiguous, Code: "ConnectionLost"}, 0},
		{"the answer is cut where it could end", say(head + `{"RequestId":"REQ-1"}`), stop.CallError{Family: stop.Ambiguous, Code: "ConnectionLost"}, 0},
		{"a refusal is cut: what was refused is not known", say(strings.Replace(head, "200 OK", "400 Bad Request", 1) + `{"Code":"Throttling"`),
			stop.CallError{Family: stop.Ambiguous, Code: "ConnectionLost"}, 0},
		{"no answer at all", say(""), stop.CallError{Family: stop.Ambiguous, Code: "ConnectionLost"}, 0},
		{"an answer that is not HTTP", say("SSH-2.0-OpenSSH_9.6\r\n"), stop.CallError{Family: stop.Ambiguous, Code: "ConnectionLost"}, 0},
		{"the answer never begins", stall(""), stop.CallError{Family: stop.Ambiguous, Code: "Timeout"}, 12 * time.Second},
		{"the answer never ends", stall(head + `{"RequestId":"REQ-1"`), stop.CallError{Family: stop.Ambiguous, Code: "Timeout"}, 15 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var requests atomic.Int64
				w := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					requests.Add(1)
					c.server.ServeHTTP(rw, r)
				}))
				begin := time.Now()
				requestID, err := stopTwo(t.Context(), connect(t, w.Dial))
				if requestID != "" {
					t.Errorf("request ID %q of a call that failed", requestID)
				}
				got := callErrorOrEmpty(t, err)
				got.Message = ""
				c.want.Action = "StopDesktops"
				if got != c.want {
					t.Errorf("error\n got %+v\nwant %+v", got, c.want)
				}
				if took := time.Since(begin); took != c.took {
					t.Errorf("took %v, want %v", took, c.took)
				}
				if n, dialled := requests.Load(), w.Dials(); n != 1 || len(dialled) != 1 {
					t.Errorf("%d requests over %q; one call is one attempt at one host", n, dialled)
				}
			})
		})
	}
}

// callErrorOrEmpty is callError for errors whose message may be the API's own, and so empty.
func callErrorOrEmpty(t *testing.T, err error) stop.CallError {
	t.Helper()
	var e *stop.CallError
	if errors.As(err, &e) && e.Message == "" && e.RequestID != "" {
		shows(t, e)
		return *e
	}
	return callError(t, err)
}

// TestSuccess: only this is one, in these spellings of a code that is none.
func TestSuccess(t *testing.T) {
	for _, body := range []string{
		`{"RequestId":"REQ-1"}`,
		`{"RequestId":"REQ-1","Code":null,"Message":null}`,
		`{"RequestId":"REQ-1","Code":"","Message":""}`,
		`{"RequestId":"REQ-1","Code":"200","Message":"successful"}`,
		`{"RequestId":"REQ-1","Code":"OK"}`,
		`{"RequestId":"REQ-1","Code":"success"}`,
		`{"RequestId":"REQ-1","New":{"Member":[1,2]}}`,
		`{"RequestId":"REQ-1","Success":true,"HttpStatusCode":200}`,
		`{"RequestId":"REQ-1","Success":"true","HttpStatusCode":"200","Code":"OK"}`,
		`{"RequestId":"REQ-1","Success":null,"HttpStatusCode":null}`,
		`{"RequestId":"REQ-1","Success":{},"HttpStatusCode":"fine"}`,
	} {
		requestID, err := stopTwo(t.Context(), connect(t, serve(t, answer(200, body)).Dial))
		if err != nil || requestID != "REQ-1" {
			t.Errorf("%s: %q, %v", body, requestID, err)
		}
	}
}

// TestCleanedTexts: what the service says goes to logs, reports and terminals.
func TestCleanedTexts(t *testing.T) {
	body := `{"RequestId":"REQ\n1` + strings.Repeat("r", 100) + `","Code":"Odd\u202e` + strings.Repeat("c", 100) + `","Message":"one\r\ntwo\u001b[31m` + strings.Repeat("m", 1000) + `"}`
	_, err := stopTwo(t.Context(), connect(t, serve(t, answer(400, body)).Dial))
	e := callError(t, err)
	for _, text := range []string{e.RequestID, e.Code, e.Message} {
		if strings.ContainsAny(text, "\r\n\x1b\u202e") || len(text) > 256+len("…") {
			t.Errorf("not fit for a line: %q", text)
		}
	}
	if len(e.Code) > 64+len("…") || len(e.RequestID) > 64+len("…") || !strings.HasPrefix(e.Message, "one") {
		t.Errorf("%+v", e)
	}
}

// TestReusedConnectionLost: the service closes a connection that served a call before. The second
// call must not be sent again behind the caller's back: it may have had its effect.
func TestReusedConnectionLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int64
		w := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if requests.Add(1) == 1 {
				answer(200, `{"RequestId":"REQ-1"}`).ServeHTTP(rw, r)
				return
			}
			say("").ServeHTTP(rw, r)
		}))
		s := connect(t, w.Dial)
		if _, err := stopTwo(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		_, err := stopTwo(t.Context(), s)
		if e := callError(t, err); e.Family != stop.Ambiguous || e.Code != "ConnectionLost" {
			t.Errorf("%+v", e)
		}
		if n := requests.Load(); n != 2 || len(w.Dials()) != 1 {
			t.Errorf("%d requests over %d connections; want 2 over 1", n, len(w.Dials()))
		}
	})
}

// TestNoConnection: without a connection nothing was sent, so trying again is safe, and the error
// must say so. The texts of dialers name addresses; none may come through.
func TestNoConnection(t *testing.T) {
	for name, dial := range map[string]dialFunc{
		"refused": func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("127.0.0.1:1 refused, token " + key.SecurityToken)}
		},
		"unknown host": func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "ecd.cn-hangzhou.aliyuncs.com"}
		},
		"never answers": func(context.Context, string, string) (net.Conn, error) {
			time.Sleep(time.Minute) // net/http does not end a dial when its request ends
			return nil, errors.New("too late")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				_, err := stopTwo(t.Context(), connect(t, dial))
				if e := callError(t, err); e.Family != stop.Temporary || e.Code != "Unreachable" {
					t.Errorf("%+v", e)
				}
				if took := time.Since(begin); took > 15*time.Second {
					t.Errorf("took %v", took)
				}
				time.Sleep(time.Minute) // until the dial has ended too
			})
		})
	}
}

// TestTimeIsUp: a call that the caller's own time ends. Before it was sent nothing has happened;
// afterwards nobody knows.
func TestTimeIsUp(t *testing.T) {
	t.Run("before", func(t *testing.T) {
		for _, cause := range []string{"cancelled", "deadline"} {
			ctx, cancel := context.WithCancel(t.Context())
			if cause == "deadline" {
				ctx, cancel = context.WithTimeout(t.Context(), -time.Second)
			}
			cancel()
			var rec recorder
			_, err := stopTwo(ctx, connect(t, serve(t, &rec).Dial))
			if e := callError(t, err); e.Family != stop.Temporary || len(rec.all()) != 0 {
				t.Errorf("%s: %+v after %d requests", cause, e, len(rec.all()))
			} else if strings.Contains(e.Message, "network") {
				t.Errorf("%s: %q sends the operator to look for a fault of the network", cause, e.Message)
			}
		}
	})
	for name, server := range map[string]http.Handler{
		"while waiting for the answer": stall(""),
		"in the middle of the answer":  stall("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
	} {
		for _, cause := range []string{"cancelled", "deadline"} {
			t.Run(name+", "+cause, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if cause == "deadline" {
						ctx, cancel = context.WithTimeout(ctx, 2*time.Second)
						defer cancel()
					} else {
						time.AfterFunc(2*time.Second, cancel)
					}
					begin := time.Now()
					_, err := stopTwo(ctx, connect(t, serve(t, server).Dial))
					if e := callError(t, err); e.Family != stop.Ambiguous || e.Code != "Timeout" {
						t.Errorf("%+v", e)
					}
					if took := time.Since(begin); took != 2*time.Second {
						t.Errorf("took %v, although the time was up after 2 s", took)
					}
				})
			})
		}
	}
}
