package test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"stopdesktops/handler"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
)

// BenchmarkWarm is one desktop, stopped by a warm function over an EDS without latency, by default
// configuration: a look and the tags side by side, the stop, and the report. It is for profiles of the
// function alone; go run ./bench measures it as a process.
func BenchmarkWarm(b *testing.B) {
	server := serveConstant(b)
	event := []byte(`{"RegionId":"cn-hangzhou","DesktopId":["ecd-running1"]}`)
	c, faults := config.Read([]string{"FC_REGION=cn-hangzhou", "EDS_ENDPOINT=http://" + server})
	h := compose.Handler(c, faults, compose.Outside{Log: io.Discard})
	key := emulator.DefaultCredential
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		answer, err := h.Handle(context.Background(), handler.Invocation{
			RequestID: fmt.Sprint(i),
			Credentials: secret.Credentials{
				AccessKeyID:     key.AccessKeyId,
				AccessKeySecret: secret.New(key.AccessKeySecret),
				SecurityToken:   secret.New(key.SecurityToken),
			},
		}, event)
		if err != nil || answer.(report.Report).Status != report.StatusAccepted {
			b.Fatal(answer, err)
		}
	}
}

// serveConstant is an EDS whose one desktop always runs and carries no tag.
func serveConstant(b *testing.B) (address string) {
	answers := map[string]string{
		"DescribeDesktopInfo": `{"RequestId":"1CBAFFAB","Desktops":[{"DesktopId":"ecd-running1","DesktopStatus":"Running","ConnectionStatus":"Disconnected","ManagementFlag":[]}]}`,
		"ListTagResources":    `{"RequestId":"1CBAFFAB","TagResources":[]}`,
		"StopDesktops":        `{"RequestId":"1CBAFFAB"}`,
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		_, _ = io.WriteString(w, answers[r.Header.Get("X-Acs-Action")])
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}
