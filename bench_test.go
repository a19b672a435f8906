package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	sdk "github.com/alibabacloud-go/ecd-20200930/v5/client"
	"github.com/alibabacloud-go/tea/dara"

	"stopdesktops/handler"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/secret"
)

// BenchmarkWarm is one desktop, stopped by a warm function over an EDS without latency: the handler
// with its look, rules and report, beside a bare one that makes the same two calls with the SDK.
// (The tags are switched off: they would be two calls more.)
func BenchmarkWarm(b *testing.B) {
	server := serveConstant(b)
	event := []byte(`{"RegionId":"cn-hangzhou","DesktopId":["ecd-running1"]}`)
	key := emulator.DefaultCredential

	b.Run("handler", func(b *testing.B) {
		c, faults := config.Read([]string{"FC_REGION=cn-hangzhou", "EDS_ENDPOINT=http://" + server, "PROTECT_TAG=", "KEEP_UNTIL_TAG=", "LOG_LEVEL=info"})
		h := compose.Handler(c, faults, compose.Outside{Log: io.Discard})
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			answer, err := h.Handle(context.Background(), handler.Invocation{
				RequestID: fmt.Sprint(i),
				Credentials: handler.Credentials{
					AccessKeyID:     key.AccessKeyId,
					AccessKeySecret: secret.New(key.AccessKeySecret),
					SecurityToken:   secret.New(key.SecurityToken),
				},
			}, event)
			if err != nil || answer.(handler.Report).Status != handler.StatusAccepted {
				b.Fatal(answer, err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := bare(server, key, event); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// bare is what a careful user would write in an hour: look, stop if it runs.
func bare(endpoint string, key emulator.Credential, event []byte) error {
	var request struct {
		RegionId  string
		DesktopId []*string
	}
	if err := json.Unmarshal(event, &request); err != nil {
		return err
	}
	client, err := sdk.NewClient(&openapi.Config{
		AccessKeyId: &key.AccessKeyId, AccessKeySecret: &key.AccessKeySecret, SecurityToken: &key.SecurityToken,
		Endpoint: &endpoint, Protocol: dara.String("http"), RegionId: &request.RegionId,
	})
	if err != nil {
		return err
	}
	ctx, options := context.Background(), &dara.RuntimeOptions{}
	info, err := client.DescribeDesktopInfoWithContext(ctx, &sdk.DescribeDesktopInfoRequest{RegionId: &request.RegionId, DesktopId: request.DesktopId}, options)
	if err != nil {
		return err
	}
	var running []*string
	for _, d := range info.Body.Desktops {
		if *d.DesktopStatus == "Running" && *d.ConnectionStatus == "Disconnected" {
			running = append(running, d.DesktopId)
		}
	}
	_, err = client.StopDesktopsWithContext(ctx, &sdk.StopDesktopsRequest{RegionId: &request.RegionId, DesktopId: running}, options)
	return err
}

// serveConstant is an EDS whose one desktop always runs.
func serveConstant(b *testing.B) (address string) {
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		if strings.Contains(r.Header.Get("X-Acs-Action"), "Describe") {
			_, _ = io.WriteString(w, `{"RequestId":"1CBAFFAB","Desktops":[{"DesktopId":"ecd-running1","DesktopStatus":"Running","ConnectionStatus":"Disconnected","ManagementFlag":[]}]}`)
			return
		}
		_, _ = io.WriteString(w, `{"RequestId":"1CBAFFAB"}`)
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// BenchmarkFleet stops 10,000 running desktops at 50 ms a call, as a process of its own, and sends
// the same event again. Figures: seconds of the first, calls of both, peak memory.
func BenchmarkFleet(b *testing.B) {
	const count = 10_000
	ids := make([]string, count)
	for i := range ids {
		ids[i] = fmt.Sprintf("ecd-a%05d", i+1)
	}
	byID, _ := json.Marshal(map[string]any{"DesktopId": ids})
	for name, event := range map[string]string{
		"byID":     string(byID),
		"byOffice": `{"Select":{"OfficeSiteId":"site-1"}}`,
		"byTag":    `{"Select":{"Tag":{"Key":"nightly"}}}`,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				benchFleet(b, count, event)
			}
		})
	}
}

func benchFleet(b *testing.B, count int, event string) {
	fleet := &emulator.Fleet{Latency: 50 * time.Millisecond, StopTime: time.Millisecond}
	fleet.Generate = []emulator.Generator{{Count: count, Prefix: "ecd-a", Desktop: emulator.Desktop{
		OfficeSiteId: "site-1", Tags: []emulator.Tag{{Key: "nightly", Value: "22"}},
	}}}
	world := emulator.New(fleet)
	if err := world.Start(); err != nil {
		b.Fatal(err)
	}
	defer world.Close()
	binary, err := build()
	if err != nil {
		b.Fatal(err)
	}
	process, err := emulator.Start(context.Background(), binary, emulator.Options{Env: map[string]string{
		"EDS_ENDPOINT": world.EDSEndpoint(), "MAX_DESKTOPS": "100000",
	}})
	if err != nil {
		b.Fatal(err)
	}
	defer process.Stop()
	invoke := func() (stops int, took time.Duration) {
		before := world.EDS.Count("StopDesktops")
		r, err := process.Invoke(context.Background(), emulator.Invocation{Event: []byte(event), Timeout: time.Minute})
		if err != nil || r.FunctionError != nil {
			b.Fatal(err, r.FunctionError)
		}
		return world.EDS.Count("StopDesktops") - before, r.Duration
	}
	stops, took := invoke()
	pages := listingTime(world.EDS.Calls())
	again, _ := invoke()
	process.Stop()
	if v := world.EDS.Violations(); len(v) > 0 {
		b.Error(v[0])
	}
	b.ReportMetric(took.Seconds(), "s/event")
	b.ReportMetric((took - pages).Seconds(), "s/event-less-pages")
	b.ReportMetric(float64(stops), "stops")
	b.ReportMetric(float64(again), "stops-again")
	b.ReportMetric(float64(process.PeakRSS())/1e6, "peak-MB")
	b.ReportMetric(0, "ns/op")
}

// listingTime is how long the pages of the selection took: EDS gives them one after the other.
func listingTime(calls []emulator.Call) time.Duration {
	var first, last time.Time
	for _, c := range calls {
		if c.Action == "DescribeDesktops" || c.Params.Get("Tag.1.Key") == "nightly" {
			if first.IsZero() {
				first = c.Time
			}
			last = c.Time.Add(c.Duration)
		}
	}
	return last.Sub(first)
}
